// What stands below the diagram: the verdict, why, and what to do.
#pragma once

#include <string>

#include "ladder/ink.h"
#include "report/row.h"

namespace tlstriage::ladder {

/// Paragraphs of at most `width` columns. `carve`: the command that cuts the flow out.
std::string verdict_text(const report::Row& row, const Ladder& ladder, const std::string& carve,
                         unsigned width, const Ink& ink);

}  // namespace tlstriage::ladder
