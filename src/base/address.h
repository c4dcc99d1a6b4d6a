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

    /// Written as two words, for it is read as two words next.
    static IpAddress v4(const std::uint8_t* at) {
        std::uint64_t low = load_native<std::uint32_t>(at);
        if constexpr (std::endian::native == std::endian::little) {
            low = low << 32U | 0xffff'0000;
        } else {
            low |= 0xffff'0000'0000;
        }
        IpAddress address;
        std::memcpy(&address.bytes[8], &low, sizeof(low));
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
        const auto word = [](const IpAddress& address, std::size_t at) {
            return load_native<std::uint64_t>(address.bytes.data() + at);
        };
        return ((word(a, 0) ^ word(b, 0)) | (word(a, 8) ^ word(b, 8))) == 0;
    }
    friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
        const auto first = a.high() <=> b.high();
        return first != 0 ? first : a.low() <=> b.low();
    }

    /// The numbers that its halves are.
    [[nodiscard]] std::uint64_t high() const { return load_big<std::uint64_t>(bytes.data()); }
    [[nodiscard]] std::uint64_t low() const { return load_big<std::uint64_t>(bytes.data() + 8); }
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;  // host order

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Whether a <= b, without a branch: of packets that come it is as often true as not.
inline bool not_above(const Endpoint& a, const Endpoint& b) {
    const auto below_or = [](auto x, auto y, bool when_equal) {
        return (x < y) | ((x == y) & when_equal);
    };
    return below_or(a.address.high(), b.address.high(),
                    below_or(a.address.low(), b.address.low(), a.port <= b.port));
}

/// The two ends of a TCP connection in a fixed order, so that both directions give the same key.
struct FlowKey {
    Endpoint low;
    Endpoint high;

    static FlowKey between(const Endpoint& a, const Endpoint& b) {
        return not_above(a, b) ? FlowKey{a, b} : FlowKey{b, a};
    }
    /// Whose packets are on this lane: 0 is the lower end's.
    [[nodiscard]] const Endpoint& sender(std::uint8_t lane) const { return lane == 0 ? low : high; }
    friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

}  // namespace tlstriage
