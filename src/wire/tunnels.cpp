// Tunnels straight over IP, and MPLS.
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

// Protocol types of GRE beyond the EtherTypes.
enum Carried : std::uint16_t {
    redirection = 0x883e,       // WCCP
    mirror = 0x88be,            // ERSPAN type I and II
    mirror_type_3 = 0x22eb,     // ERSPAN type III
    ethernet_over_ip = 0x6400,  // MikroTik EoIP
};

constexpr unsigned with_checksum = 0x8000;
constexpr unsigned with_routing = 0x4000;
constexpr unsigned with_key = 0x2000;
constexpr unsigned with_sequence = 0x1000;
constexpr unsigned with_acknowledgement = 0x0080;  // version 1 only
constexpr unsigned version_mask = 0x0007;

Outcome before_ethernet(Walk walk, std::size_t length) {
    if (!walk.has(length)) return walk.lacks(length);
    walk.skip(length);
    return ethernet(walk);
}

/// draft-foschiano-erspan §4: type I has no header and no GRE sequence number, type II 8 bytes.
Outcome erspan(Walk walk, bool type_2) {
    return before_ethernet(walk, type_2 ? 8 : 0);
}

/// Type III: 12 bytes, and 8 more when the last bit (O) is set.
Outcome erspan_3(Walk walk) {
    if (!walk.has(12)) return walk.lacks(12);
    return before_ethernet(walk, (walk.u8(11) & 1U) != 0 ? 20 : 12);
}

/// draft-wilson-wrec-wccp-v2: version 2 has a 4-byte redirect header whose first byte can't be that
/// of an IPv4 header.
Outcome redirected(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    if (walk.u8(0) >> 4U != 4) walk.skip(4);
    return internet(walk);
}

/// RFC 1701: source route entries up to one without length.
bool skip_routing(Walk& walk) {
    for (;;) {
        if (!walk.has(4)) return false;
        const std::size_t entry = walk.u8(3);
        const bool last = entry == 0;
        walk.skip(4);
        if (last) return true;
        if (!walk.has(entry)) return false;
        walk.skip(entry);
    }
}

/// GRE version 1: PPTP (RFC 2637 §4.1) and EoIP, whose 8 bytes hold no key but lengths.
Outcome gre_1(Walk walk, unsigned flags, std::uint16_t type) {
    if (type == ethernet_over_ip) return before_ethernet(walk, 8);
    std::size_t header = 8;
    if ((flags & with_sequence) != 0) header += 4;
    if ((flags & with_acknowledgement) != 0) header += 4;
    if (!walk.has(header)) return walk.lacks(header);
    const std::uint16_t payload = walk.u16(4);
    walk.skip(header);
    walk.bound(payload);
    if (walk.length == 0) return Outcome::other_transport;  // a mere acknowledgement
    return by_ethertype(walk, type);
}

}  // namespace

/// RFC 2784, RFC 2890, RFC 1701
Outcome gre(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    const unsigned flags = walk.u16(0);
    const std::uint16_t type = walk.u16(2);
    if ((flags & version_mask) == 1) return gre_1(walk, flags, type);
    if ((flags & version_mask) != 0) return Outcome::other_transport;
    std::size_t header = 4;
    if ((flags & (with_checksum | with_routing)) != 0) header += 4;
    if ((flags & with_key) != 0) header += 4;
    if ((flags & with_sequence) != 0) header += 4;
    if (!walk.has(header)) return walk.lacks(header);
    walk.skip(header);
    if ((flags & with_routing) != 0 && !skip_routing(walk)) return walk.lacks(4);
    switch (type) {
        case mirror: return erspan(walk, (flags & with_sequence) != 0);
        case mirror_type_3: return erspan_3(walk);
        case redirection: return redirected(walk);
        default: return by_ethertype(walk, type);
    }
}

/// RFC 3931 §4.1.1: a session id (0 is control), then a cookie and a sublayer header whose presence
/// only the control connection knows: look where an Ethernet frame can begin.
Outcome l2tp_v3(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    if (walk.u32(0) == 0) return Outcome::other_transport;
    walk.skip(4);
    constexpr std::size_t longest_cookie_and_sublayer = 12;
    for (std::size_t skipped = 0;; skipped += 4) {
        if (looks_like_ethernet(walk)) return ethernet(walk);
        if (skipped == longest_cookie_and_sublayer || !walk.has(4)) break;
        walk.skip(4);
    }
    return Outcome::other_transport;
}

/// RFC 3032 label stack. Nothing says what is under it: IP by its version, else an Ethernet
/// pseudowire with a control word (RFC 4385 §3: first nibble 0) or without.
Outcome mpls(Walk walk) {
    bool bottom = false;
    while (!bottom) {
        if (!walk.enter()) return Outcome::too_deep;
        if (!walk.has(4)) return walk.lacks(4);
        bottom = (walk.u8(2) & 1U) != 0;
        walk.skip(4);
    }
    if (!walk.has(1)) return walk.lacks(1);
    const unsigned nibble = walk.u8(0) >> 4U;
    if (nibble == 4 || nibble == 6) {
        const Outcome outcome = internet(walk);
        // A hardware address may begin with these nibbles too.
        if (outcome != Outcome::malformed || !looks_like_ethernet(walk)) return outcome;
        return ethernet(walk);
    }
    if (nibble == 0 && walk.has(4)) {
        Walk behind_control_word = walk;
        behind_control_word.skip(4);
        if (looks_like_ethernet(behind_control_word)) return ethernet(behind_control_word);
    }
    return looks_like_ethernet(walk) ? ethernet(walk) : Outcome::not_ip;
}

}  // namespace tlstriage::wire
