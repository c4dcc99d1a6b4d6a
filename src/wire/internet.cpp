// IPv4, IPv6 with its extension headers, and what IP carries.
#include "wire/layers.h"
#include "wire/tcp_segment.h"

namespace tlstriage::wire {
namespace {

// Protocol numbers: https://www.iana.org/assignments/protocol-numbers
enum Protocol : std::uint8_t {
    hop_by_hop = 0,
    icmp = 1,
    ip_in_ip = 4,
    tcp = 6,
    udp_datagram = 17,
    ipv6_in_ip = 41,
    routing = 43,
    fragment_header = 44,
    generic_routing = 47,
    authentication = 51,
    icmp_v6 = 58,
    destination_options = 60,
    ether_ip = 97,
    l2tp = 115,
    mobility = 135,
    mpls_in_ip = 137,
    host_identity = 139,
    shim6 = 140,
};

bool is_v4(const Walk& walk) {
    return walk.ip[0] >> 4U == 4;
}

/// A fragment as decode.h promises it. Only whole ones are of use.
Outcome fragment(const Walk& walk) {
    if (walk.ip_beyond_frame || walk.ip.size() < walk.ip_length) return Outcome::cut_fragment;
    Packet& packet = *walk.packet;
    packet.network = walk.ip.data();
    packet.payload_length = static_cast<std::uint32_t>(walk.ip_length);
    packet.captured = static_cast<std::uint32_t>(walk.ip.size());
    packet.hops = is_v4(walk) ? walk.ip[8] : walk.ip[7];
    return Outcome::fragment;
}

/// RFC 791 §3.1
Outcome ipv4(Walk walk) {
    if (!walk.has(20)) return walk.lacks(20);
    const std::size_t header = (walk.u8(0) & 0x0fU) * 4U;
    std::size_t total = walk.u16(2);
    if (total == 0) total = walk.length;  // left to the network card (segmentation offload)
    if (header < 20 || total < header) return Outcome::malformed;
    walk.ip_beyond_frame = total > walk.length;
    walk.bound(total);
    walk.ip = walk.rest;
    walk.ip_length = walk.length;
    if (!walk.has(header)) return walk.lacks(header);
    if ((walk.u16(6) & 0x3fffU) != 0) return fragment(walk);
    const std::uint8_t protocol = walk.u8(9);
    walk.skip(header);
    return by_protocol(walk, protocol);
}

/// RFC 8200 §3
Outcome ipv6(Walk walk) {
    if (!walk.has(40)) return walk.lacks(40);
    // 0: a jumbogram (RFC 2675) or, far more often, segmentation offload.
    const std::size_t payload = walk.u16(4);
    const std::size_t total = payload == 0 ? walk.length : payload + 40;
    walk.ip_beyond_frame = total > walk.length;
    walk.bound(total);
    walk.ip = walk.rest;
    walk.ip_length = walk.length;
    const std::uint8_t protocol = walk.u8(6);
    walk.skip(40);
    return by_protocol(walk, protocol);
}

/// An extension header of `unit` * (its length byte) + `extra` bytes (RFC 8200 §4, RFC 4302 §2.2).
Outcome extension(Walk walk, std::size_t unit, std::size_t extra) {
    if (!walk.has(2)) return walk.lacks(2);
    const std::uint8_t next = walk.u8(0);
    const std::size_t length = walk.u8(1) * unit + extra;
    if (!walk.has(length)) return walk.lacks(length);
    walk.skip(length);
    return by_protocol(walk, next);
}

/// RFC 8200 §4.5. An atomic fragment (RFC 6946) is a whole packet.
Outcome ipv6_fragment(Walk walk) {
    if (is_v4(walk)) return Outcome::other_transport;
    if (!walk.has(8)) return walk.lacks(8);
    if ((walk.u16(2) & 0xfff9U) != 0) return fragment(walk);
    const std::uint8_t next = walk.u8(0);
    walk.skip(8);
    return by_protocol(walk, next);
}

/// RFC 792; RFC 4443 §2.1.
Outcome control_message(const Walk& walk, bool v6) {
    if (!walk.has(8)) return walk.lacks(8);
    mark_transport(walk, 8);
    const std::uint8_t type = walk.u8(0);
    const bool error = v6 ? type >= 1 && type <= 4
                          : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    return error ? Outcome::icmp_error : Outcome::icmp;
}

Outcome tcp_segment(const Walk& walk) {
    const std::size_t transport = walk.ip.size() - walk.rest.size();
    return finish_tcp(walk.ip, transport, walk.ip_length, is_v4(walk), *walk.packet);
}

/// RFC 3378: version 3, and twelve zero bits.
Outcome ethernet_in_ip(Walk walk) {
    if (!walk.has(2)) return walk.lacks(2);
    if (walk.u8(0) >> 4U != 3) return Outcome::other_transport;
    walk.skip(2);
    return ethernet(walk);
}

}  // namespace

void mark_transport(const Walk& walk, std::size_t header) {
    const std::size_t transport = walk.ip.size() - walk.rest.size();
    if (transport > 0xffff - header) return;
    Packet& packet = *walk.packet;
    packet.network = walk.ip.data();
    packet.transport = static_cast<std::uint16_t>(transport);
    packet.payload = static_cast<std::uint16_t>(transport + header);
    packet.payload_length = static_cast<std::uint32_t>(walk.length - header);
    packet.captured = static_cast<std::uint32_t>(walk.rest.size() - header);
    packet.hops = is_v4(walk) ? walk.ip[8] : walk.ip[7];
}

Outcome internet(Walk walk) {
    if (!walk.enter()) return Outcome::too_deep;
    if (!walk.has(1)) return walk.lacks(1);
    switch (walk.u8(0) >> 4U) {
        case 4: return ipv4(walk);
        case 6: return ipv6(walk);
        default: return Outcome::malformed;
    }
}

Outcome by_protocol(Walk walk, std::uint8_t protocol) {
    if (protocol == tcp) return tcp_segment(walk);
    if (!walk.enter()) return Outcome::too_deep;
    switch (protocol) {
        case udp_datagram: return udp(walk);
        case icmp: return control_message(walk, false);
        case icmp_v6: return control_message(walk, true);
        case ip_in_ip:
        case ipv6_in_ip: return internet(walk);
        case generic_routing: return gre(walk);
        case authentication: return extension(walk, 4, 8);
        case hop_by_hop:
        case routing:
        case destination_options:
        case mobility:
        case host_identity:
        case shim6: return extension(walk, 8, 8);
        case fragment_header: return ipv6_fragment(walk);
        case ether_ip: return ethernet_in_ip(walk);
        case l2tp: return l2tp_v3(walk);
        case mpls_in_ip: return mpls(walk);
        default: return Outcome::other_transport;
    }
}

}  // namespace tlstriage::wire
