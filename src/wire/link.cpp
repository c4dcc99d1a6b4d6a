// The link types of capture files: https://www.tcpdump.org/linktypes.html
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

/// Link types beside those in base/link_type.h.
enum FurtherLink : std::uint16_t {
    slip = 8,
    fddi = 10,
    raw_bsd = 12,
    raw_openbsd = 14,
    ppp_over_ethernet = 51,
    atm_rfc1483 = 100,
    ip_over_fibre_channel = 122,
    sun_atm = 123,
    ip_over_firewire = 138,
    ieee802_11_avs = 163,
    ppp_with_dir = 204,
    ip_over_infiniband = 242,
    apple_pktap = 258,
};

Outcome after(Walk walk, std::size_t header, Outcome (*next)(Walk)) {
    if (!walk.has(header)) return walk.lacks(header);
    walk.skip(header);
    return next(walk);
}

/// A header of `header` bytes with an EtherType somewhere in it.
Outcome after_type(Walk walk, std::size_t header, std::size_t type_offset) {
    if (!walk.has(header)) return walk.lacks(header);
    const std::uint16_t type = walk.u16(type_offset);
    walk.skip(header);
    return by_ethertype(walk, type);
}

/// BSD loopback: an address family, in the byte order of the machine that captured (DLT_NULL) or of
/// the network (DLT_LOOP). AF_INET is 2 everywhere; AF_INET6 is 24, 28, 30, 10 or 23.
Outcome loopback(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    const std::uint32_t value = walk.u32(0);
    const std::uint32_t family = value > 0xffff ? byte_swapped(value) : value;
    if (walk.u16(0) == 0xff03) return ppp(walk);
    walk.skip(4);
    switch (family) {
        case 2:
        case 10:
        case 23:
        case 24:
        case 28:
        case 30: return internet(walk);
        default: return Outcome::not_ip;
    }
}

/// IP without a link layer; some files hold other things under this type.
Outcome raw_ip(Walk walk) {
    if (!walk.has(1)) return walk.lacks(1);
    const unsigned version = walk.u8(0) >> 4U;
    return version == 4 || version == 6 ? internet(walk) : Outcome::malformed;
}

/// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and _SLL2.html
Outcome cooked(Walk walk, std::size_t header, std::size_t hardware_offset,
               std::size_t type_offset) {
    constexpr std::uint16_t hardware_netlink = 824;
    constexpr std::uint16_t type_llc = 0x0004;
    if (!walk.has(header)) return walk.lacks(header);
    const std::uint16_t hardware = walk.u16(hardware_offset);
    const std::uint16_t type = walk.u16(type_offset);
    walk.skip(header);
    if (hardware == hardware_netlink) return Outcome::not_ip;
    return type == type_llc ? llc(walk) : by_ethertype(walk, type);
}

/// PPP in HDLC-like framing (RFC 1662) or Cisco HDLC: address 0x0f or 0x8f, control 0, EtherType.
Outcome hdlc(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    return walk.u8(0) == 0x0f || walk.u8(0) == 0x8f ? after_type(walk, 4, 2) : ppp(walk);
}

/// https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html: 4 bytes, then attributes whose length and
/// type are in the byte order of the machine that captured; the payload is of type 9.
Outcome nflog(Walk walk) {
    constexpr std::uint16_t payload_attribute = 9;
    if (!walk.has(4)) return walk.lacks(4);
    walk.skip(4);
    while (walk.length > 0) {
        if (!walk.has(4)) return walk.lacks(4);
        std::uint16_t length = walk.u16_little(0);
        std::uint16_t type = walk.u16_little(2);
        if ((type & 0x7fffU) > 0xff) {  // types are small numbers
            length = byte_swapped(length);
            type = byte_swapped(type);
        }
        if (length < 4) return Outcome::malformed;
        if ((type & 0x7fffU) == payload_attribute) {
            walk.bound(length);
            walk.skip(4);
            return raw_ip(walk);
        }
        const std::size_t padded = (length + 3U) & ~std::size_t{3};
        if (!walk.has(padded)) return walk.lacks(padded);
        walk.skip(padded);
    }
    return Outcome::not_ip;
}

/// https://www.tcpdump.org/linktypes/LINKTYPE_SUNATM.html: the low nibble of the first byte says
/// what follows; 2 is LLC.
Outcome sun_atm_cell(Walk walk) {
    if (!walk.has(4)) return walk.lacks(4);
    const bool is_llc = (walk.u8(0) & 0x0fU) == 2;
    walk.skip(4);
    return is_llc ? llc(walk) : Outcome::not_ip;
}

/// macOS: length of this header, type of the next one, and its link type, little-endian 32 bits.
Outcome pktap(Walk walk) {
    if (!walk.has(12)) return walk.lacks(12);
    const std::size_t header = walk.u32_little(0);
    const std::uint32_t link = walk.u32_little(8);
    if (header < 12) return Outcome::malformed;
    if (!walk.has(header)) return walk.lacks(header);
    walk.skip(header);
    return link <= 0xffff ? by_link(walk, static_cast<LinkType>(link)) : Outcome::unknown_link_type;
}

Outcome by_further_link(Walk walk, std::uint16_t link) {
    switch (link) {
        case raw_bsd:
        case raw_openbsd: return raw_ip(walk);
        case ppp_over_ethernet: return pppoe(walk);
        case ppp_with_dir: return after(walk, 1, ppp);  // the direction, then the frame
        case ieee802_11_avs: return ieee802_11_prism(walk);
        case slip: return after(walk, 16, raw_ip);
        case fddi: return after(walk, 13, llc);
        case atm_rfc1483: return llc(walk);
        case ip_over_fibre_channel: return after(walk, 16, llc);
        case sun_atm: return sun_atm_cell(walk);
        case ip_over_firewire: return after_type(walk, 18, 16);
        case ip_over_infiniband: return after_type(walk, 44, 40);
        case apple_pktap: return pktap(walk);
        default: return Outcome::unknown_link_type;
    }
}

}  // namespace

/// RFC 2427: Q.922 address, control 0x03, NLPID. Cisco's own framing has an EtherType behind the
/// address instead.
Outcome frame_relay(Walk walk) {
    constexpr std::uint8_t last_address_byte = 0x01;
    if (!walk.enter()) return Outcome::too_deep;
    std::size_t address = 2;
    for (;; ++address) {
        if (address > 4) return Outcome::malformed;
        if (!walk.has(address)) return walk.lacks(address);
        if ((walk.u8(address - 1) & last_address_byte) != 0) break;
    }
    if (!walk.has(address + 2)) return walk.lacks(address + 2);
    walk.skip(address);
    if (walk.u8(0) != 0x03) return after_type(walk, 2, 0);
    walk.skip(1);
    if (walk.u8(0) == 0) {  // padding in front of the NLPID
        walk.skip(1);
        if (!walk.has(1)) return walk.lacks(1);
    }
    const std::uint8_t protocol = walk.u8(0);
    walk.skip(1);
    switch (protocol) {
        case 0xcc:
        case 0x8e: return internet(walk);
        case 0xcf: return ppp(walk);
        case 0x80: return snap(walk);
        default: return Outcome::not_ip;
    }
}

Outcome by_link(Walk walk, LinkType link) {
    if (!walk.enter()) return Outcome::too_deep;
    switch (link) {
        case LinkType::ethernet: return ethernet(walk);
        case LinkType::null:
        case LinkType::loop: return loopback(walk);
        case LinkType::ppp: return ppp(walk);
        case LinkType::ppp_hdlc:
        case LinkType::cisco_hdlc: return hdlc(walk);
        // The direction stands in place of the address 0xff.
        case LinkType::ppp_with_direction: return after(walk, 2, ppp);
        case LinkType::raw:
        case LinkType::ipv4:
        case LinkType::ipv6: return raw_ip(walk);
        case LinkType::linux_sll: return cooked(walk, 16, 2, 14);
        case LinkType::linux_sll2: return cooked(walk, 20, 8, 0);
        case LinkType::nflog: return nflog(walk);
        case LinkType::frame_relay: return frame_relay(walk);
        case LinkType::ieee802_11: return ieee802_11(walk);
        case LinkType::ieee802_11_radiotap: return ieee802_11_radiotap(walk);
        case LinkType::ieee802_11_prism: return ieee802_11_prism(walk);
        case LinkType::ppi: return ppi(walk);
        case LinkType::mtp2: return Outcome::not_ip;  // telephone signalling
    }
    return by_further_link(walk, static_cast<std::uint16_t>(link));
}

}  // namespace tlstriage::wire
