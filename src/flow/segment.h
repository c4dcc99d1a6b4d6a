// A TCP segment as the slow path sees it: header fields loaded, payload borrowed.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"
#include "wire/packet.h"

namespace tlstriage::flow {

struct Segment {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint8_t flags = 0;   ///< wire::tcp_flag bits
    std::uint8_t hops = 0;    ///< TTL or hop limit
    std::uint16_t ip_id = 0;  ///< 0 for IPv6
    std::uint16_t vlan = 0;
    std::uint16_t interface_id = 0;
    std::uint16_t mss = 0;              ///< option of a SYN; 0 without
    std::uint32_t timestamp_value = 0;  ///< RFC 7323 TSval; 0 without
    /// RFC 2018: of the blocks, the right edge that lies farthest and the longest block; 0 without.
    std::uint32_t sack_right = 0;
    std::uint32_t sack_span = 0;
    std::uint32_t sack_span_right = 0;  ///< right edge of that longest one
    Bytes data;                         ///< payload bytes that were captured
    std::uint32_t length = 0;           ///< payload bytes on the wire
    Moment at;

    [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
    /// Sequence number of the first payload byte: a SYN takes one before it.
    [[nodiscard]] std::uint32_t data_sequence() const {
        return has(wire::tcp_flag::syn) ? sequence + 1 : sequence;
    }
};

/// Loads a decoded packet; `at` is its moment in the file (packet.frame counts within a piece).
Segment load_segment(const wire::Packet& packet, Moment at);

}  // namespace tlstriage::flow
