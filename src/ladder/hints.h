// What to make of the names that a verdict gives (hints.def).
#pragma once

#include <string_view>

#include "verdict/verdict.h"

namespace tlstriage::ladder {

/// Empty for a name that has none.
std::string_view hint(std::string_view name);

/// What a confidence means, in a sentence (verdicts.md §1).
std::string_view certainty(verdict::Confidence confidence);

}  // namespace tlstriage::ladder
