// A ladder as a diagram in the terminal.
#pragma once

#include <string>

#include "ladder/ladder.h"
#include "report/row.h"
#include "report/terminal.h"

namespace tlstriage::ladder {

/// The narrowest diagram, columns; a terminal with less has its lines broken.
constexpr unsigned least_width = 60;

/// `carve`: the command that cuts the flow out of its captures. Nothing off the wire gets to the
/// terminal but printable characters.
std::string diagram(const report::Row& row, const Ladder& ladder, const std::string& carve,
                    const report::TerminalStyle& style);

}  // namespace tlstriage::ladder
