// DNS messages by RFC 1035 §4, byte by byte.
#pragma once

#include <string>
#include <string_view>

namespace tlstriage::plain::dns {

inline std::string u16(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
inline std::string u32(std::size_t value) {
    return u16(value >> 16) + u16(value & 0xffff);
}

/// "a.test" as labels and the root.
inline std::string name(std::string_view dotted) {
    std::string out;
    while (!dotted.empty()) {
        const std::string_view label = dotted.substr(0, dotted.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        dotted.remove_prefix(label.size() == dotted.size() ? label.size() : label.size() + 1);
    }
    return out + '\0';
}
/// §4.1.4.
inline std::string pointer(std::size_t offset) {
    return u16(0xc000 | offset);
}
/// Where the question's name stands.
constexpr std::size_t question_name = 12;

/// Of a flags word.
constexpr std::size_t response_bit = 0x8000;
constexpr std::size_t truncated_bit = 0x0200;

struct Counts {
    std::size_t answers = 0;
    std::size_t authorities = 0;
    std::size_t additionals = 0;
};

inline std::string header(std::size_t id, std::size_t flags, const Counts& counts,
                          std::size_t questions = 1) {
    return u16(id) + u16(flags) + u16(questions) + u16(counts.answers) + u16(counts.authorities) +
           u16(counts.additionals);
}
inline std::string question(std::string_view dotted, std::size_t type) {
    return name(dotted) + u16(type) + u16(1);
}
/// `owner` in wire form.
inline std::string record(const std::string& owner, std::size_t type, const std::string& data,
                          std::size_t ttl = 60) {
    return owner + u16(type) + u16(1) + u32(ttl) + u16(data.size()) + data;
}
inline std::string query(std::size_t id, std::string_view dotted, std::size_t type) {
    return header(id, 0x0100, {}) + question(dotted, type);
}

}  // namespace tlstriage::plain::dns
