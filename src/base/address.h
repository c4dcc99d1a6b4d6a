// Addresses and endpoints of a conversation.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>

#include "base/bytes.h"

namespace tlstriage {

/// An IPv6 address in network order; an IPv4 address as its mapped form ::ffff:a.b.c.d
/// (RFC 4291 §2.5.5.2).
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static IpAddress v4(const std::uint8_t* at) {
        IpAddress address;
        address.bytes[10] = address.bytes[11] = 0xff;
        std::memcpy(&address.bytes[12], at, 4);
        return address;
    }
    static IpAddress v6(const std::uint8_t* at) {
        IpAddress address;
        std::memcpy(address.bytes.data(), at, 16);
        return address;
    }
    [[nodiscard]] bool is_v4() const {
        static constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0,   0,
                                                             0, 0, 0, 0, 255, 255};
        return std::memcmp(bytes.data(), prefix.data(), prefix.size()) == 0;
    }
    /// Two loads and compares instead of a call to memcmp: this is asked once a packet.
    friend bool operator==(const IpAddress& a, const IpAddress& b) {
        return ((a.word(0) ^ b.word(0)) | (a.word(8) ^ b.word(8))) == 0;
    }
    friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
        const auto first = a.word(0) <=> b.word(0);
        return first != 0 ? first : a.word(8) <=> b.word(8);
    }

  private:
    [[nodiscard]] std::uint64_t word(std::size_t at) const {
        return load_big<std::uint64_t>(bytes.data() + at);
    }
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;  // host order

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// The two ends of a TCP connection in a fixed order, so that both directions give the same key.
struct FlowKey {
    Endpoint low;
    Endpoint high;

    static FlowKey between(const Endpoint& a, const Endpoint& b) {
        return a <= b ? FlowKey{a, b} : FlowKey{b, a};
    }
    friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

}  // namespace tlstriage
