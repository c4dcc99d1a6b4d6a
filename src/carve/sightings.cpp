#include "carve/sightings.h"

#include <algorithm>

namespace tlstriage::carve {
namespace {

/// A dot and a label's length (RFC 1035 §3.1) are alike; digits and hyphens are below 64 too.
char folded(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c + ('a' - 'A'));
    const bool of_name = c == '-' || (c >= '0' && c <= '9');
    const auto byte = static_cast<std::uint8_t>(c);
    return byte < 64 && !of_name ? '.' : c;
}

std::string folded(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = folded(c);
    return out;
}

std::uint32_t beginning(const char* text) {
    return load_native<std::uint32_t>(as_bytes({text, Sightings::shortest}).data());
}

}  // namespace

void Sightings::add(std::string_view name) {
    if (name.size() < shortest) return;
    const auto [at, fresh] = names_.insert(folded(name));
    if (fresh) by_beginning_[beginning(at->data())].push_back(&*at);
}

bool Sightings::in(Bytes frame) const {
    if (names_.empty() || frame.size() < shortest) return false;
    const std::string text = folded(as_text(frame));
    for (std::size_t i = 0; i + shortest <= text.size(); ++i) {
        const auto candidates = by_beginning_.find(beginning(text.data() + i));
        if (candidates == by_beginning_.end()) continue;
        const std::string_view rest = std::string_view(text).substr(i);
        const auto is_here = [&](const std::string* name) { return rest.starts_with(*name); };
        if (std::ranges::any_of(candidates->second, is_here)) return true;
    }
    return false;
}

}  // namespace tlstriage::carve
