#include "report/safe_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tlstriage::report {
namespace {

constexpr std::string_view formula_starts = "=+-@\t\r";

void append_escape(unsigned char byte, Buffer& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
}

struct Decoded {
    std::uint32_t code_point = 0;
    std::size_t length = 0;  ///< 0: not UTF-8
};

/// One UTF-8 sequence (RFC 3629 §4), no overlong forms and no surrogates.
Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    std::uint32_t code_point = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        code_point = code_point << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < smallest[length] || surrogate || code_point > 0x10ffff) return {};
    return {code_point, length};
}

/// Controls (C0, DEL, C1), line separators, and what changes the direction of text.
bool is_harmful(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x61c ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb);
}

}  // namespace

void append_printable(std::string_view text, Buffer& out) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
    while (!text.empty()) {
        const auto plain =
            static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        const Decoded decoded = decode(text);
        const std::size_t length = decoded.length == 0 ? 1 : decoded.length;
        if (decoded.length == 0 || is_harmful(decoded.code_point)) {
            for (std::size_t i = 0; i < length; ++i) {
                append_escape(static_cast<unsigned char>(text[i]), out);
            }
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
}

std::string printable(std::string_view text) {
    Buffer out;
    append_printable(text, out);
    return out.text();
}

bool is_plain(std::string_view text) {
    static constexpr auto harmless = [] {
        std::array<bool, 256> table{};
        for (std::size_t c = 0x20; c < 0x7f; ++c)
            table[c] = c != ',' && c != '"' && c != '\'';
        return table;
    }();
    bool all = true;
    for (const char c : text)
        all &= harmless[static_cast<unsigned char>(c)];
    return all && (text.empty() || formula_starts.find(text.front()) == formula_starts.npos);
}

void append_cell(std::string_view text, Buffer& out) {
    if (!text.empty() && formula_starts.find(text.front()) != formula_starts.npos) out += '\'';
    append_printable(text, out);
}

}  // namespace tlstriage::report
