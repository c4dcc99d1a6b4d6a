// A ladder for programs.
#pragma once

#include <string>

#include "ladder/ladder.h"
#include "report/row.h"

namespace tlstriage::ladder {

/// A JSON object (RFC 8259): "row", the cells of the flow's row that are not empty; "steps";
/// "candidates", "notes", "certainty", "carve"; "copies" and "unkept", frames left out. Times are
/// in milliseconds. Texts off the wire are made safe as in all outputs.
std::string to_json(const report::Row& row, const Ladder& ladder, const std::string& carve);

}  // namespace tlstriage::ladder
