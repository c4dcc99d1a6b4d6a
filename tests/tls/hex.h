// Bytes from hex, and builders for length-prefixed vectors.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::tls {

using Octets = std::vector<std::uint8_t>;

/// Spaces are allowed; anything else must be hex digits.
inline Octets from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    };
    std::vector<unsigned> digits;
    for (const char c : hex) {
        if (c != ' ') digits.push_back(digit(c));
    }
    Octets octets;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        octets.push_back(static_cast<std::uint8_t>(digits[i] << 4U | digits[i + 1]));
    }
    return octets;
}

inline Octets operator+(Octets left, const Octets& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline Octets number(std::size_t value, unsigned bytes) {
    Octets octets;
    for (unsigned i = bytes; i-- > 0;) {
        octets.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return octets;
}

inline Octets vector8(const Octets& body) {
    return number(body.size(), 1) + body;
}
inline Octets vector16(const Octets& body) {
    return number(body.size(), 2) + body;
}
inline Octets vector24(const Octets& body) {
    return number(body.size(), 3) + body;
}
inline Octets text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}
inline Octets extension_of(std::uint16_t type, const Octets& body) {
    return number(type, 2) + vector16(body);
}

/// A message without its 4-byte header.
inline Bytes body_of(const Octets& message) {
    return Bytes(message).subspan(4);
}

}  // namespace tlstriage::tls
