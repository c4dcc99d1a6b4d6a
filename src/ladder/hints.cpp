#include "ladder/hints.h"

#include <algorithm>
#include <array>

#include "ladder/ladder.h"

namespace tlstriage::ladder {
namespace {

constexpr std::array hints{
#define HINT(name, text) Hint{#name, text},
#include "ladder/hints.def"
#undef HINT
};

}  // namespace

std::string_view hint(std::string_view name) {
    const auto* const found = std::ranges::find(hints, name, &Hint::name);
    return found == hints.end() ? std::string_view{} : found->text;
}

std::string_view certainty(verdict::Confidence confidence) {
    switch (confidence) {
        case verdict::Confidence::proven: return "the frames state it";
        case verdict::Confidence::likely:
            return "one explanation fits, and others would look different";
        case verdict::Confidence::possible: return "several explanations fit";
    }
    return {};
}

}  // namespace tlstriage::ladder
