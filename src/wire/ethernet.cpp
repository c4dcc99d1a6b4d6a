// Ethernet, what an EtherType can announce, and IEEE 802.2.
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

// EtherTypes: https://www.iana.org/assignments/ieee-802-numbers
enum Ethertype : std::uint16_t {
    ipv4 = 0x0800,
    arp = 0x0806,
    trill = 0x22f3,
    ethernet_bridging = 0x6558,  // transparent Ethernet bridging, NVGRE (RFC 7637)
    raw_frame_relay = 0x6559,
    vlan = 0x8100,
    ipv6 = 0x86dd,
    ppp_frame = 0x880b,
    mpls_unicast = 0x8847,
    mpls_multicast = 0x8848,
    pppoe_discovery = 0x8863,
    pppoe_session = 0x8864,
    jumbo_llc = 0x8870,
    service_vlan = 0x88a8,
    macsec = 0x88e5,
    backbone_service = 0x88e7,  // IEEE 802.1ah
    fabric_path = 0x8903,
    cisco_metadata = 0x8909,
    vn_tag = 0x8926,
    redundancy = 0x892f,  // HSR, IEC 62439-3
    e_tag = 0x893f,       // IEEE 802.1BR
    service_header = 0x894f,
    old_double_vlan = 0x9100,
    old_double_vlan_2 = 0x9200,
    old_double_vlan_3 = 0x9300,
};

constexpr std::uint16_t longest_ieee802_3 = 1500;

Outcome by_type_or_length(Walk walk, std::uint16_t value) {
    if (value > longest_ieee802_3) return by_ethertype(walk, value);
    walk.bound(value);
    return llc(walk);
}

/// A tag of `length` bytes that ends with the next EtherType.
Outcome tag(Walk walk, std::size_t length) {
    if (!walk.has(length)) return walk.lacks(length);
    const std::uint16_t next = walk.u16(length - 2);
    walk.skip(length);
    return by_type_or_length(walk, next);
}

Outcome vlan_tag(Walk walk) {
    if (walk.has(2) && walk.packet->vlan == 0) walk.packet->vlan = walk.u16(0) & 0x0fffU;
    return tag(walk, 4);
}

/// A header of `length` bytes in front of a whole Ethernet frame.
Outcome before_ethernet(Walk walk, std::size_t length) {
    if (!walk.has(length)) return walk.lacks(length);
    walk.skip(length);
    return ethernet(walk);
}

/// TRILL (RFC 6325 §3): five bits give the length of the options in units of 4 bytes.
Outcome trill_header(Walk walk) {
    if (!walk.has(2)) return walk.lacks(2);
    return before_ethernet(walk, 6 + ((walk.u16(0) >> 6U) & 0x1fU) * 4U);
}

/// IEEE 802.1AE §9: with neither E nor C set only integrity is protected, and the body is readable.
Outcome macsec_tag(Walk walk) {
    constexpr unsigned channel_identifier = 0x20;
    constexpr unsigned encrypted_or_changed = 0x0c;
    if (!walk.has(1)) return walk.lacks(1);
    const unsigned control = walk.u8(0);
    if ((control & encrypted_or_changed) != 0) return Outcome::encrypted_link;
    return tag(walk, ((control & channel_identifier) != 0 ? 14U : 6U) + 2U);
}

}  // namespace

Outcome ethernet(Walk walk) {
    if (!walk.enter()) return Outcome::too_deep;
    if (!walk.has(14)) return walk.lacks(14);
    const std::uint16_t value = walk.u16(12);
    walk.skip(14);
    return by_type_or_length(walk, value);
}

Outcome by_ethertype(Walk walk, std::uint16_t type) {
    if (!walk.enter()) return Outcome::too_deep;
    switch (type) {
        case ipv4:
        case ipv6: return internet(walk);
        case vlan:
        case service_vlan:
        case old_double_vlan:
        case old_double_vlan_2:
        case old_double_vlan_3: return vlan_tag(walk);
        case mpls_unicast:
        case mpls_multicast: return mpls(walk);
        case pppoe_session: return pppoe(walk);
        case ppp_frame: return ppp(walk);
        case jumbo_llc: return llc(walk);
        case macsec: return macsec_tag(walk);
        case backbone_service: return before_ethernet(walk, 4);
        case fabric_path: return before_ethernet(walk, 2);
        case trill: return trill_header(walk);
        case ethernet_bridging: return ethernet(walk);
        case raw_frame_relay: return frame_relay(walk);
        case service_header: return nsh(walk);
        case vn_tag:
        case redundancy: return tag(walk, 6);
        case e_tag:
        case cisco_metadata: return tag(walk, 8);
        default: return Outcome::not_ip;
    }
}

Outcome llc(Walk walk) {
    if (!walk.has(3)) return walk.lacks(3);
    const unsigned access_points = walk.u16(0);
    const bool unnumbered = walk.u8(2) == 0x03;
    walk.skip(3);
    if (unnumbered && access_points == 0xaaaa) return snap(walk);
    if (unnumbered && access_points == 0x0606) return internet(walk);  // IP by IEEE's number
    return Outcome::not_ip;
}

/// RFC 1042; an organisation of its own only for bridged Ethernet (RFC 2684 §5.2, RFC 2427 §4.2).
Outcome snap(Walk walk) {
    if (!walk.has(5)) return walk.lacks(5);
    const std::uint32_t organisation = walk.u32(0) >> 8U;
    const std::uint16_t type = walk.u16(3);
    walk.skip(5);
    switch (organisation) {
        case 0x000000:
        case 0x0000f8: return by_ethertype(walk, type);
        case 0x0080c2:
            // ATM pads in front of the frame, frame relay does not.
            if (type != 0x0001 && type != 0x0007) return Outcome::not_ip;
            return looks_like_ethernet(walk) ? ethernet(walk) : before_ethernet(walk, 2);
        default: return Outcome::not_ip;
    }
}

/// RFC 8300 §2.2
Outcome nsh(Walk walk) {
    if (!walk.enter()) return Outcome::too_deep;
    if (!walk.has(8)) return walk.lacks(8);
    const std::size_t length = (walk.u8(1) & 0x3fU) * 4U;
    const std::uint8_t next = walk.u8(3);
    if (length < 8) return Outcome::malformed;
    if (!walk.has(length)) return walk.lacks(length);
    walk.skip(length);
    switch (next) {
        case 1:
        case 2: return internet(walk);
        case 3: return ethernet(walk);
        case 4: return nsh(walk);
        case 5: return mpls(walk);
        default: return Outcome::not_ip;
    }
}

bool looks_like_ethernet(const Walk& walk) {
    if (!walk.has(17)) return false;
    const std::uint16_t type = walk.u16(12);
    switch (type) {
        case ipv4: return walk.u8(14) >> 4U == 4;
        case ipv6: return walk.u8(14) >> 4U == 6;
        case arp: return walk.u16(14) == 1;  // hardware type Ethernet
        case vlan:
        case service_vlan:
        case mpls_unicast:
        case mpls_multicast:
        case pppoe_discovery:
        case pppoe_session: return true;
        default:  // SNAP or spanning tree in IEEE 802.3
            return type <= longest_ieee802_3 && walk.u8(16) == 0x03 &&
                   (walk.u16(14) == 0xaaaa || walk.u16(14) == 0x4242);
    }
}

}  // namespace tlstriage::wire
