// Tunnels over UDP. A port alone proves nothing: content that does not fit stays plain UDP.
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

enum Port : std::uint16_t {
    l2tp = 1701,
    gtp_user = 2152,
    teredo = 3544,
    gre_in_udp = 4754,
    vxlan = 4789,
    vxlan_generic = 4790,
    capwap_control = 5246,
    capwap_data = 5247,
    geneve = 6081,
    mpls_in_udp = 6635,
    vxlan_linux = 8472,  // the Linux driver's default, from before the assignment
};

/// Each of these returns nothing when the content is not theirs.
using Inside = std::optional<Outcome>;

/// RFC 7348 §5; the group policy extension adds the top bit.
Inside vxlan_header(Walk walk) {
    constexpr unsigned with_identifier = 0x08;
    constexpr unsigned with_policy = 0x80;
    if (!walk.has(8) || (walk.u8(0) & ~with_policy) != with_identifier) return {};
    walk.skip(8);
    return ethernet(walk);
}

/// draft-ietf-nvo3-vxlan-gpe §3
Inside vxlan_generic_header(Walk walk) {
    constexpr unsigned version = 0x30;
    constexpr unsigned with_identifier = 0x08;
    constexpr unsigned with_protocol = 0x04;
    if (!walk.has(8)) return {};
    const unsigned flags = walk.u8(0);
    if ((flags & version) != 0 || (flags & with_identifier) == 0) return {};
    // Without P it is plain VXLAN; some senders fill in the protocol all the same.
    unsigned protocol = walk.u8(3);
    if ((flags & with_protocol) == 0 && protocol == 0) protocol = 3;
    walk.skip(8);
    switch (protocol) {
        case 1:
        case 2: return internet(walk);
        case 3: return ethernet(walk);
        case 4: return nsh(walk);
        case 5: return mpls(walk);
        default: return {};
    }
}

/// RFC 8926 §3.4
Inside geneve_header(Walk walk) {
    if (!walk.has(8) || walk.u8(0) >> 6U != 0) return {};
    const std::size_t header = 8 + (walk.u8(0) & 0x3fU) * 4U;
    const std::uint16_t type = walk.u16(2);
    if (!walk.has(header)) return {};
    walk.skip(header);
    return by_ethertype(walk, type);
}

/// 3GPP TS 29.281 §5.1, §5.2: only user data (G-PDU) is followed.
Inside gtp_header(Walk walk) {
    constexpr unsigned version_1_not_prime = 0x30;
    constexpr unsigned any_optional = 0x07;
    constexpr unsigned extended = 0x04;
    constexpr std::uint8_t user_data = 255;
    if (!walk.has(8) || (walk.u8(0) & 0xf0U) != version_1_not_prime) return {};
    if (walk.u8(1) != user_data) return {};
    const unsigned flags = walk.u8(0);
    const std::uint16_t length = walk.u16(2);
    walk.skip(8);
    walk.bound(length);
    if ((flags & any_optional) != 0) {
        if (!walk.has(4)) return {};
        std::uint8_t next = (flags & extended) != 0 ? walk.u8(3) : std::uint8_t{0};
        walk.skip(4);
        while (next != 0) {
            if (!walk.has(1)) return {};
            const std::size_t extension = walk.u8(0) * 4U;
            if (extension == 0 || !walk.has(extension)) return {};
            next = walk.u8(extension - 1);
            walk.skip(extension);
        }
    }
    if (walk.has(1) && (walk.u8(0) >> 4U == 4 || walk.u8(0) >> 4U == 6)) return internet(walk);
    if (looks_like_ethernet(walk)) return ethernet(walk);
    return {};
}

/// RFC 2661 §3.1 (version 2 carries PPP), RFC 3931 §4.1.2 (version 3 over UDP).
Inside l2tp_header(Walk walk) {
    constexpr unsigned control = 0x8000;
    constexpr unsigned with_length = 0x4000;
    constexpr unsigned with_sequence = 0x0800;
    constexpr unsigned with_offset = 0x0200;
    constexpr unsigned reserved = 0x34f0;
    if (!walk.has(6)) return {};
    const unsigned flags = walk.u16(0);
    const unsigned version = flags & 0x000fU;
    if ((flags & control) != 0) return {};
    if (version == 3) {
        if (walk.u16(2) != 0) return {};
        walk.skip(4);
        const Outcome outcome = l2tp_v3(walk);
        return outcome == Outcome::other_transport ? Inside{} : outcome;
    }
    if (version != 2 || (flags & reserved) != 0) return {};
    std::size_t header = 6;
    if ((flags & with_length) != 0) {
        walk.bound(walk.u16(2));
        header += 2;
    }
    if ((flags & with_sequence) != 0) header += 4;
    if ((flags & with_offset) != 0) {
        if (!walk.has(header + 2)) return {};
        header += 2U + walk.u16(header);
    }
    if (!walk.has(header)) return {};
    walk.skip(header);
    return ppp(walk);
}

/// RFC 4380 §5.1.1: an authentication and an origin indication may come first.
Inside teredo_header(Walk walk) {
    constexpr std::uint16_t authentication = 0x0001;
    constexpr std::uint16_t origin = 0x0000;
    if (!walk.has(4)) return {};
    if (walk.u16(0) == authentication) {
        const std::size_t header = 4U + walk.u8(2) + walk.u8(3) + 8U + 1U;
        if (!walk.has(header)) return {};
        walk.skip(header);
    }
    if (walk.has(8) && walk.u16(0) == origin) walk.skip(8);
    if (!walk.has(40) || walk.u8(0) >> 4U != 6 || walk.u16(4) > walk.length - 40) return {};
    return internet(walk);
}

/// RFC 5415 §4.2: preamble 1 and three reserved bytes, then DTLS.
Inside capwap_dtls(const Walk& walk) {
    if (!walk.has(17) || walk.u32(0) != 0x01000000) return {};
    return walk.u8(4) >= 20 && walk.u8(4) <= 26 ? Inside{Outcome::dtls} : Inside{};
}

/// RFC 5415 §4.3. What is inside is 802.11 (T set) or 802.3. Cisco's controllers swap the two bytes
/// of 802.11's frame control.
Inside capwap_header(Walk walk) {
    constexpr unsigned native_frame = 0x01;                   // T, in the third byte
    constexpr unsigned fragment_or_keep_alive = 0x80 | 0x08;  // F and K, in the fourth
    if (!walk.has(8) || walk.u8(0) != 0) return capwap_dtls(walk);
    const std::size_t header = (walk.u8(1) >> 3U) * 4U;
    if (header < 8 || !walk.has(header)) return {};
    if ((walk.u8(3) & fragment_or_keep_alive) != 0) return {};
    const bool native = (walk.u8(2) & native_frame) != 0;
    walk.skip(header);
    if (!native) return ethernet(walk);
    const auto is_data = [](std::uint8_t control) { return (control & 0x0fU) == 0x08; };
    const bool swapped = walk.has(2) && !is_data(walk.u8(0)) && is_data(walk.u8(1));
    return ieee802_11(walk, {.swapped_control = swapped});
}

Inside by_port(const Walk& walk, std::uint16_t source, std::uint16_t destination) {
    // These send from any port to theirs.
    switch (destination) {
        case vxlan:
        case vxlan_linux: return vxlan_header(walk);
        case vxlan_generic: return vxlan_generic_header(walk);
        case geneve: return geneve_header(walk);
        case gre_in_udp: return gre(walk);
        case mpls_in_udp: return mpls(walk);
        default: break;
    }
    // These answer from theirs.
    for (const std::uint16_t port : {destination, source}) {
        switch (port) {
            case gtp_user: return gtp_header(walk);
            case l2tp: return l2tp_header(walk);
            case teredo: return teredo_header(walk);
            case capwap_control: return capwap_dtls(walk);
            case capwap_data: return capwap_header(walk);
            default: break;
        }
    }
    return {};
}

}  // namespace

Inside udp_tunnel(const Walk& walk, std::uint16_t source, std::uint16_t destination) {
    const Inside inside = by_port(walk, source, destination);
    return inside == Outcome::malformed ? Inside{} : inside;
}

}  // namespace tlstriage::wire
