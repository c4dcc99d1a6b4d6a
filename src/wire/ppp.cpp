// PPP and PPPoE.
#include "wire/layers.h"

namespace tlstriage::wire {

/// RFC 1661 §2 in RFC 1662's framing: address and control may be left out, and so may the first
/// byte of the protocol when it is 0 (the last byte alone is odd).
Outcome ppp(Walk walk) {
    // https://www.iana.org/assignments/ppp-numbers
    enum : std::uint16_t {
        ipv4 = 0x0021,
        multilink = 0x003d,
        encrypted = 0x0053,
        ipv6 = 0x0057,
        compressed = 0x00fd,  // nearly always MPPE (RFC 3078), which encrypts
        mpls_unicast = 0x0281,
        mpls_multicast = 0x0283,
    };
    if (!walk.enter()) return Outcome::too_deep;
    if (walk.has(2) && walk.u16(0) == 0xff03) walk.skip(2);
    if (!walk.has(1)) return walk.lacks(1);
    const bool compressed_field = (walk.u8(0) & 1U) != 0;
    const std::size_t header = compressed_field ? 1 : 2;
    if (!walk.has(header)) return walk.lacks(header);
    const std::uint16_t protocol = compressed_field ? walk.u8(0) : walk.u16(0);
    walk.skip(header);
    switch (protocol) {
        case ipv4:
        case ipv6: return internet(walk);
        case mpls_unicast:
        case mpls_multicast: return mpls(walk);
        case encrypted:
        case compressed: return Outcome::encrypted_link;
        case multilink:  // RFC 1990 §3, long sequence numbers: begin and end, so a whole packet
            if (!walk.has(4)) return walk.lacks(4);
            if (walk.u8(0) != 0xc0) return Outcome::not_ip;
            walk.skip(4);
            return ppp(walk);
        default: return Outcome::not_ip;
    }
}

/// RFC 2516 §4
Outcome pppoe(Walk walk) {
    constexpr std::uint8_t version_and_type = 0x11;
    if (!walk.has(6)) return walk.lacks(6);
    if (walk.u8(0) != version_and_type) return Outcome::malformed;
    if (walk.u8(1) != 0) return Outcome::not_ip;  // discovery
    const std::uint16_t length = walk.u16(4);
    walk.skip(6);
    walk.bound(length);
    return ppp(walk);
}

}  // namespace tlstriage::wire
