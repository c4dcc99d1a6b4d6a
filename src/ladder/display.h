// Text in the columns of a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlstriage::ladder {

/// Off the wire to a terminal: report::printable(), and without `unicode` all that is not ASCII as
/// \xNN.
std::string displayed(std::string_view text, bool unicode);

/// How many columns a text takes: wide characters two, combining ones none (as UAX #11 has it,
/// coarsely). Expects displayed() text.
unsigned columns_of(std::string_view text);

/// At words where that is possible; what is longer than a line is broken anywhere. Never empty.
std::vector<std::string> wrapped(std::string_view text, unsigned width);

/// A text that is longer than `width` columns ends in "...".
std::string cut(std::string_view text, unsigned width);

}  // namespace tlstriage::ladder
