#include "rewriting/frame_fields.h"

#include "rewriting/field_walk.h"

namespace tlstriage::rewriting {
namespace {

enum EtherType : std::uint16_t {
    type_ipv4 = 0x0800,
    type_arp = 0x0806,
    type_transparent_bridging = 0x6558,
    type_vlan = 0x8100,
    type_ipv6 = 0x86dd,
    type_mpls = 0x8847,
    type_pppoe_session = 0x8864,
    type_erspan = 0x88be,
    type_service_vlan = 0x88a8,
    type_old_service_vlan = 0x9100,
};

enum Protocol : std::uint8_t {
    hop_by_hop = 0,
    icmp = 1,
    ip_in_ip = 4,
    tcp = 6,
    udp = 17,
    ipv6_in_ip = 41,
    routing = 43,
    fragment = 44,
    gre = 47,
    icmp_v6 = 58,
    destination_options = 60,
};

}  // namespace

void FieldWalk::link(LinkType type, Place place) {
    switch (type) {
        case LinkType::ethernet: return ethernet(place);
        case LinkType::linux_sll:
            if (!place.has(16)) return;
            if (u16(place.at + 4) == 6) hardware_address(place.at + 6, place.covering);
            return by_ethertype(u16(place.at + 14), place.after(16));
        case LinkType::linux_sll2:
            if (!place.has(20)) return;
            if (u8(place.at + 11) == 6) hardware_address(place.at + 12, place.covering);
            return by_ethertype(u16(place.at), place.after(20));
        case LinkType::null:
        case LinkType::loop: return internet(place.after(4));
        case LinkType::raw:
        case LinkType::ipv4:
        case LinkType::ipv6: return internet(place);
        default: return;
    }
}

void FieldWalk::ethernet(Place place) {
    if (!place.has(14)) return;
    hardware_address(place.at, place.covering);
    hardware_address(place.at + 6, place.covering);
    by_ethertype(u16(place.at + 12), place.after(14));
}

void FieldWalk::by_ethertype(std::uint16_t type, Place place) {
    switch (type) {
        case type_ipv4:
        case type_ipv6: return internet(place);
        case type_arp: return arp(place);
        case type_transparent_bridging: return ethernet(place);
        case type_vlan:
        case type_service_vlan:
        case type_old_service_vlan:
            if (place.has(4)) by_ethertype(u16(place.at + 2), place.after(4));
            return;
        case type_mpls: return mpls(place);
        case type_pppoe_session: return internet(place.after(8));  // PPP's protocol too
        default: return;
    }
}

// RFC 826, with Ethernet and IPv4 addresses.
void FieldWalk::arp(Place place) {
    if (!place.has(28) || u16(place.at + 2) != type_ipv4) return;
    address_v4(place.at + 14, place.covering);
    address_v4(place.at + 24, place.covering);
}

// RFC 3032. Pseudowires are left to the check against wire::decode.
void FieldWalk::mpls(Place place) {
    while (place.has(4)) {
        const bool bottom = (u8(place.at + 2) & 1U) != 0;
        place = place.after(4);
        if (bottom) return internet(place);
    }
}

void FieldWalk::internet(Place place) {
    if (!place.has(1)) return;
    const unsigned version = u8(place.at) >> 4;
    if (version == 4) return ipv4(place);
    if (version == 6) return ipv6(place);
}

// RFC 791 §3.1
void FieldWalk::ipv4(Place place) {
    const std::size_t header = (u8(place.at) & 0x0fU) * 4U;
    if (!place.has(20) || header < 20) return;
    fields_.ip_headers.insert(place.at);
    const std::size_t total = u16(place.at + 2);
    if (total != 0) place.bound(total);  // 0: left to the network card
    const ChecksumMask own = checksum(place.at + 10, place.at, place.covering);
    const IpHeader ip{IpAddress::v4(at(place.at + 12)), IpAddress::v4(at(place.at + 16)),
                      address_v4(place.at + 12, place.covering | own),
                      address_v4(place.at + 16, place.covering | own)};
    const bool first = (u16(place.at + 6) & 0x1fffU) == 0;
    if (!place.has(header)) return;
    if (!first)
        return replace(place.after(header), choice_.other_data(bytes_of(place.after(header))));
    by_protocol(u8(place.at + 9), place.after(header), ip);
}

// RFC 8200 §3
void FieldWalk::ipv6(Place place) {
    if (!place.has(40)) return;
    fields_.ip_headers.insert(place.at);
    const std::size_t payload = u16(place.at + 4);
    if (payload != 0) place.bound(payload + 40);
    const IpHeader ip{IpAddress::v6(at(place.at + 8)), IpAddress::v6(at(place.at + 24)),
                      address_v6(place.at + 8, place.covering),
                      address_v6(place.at + 24, place.covering)};
    by_protocol(u8(place.at + 6), place.after(40), ip);
}

void FieldWalk::by_protocol(std::uint8_t protocol, Place place, const IpHeader& ip) {
    switch (protocol) {
        case Protocol::tcp: return tcp(place, ip);
        case Protocol::udp: return udp(place, ip);
        case Protocol::icmp: return icmp(place);
        case Protocol::icmp_v6: return icmp_v6(place, ip);
        case ip_in_ip:
        case ipv6_in_ip: return internet(place);
        case Protocol::gre: return gre(place);
        case hop_by_hop:
        case routing:
        case destination_options:
            if (!place.has(2)) return;
            return by_protocol(u8(place.at), place.after((u8(place.at + 1) + 1U) * 8U), ip);
        case fragment:
            if (!place.has(8)) return;
            if ((u16(place.at + 2) & 0xfff8U) != 0) {
                return replace(place.after(8), choice_.other_data(bytes_of(place.after(8))));
            }
            return by_protocol(u8(place.at), place.after(8), ip);
        default: return;
    }
}

// RFC 2784, RFC 2890
void FieldWalk::gre(Place place) {
    constexpr unsigned with_checksum = 0x8000;
    constexpr unsigned with_key = 0x2000;
    constexpr unsigned with_sequence = 0x1000;
    constexpr unsigned routing_or_version = 0x4007;
    if (!place.has(4)) return;
    const unsigned flags = u16(place.at);
    const std::uint16_t type = u16(place.at + 2);
    if ((flags & routing_or_version) != 0) return;
    std::size_t header = 4;
    if ((flags & with_checksum) != 0) {
        if (place.has(6)) place.covering |= checksum(place.at + 4, place.at, place.covering);
        header += 4;
    }
    if ((flags & with_key) != 0) header += 4;
    if ((flags & with_sequence) != 0) header += 4;
    // draft-foschiano-erspan §4: type II has 8 bytes before the frame, type I none.
    if (type == type_erspan) return ethernet(place.after(header + (header > 4 ? 8 : 0)));
    by_ethertype(type, place.after(header));
}

FrameFields find_fields(LinkType link, Bytes frame, Choice& choice) {
    return FieldWalk(frame, choice).run(link);
}

}  // namespace tlstriage::rewriting
