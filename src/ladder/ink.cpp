#include "ladder/ink.h"

#include <fmt/format.h>

#include "ladder/display.h"

namespace tlstriage::ladder {
namespace {

constexpr Strokes unicode_strokes{"│", "┊", "├", "┤", "▶", "◀", "─", "╌", "✕", "▶"};
constexpr Strokes ascii_strokes{"|", ":", "|", "|", ">", "<", "-", ".", "x", ">"};

}  // namespace

std::string_view color_of(Tone tone) {
    switch (tone) {
        case Tone::plain: return {};
        case Tone::quiet: return sgr::dim;
        case Tone::good: return sgr::green;
        case Tone::doubtful: return sgr::yellow;
        case Tone::bad: return sgr::red;
    }
    return {};
}

std::string repeated(std::string_view stroke, unsigned count) {
    std::string all;
    for (unsigned i = 0; i < count; ++i)
        all += stroke;
    return all;
}

std::string padded(std::string_view text, unsigned width) {
    const unsigned columns = columns_of(text);
    return std::string(text) + std::string(width > columns ? width - columns : 0, ' ');
}

Ink::Ink(const report::TerminalStyle& style)
    : style_(style), strokes_(style.unicode ? unicode_strokes : ascii_strokes) {}

std::string Ink::safe(std::string_view text) const {
    return displayed(text, style_.unicode);
}

std::string Ink::colored(std::string_view color, std::string_view text) const {
    if (!style_.color || color.empty() || text.empty()) return std::string(text);
    return fmt::format("{}{}{}", color, text, sgr::usual);
}

}  // namespace tlstriage::ladder
