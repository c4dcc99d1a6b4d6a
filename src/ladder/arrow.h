// The line of a step, from one side to the other.
#pragma once

#include <string>

#include "ladder/ink.h"

namespace tlstriage::ladder {

/// From post to post, between which there are `inner` columns; `text` leaves at least 8 of them.
std::string arrow(const Step& step, const std::string& text, unsigned inner, const Ink& ink);

}  // namespace tlstriage::ladder
