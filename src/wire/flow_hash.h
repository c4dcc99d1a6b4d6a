// The flow hash from headers as they lie on the wire (decode.h has it for Endpoints).
#pragma once

#include "base/bytes.h"

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include <algorithm>
#include <array>

namespace tlstriage::wire {

/// An end as two numbers and a port, in an order that both directions agree on.
struct WideEnd {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t port = 0;
    friend auto operator<=>(const WideEnd&, const WideEnd&) = default;
};

/// Ends with IPv4 addresses: 48 bits each.
inline std::uint64_t hash_ends(std::uint64_t a, std::uint64_t b) {
    const std::array<std::uint64_t, 2> ends{std::min(a, b), std::max(a, b)};
    return XXH3_64bits(ends.data(), sizeof ends);
}

inline std::uint64_t hash_ends(const WideEnd& a, const WideEnd& b) {
    const bool ordered = a <= b;
    const WideEnd& first = ordered ? a : b;
    const WideEnd& second = ordered ? b : a;
    const std::array<std::uint64_t, 5> ends{first.high, first.low, second.high, second.low,
                                            first.port << 16U | second.port};
    return XXH3_64bits(ends.data(), sizeof ends);
}

/// `addresses` at the source address of an IPv4 header, `ports` at the source port.
inline std::uint64_t flow_hash_v4(const std::uint8_t* addresses, const std::uint8_t* ports) {
    const auto end = [](const std::uint8_t* address, const std::uint8_t* port) {
        return static_cast<std::uint64_t>(load_big<std::uint32_t>(address)) << 16U |
               load_big<std::uint16_t>(port);
    };
    return hash_ends(end(addresses, ports), end(addresses + 4, ports + 2));
}

/// The same for IPv6. A pair of mapped addresses (::ffff:a.b.c.d) hashes like the IPv4 addresses
/// that it equals as a FlowKey.
inline std::uint64_t flow_hash_v6(const std::uint8_t* addresses, const std::uint8_t* ports) {
    const auto end = [](const std::uint8_t* address, const std::uint8_t* port) {
        return WideEnd{load_big<std::uint64_t>(address), load_big<std::uint64_t>(address + 8),
                       load_big<std::uint16_t>(port)};
    };
    const WideEnd source = end(addresses, ports);
    const WideEnd destination = end(addresses + 16, ports + 2);
    const auto mapped = [](const WideEnd& e) { return e.high == 0 && e.low >> 32U == 0xffff; };
    if (mapped(source) && mapped(destination)) [[unlikely]] {
        const auto narrow = [](const WideEnd& e) { return (e.low & 0xffffffff) << 16U | e.port; };
        return hash_ends(narrow(source), narrow(destination));
    }
    return hash_ends(source, destination);
}

}  // namespace tlstriage::wire
