// Frames for tests, put together from the inside out.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "wire/decode.h"

namespace tlstriage::wire::test {

using Buffer = std::vector<std::uint8_t>;

inline Buffer operator+(Buffer front, const Buffer& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

/// Bytes from hexadecimal digits; blanks are skipped.
inline Buffer hex(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Buffer bytes;
    int high = -1;
    for (const char c : text) {
        if (c == ' ') continue;
        if (high < 0) {
            high = digit(c);
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit(c)));
            high = -1;
        }
    }
    return bytes;
}

inline Buffer be16(std::size_t value) {
    return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

/// 40000 -> 443, sequence 0x01020304, PSH and ACK.
inline Buffer tcp(const Buffer& payload, const Buffer& options = {}) {
    Buffer header = hex("9c40 01bb 01020304 0a0b0c0d 50 18 1000 0000 0000") + options;
    header[12] = static_cast<std::uint8_t>(header.size() / 4 << 4U);
    return header + payload;
}

inline Buffer udp(std::size_t source, std::size_t destination, const Buffer& payload) {
    return be16(source) + be16(destination) + be16(payload.size() + 8) + be16(0) + payload;
}

/// 192.0.2.1 -> 198.51.100.2, TTL 61
inline Buffer ipv4(int protocol, const Buffer& payload, const Buffer& options = {}) {
    Buffer header = hex("45 00 0000 1234 0000 3d 00 0000 c0000201 c6336402") + options;
    header[0] = static_cast<std::uint8_t>(0x40 + header.size() / 4);
    header[9] = static_cast<std::uint8_t>(protocol);
    const Buffer total = be16(header.size() + payload.size());
    header[2] = total[0];
    header[3] = total[1];
    return header + payload;
}

/// 2001:db8::1 -> 2001:db8::2, hop limit 62
inline Buffer ipv6(int next_header, const Buffer& payload) {
    Buffer header =
        hex("60000000") + be16(payload.size()) + Buffer{static_cast<std::uint8_t>(next_header), 62};
    header =
        header + hex("20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002");
    return header + payload;
}

inline Buffer ethernet(std::size_t type, const Buffer& payload) {
    return hex("020000000001 020000000002") + be16(type) + payload;
}

/// A frame in memory of exactly its size, so that AddressSanitizer sees a read past it.
struct Exact {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size = 0;
    Exact(const Buffer& from, std::size_t count)
        : bytes(std::make_unique<std::uint8_t[]>(count)), size(count) {
        if (count != 0) std::memcpy(bytes.get(), from.data(), count);
    }
    [[nodiscard]] Bytes view() const { return {bytes.get(), size}; }
};

/// The packet borrows `frame`: give a temporary only where what it points to is not asked for.
inline Packet decoded(LinkType link, const Buffer& frame, std::size_t wire_length = 0) {
    Packet packet;
    decode(link, frame, static_cast<std::uint32_t>(wire_length == 0 ? frame.size() : wire_length),
           packet);
    return packet;
}

struct Sample {
    std::string_view name;
    LinkType link;
    Buffer frame;
    bool v6 = false;  ///< the innermost IP header
};

/// Every encapsulation around the same TCP segment with the payload "hello" (samples.cpp).
std::vector<Sample> samples();

}  // namespace tlstriage::wire::test
