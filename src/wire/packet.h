// What decoding leaves of a frame: where the TCP segment is, and what the next stages ask first.
#pragma once

#include <type_traits>

#include "base/address.h"
#include "base/time.h"
#include "wire/outcomes.h"

namespace tlstriage::wire {

/// TCP flags (RFC 9293 §3.1).
namespace tcp_flag {
constexpr std::uint8_t fin = 0x01;
constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t rst = 0x04;
constexpr std::uint8_t psh = 0x08;
constexpr std::uint8_t ack = 0x10;
}  // namespace tcp_flag

/// A decoded frame, 48 bytes, trivially copyable. It borrows the frame's bytes: `network` points at
/// the innermost IP header inside them, and all of `network[0 .. payload_offset + captured)` is
/// readable. Lengths of the TCP payload come from the IP header, not from the frame (Ethernet
/// pads).
struct Packet {
    const std::uint8_t* network = nullptr;  ///< innermost IPv4 or IPv6 header
    Nanoseconds time = 0;
    std::uint64_t flow_hash = 0;       ///< the same for both directions
    std::uint32_t frame = 0;           ///< counted from 0 within the piece that it was walked in
    std::uint16_t transport = 0;       ///< offset of the TCP header from `network`
    std::uint16_t payload = 0;         ///< offset of the payload from `network`
    std::uint32_t payload_length = 0;  ///< bytes on the wire
    std::uint32_t captured = 0;        ///< payload bytes that the capture kept, <= payload_length
    std::uint16_t vlan = 0;            ///< outermost VLAN id, 0 without
    std::uint8_t flags = 0;            ///< tcp_flag bits
    std::uint8_t hops = 0;             ///< TTL or hop limit of the innermost IP header
    std::uint16_t interface_id = 0;    ///< of the capture file
    Outcome outcome = Outcome::tcp;

    [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
    [[nodiscard]] bool is_v4() const { return network[0] >> 4U == 4; }
    [[nodiscard]] const std::uint8_t* tcp() const { return network + transport; }
    [[nodiscard]] std::uint16_t source_port() const { return load_big<std::uint16_t>(tcp()); }
    [[nodiscard]] std::uint16_t destination_port() const {
        return load_big<std::uint16_t>(tcp() + 2);
    }
    [[nodiscard]] std::uint32_t sequence() const { return load_big<std::uint32_t>(tcp() + 4); }
    [[nodiscard]] std::uint32_t acknowledgement() const {
        return load_big<std::uint32_t>(tcp() + 8);
    }
    [[nodiscard]] std::uint16_t window() const { return load_big<std::uint16_t>(tcp() + 14); }
    [[nodiscard]] Bytes tcp_options() const {
        return {tcp() + 20, static_cast<std::size_t>(payload - transport) - 20};
    }
    /// The payload bytes that the capture kept.
    [[nodiscard]] Bytes data() const { return {network + payload, captured}; }
    /// The IPv4 identification; 0 for IPv6.
    [[nodiscard]] std::uint16_t ip_id() const {
        return is_v4() ? load_big<std::uint16_t>(network + 4) : std::uint16_t{0};
    }
    [[nodiscard]] IpAddress source_address() const {
        return is_v4() ? IpAddress::v4(network + 12) : IpAddress::v6(network + 8);
    }
    [[nodiscard]] IpAddress destination_address() const {
        return is_v4() ? IpAddress::v4(network + 16) : IpAddress::v6(network + 24);
    }
    [[nodiscard]] Endpoint source() const { return {source_address(), source_port()}; }
    [[nodiscard]] Endpoint destination() const {
        return {destination_address(), destination_port()};
    }
    /// Whether decoding got to a whole transport header, so that `network` and `transport` are set.
    [[nodiscard]] bool has_transport() const {
        switch (outcome) {
            case Outcome::tcp:
            case Outcome::dns:
            case Outcome::quic:
            case Outcome::dtls:
            case Outcome::udp:
            case Outcome::icmp:
            case Outcome::icmp_error: return true;
            default: return false;
        }
    }
};

static_assert(sizeof(Packet) == 48);
static_assert(std::is_trivially_copyable_v<Packet>);

}  // namespace tlstriage::wire
