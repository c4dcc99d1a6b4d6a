// Text off the wire, made harmless for the place it goes to.
#pragma once

#include <string>
#include <string_view>

#include "report/buffer.h"

namespace tlstriage::report {

/// UTF-8 with control characters, bidirectional overrides and bytes that are not UTF-8 written as
/// \xNN (a backslash as \\ only where it would read as such an escape is left alone): no terminal
/// escape sequence and no reordering survives. Appends to `out`.
void append_printable(std::string_view text, Buffer& out);
std::string printable(std::string_view text);

/// Whether a text is what it takes to stand in any of the places as it is: printable ASCII without
/// comma, quote or apostrophe, not beginning a formula.
bool is_plain(std::string_view text);

/// The same, and harmless as a spreadsheet cell: a leading = + - @ tab or CR gets a ' before it.
void append_cell(std::string_view text, Buffer& out);

}  // namespace tlstriage::report
