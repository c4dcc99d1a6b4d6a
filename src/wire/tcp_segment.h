// The last step for a TCP segment, shared by the short and the long way there.
#pragma once

#include "wire/flow_hash.h"
#include "wire/packet.h"

namespace tlstriage::wire {

/// Bytes of a TCP header without options (RFC 9293 §3.1).
constexpr std::size_t tcp_header_length = 20;

/// Fills `packet` for the segment `transport` bytes into an IP packet. `ip` is what was captured of
/// the IP packet, `ip_length` its length on the wire (>= ip.size(), >= transport); transport <=
/// ip.size(). Options that the snap length cut: `payload` then is where the captured bytes end, so
/// that tcp_options() yields what there is of them, and `captured` is 0.
inline Outcome finish_tcp(Bytes ip, std::size_t transport, std::size_t ip_length, bool v4,
                          Packet& packet) {
    const std::size_t captured = ip.size() - transport;
    const std::size_t on_wire = ip_length - transport;
    if (captured < tcp_header_length) [[unlikely]] {
        return on_wire < tcp_header_length ? Outcome::malformed : Outcome::cut_short;
    }
    const std::uint8_t* const network = ip.data();
    const std::uint8_t* const tcp = network + transport;
    const std::size_t header = static_cast<std::size_t>(tcp[12] >> 4U) * 4;
    if (header < tcp_header_length || header > on_wire) [[unlikely]]
        return Outcome::malformed;
    const std::size_t kept_header = header < captured ? header : captured;
    if (transport > 0xffff - kept_header) [[unlikely]]
        return Outcome::too_deep;

    packet.network = network;
    packet.transport = static_cast<std::uint16_t>(transport);
    packet.payload = static_cast<std::uint16_t>(transport + kept_header);
    packet.payload_length = static_cast<std::uint32_t>(on_wire - header);
    packet.captured = static_cast<std::uint32_t>(captured - kept_header);
    packet.flags = tcp[13];
    packet.hops = v4 ? network[8] : network[7];
    packet.flow_hash = v4 ? flow_hash_v4(network + 12, tcp) : flow_hash_v6(network + 8, tcp);
    return Outcome::tcp;
}

}  // namespace tlstriage::wire
