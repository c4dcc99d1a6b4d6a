#include "ladder/display.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "report/safe_text.h"

namespace tlstriage::ladder {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};
constexpr std::array combining{Range{0x300, 0x36f},   Range{0x483, 0x489},   Range{0x591, 0x5bd},
                               Range{0x610, 0x61a},   Range{0x64b, 0x65f},   Range{0x1ab0, 0x1aff},
                               Range{0x1dc0, 0x1dff}, Range{0x200b, 0x200d}, Range{0x20d0, 0x20ff},
                               Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}};
constexpr std::array wide{Range{0x1100, 0x115f}, Range{0x2e80, 0xa4cf},   Range{0xac00, 0xd7a3},
                          Range{0xf900, 0xfaff}, Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},
                          Range{0xffe0, 0xffe6}, Range{0x1f300, 0x1faff}, Range{0x20000, 0x3fffd}};

template <std::size_t count>
bool within(const std::array<Range, count>& ranges, std::uint32_t c) {
    return std::ranges::any_of(
        ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

struct Character {
    std::string_view bytes;
    unsigned columns;
};

/// The first character of valid UTF-8.
Character first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::string_view bytes = text.substr(0, length);
    std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    for (const char c : bytes.substr(1))
        code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
    return {bytes, within(combining, code) ? 0U : within(wide, code) ? 2U : 1U};
}

/// As much of a text as `width` columns hold.
std::string_view beginning(std::string_view text, unsigned width) {
    std::size_t used = 0;
    for (unsigned columns = 0; used < text.size();) {
        const Character next = first_of(text.substr(used));
        if (columns + next.columns > width) break;
        columns += next.columns;
        used += next.bytes.size();
    }
    return text.substr(0, used);
}

}  // namespace

std::string displayed(std::string_view text, bool unicode) {
    std::string safe = report::printable(text);
    if (unicode) return safe;
    std::string ascii;
    for (const char c : safe) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            ascii += c;
        } else {
            ascii += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return ascii;
}

unsigned columns_of(std::string_view text) {
    unsigned columns = 0;
    while (!text.empty()) {
        const Character next = first_of(text);
        columns += next.columns;
        text.remove_prefix(next.bytes.size());
    }
    return columns;
}

std::vector<std::string> wrapped(std::string_view text, unsigned width) {
    std::vector<std::string> lines(1);
    unsigned column = 0;
    const auto put = [&](std::string_view word, unsigned columns) {
        lines.back() += word;
        column += columns;
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        unsigned columns = columns_of(word);
        if (column > 0 && column + 1 + columns > width) {
            lines.emplace_back();
            column = 0;
        } else if (column > 0) {
            put(" ", 1);
        }
        while (columns > width) {
            const std::string_view part = beginning(word, width);
            if (part.empty()) return lines;  // narrower than one character
            put(part, width);
            word.remove_prefix(part.size());
            columns = columns_of(word);
            lines.emplace_back();
            column = 0;
        }
        put(word, columns);
    }
    return lines;
}

std::string cut(std::string_view text, unsigned width) {
    constexpr std::string_view dots = "...";
    if (columns_of(text) <= width || width <= dots.size()) {
        return std::string(beginning(text, width));
    }
    return std::string(beginning(text, width - static_cast<unsigned>(dots.size()))) +
           std::string(dots);
}

}  // namespace tlstriage::ladder
