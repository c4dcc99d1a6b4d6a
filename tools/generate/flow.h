// A planned TCP connection: who talks, which bytes, and every segment with its time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stream.h"

namespace tlstriage::generate {

enum class Side : std::uint8_t { client = 0, server = 1 };

constexpr Side peer_of(Side side) {
    return side == Side::client ? Side::server : Side::client;
}
constexpr std::size_t index_of(Side side) {
    return static_cast<std::size_t>(side);
}

// RFC 9293 §3.1
namespace tcp_flag {
constexpr std::uint8_t fin = 0x01;
constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t rst = 0x04;
constexpr std::uint8_t psh = 0x08;
constexpr std::uint8_t ack = 0x10;
}  // namespace tcp_flag

struct Segment {
    std::int64_t time;           // ns since 1970 at the point of capture
    std::uint32_t sequence;      // relative to the sender's ISN: 0 is the SYN, 1 the first byte
    std::uint32_t acknowledged;  // relative to the peer's ISN
    std::uint16_t length;        // payload bytes
    std::uint8_t flags;
    Side side;

    // Where the payload lies in the sender's Stream.
    std::uint32_t position() const { return sequence - 1; }
    bool pure_ack() const { return length == 0 && flags == tcp_flag::ack; }
};

struct Host {
    std::array<std::uint8_t, 16> address{};  // network order; the first 4 bytes for IPv4
    std::array<std::uint8_t, 6> mac{};
    std::uint16_t port = 0;
    std::uint8_t hop_limit = 64;
    std::uint8_t window_shift = 7;
    std::uint16_t window = 502;  // after the SYN, before the shift
    std::uint32_t initial_sequence = 0;
    std::uint32_t timestamp_base = 0;
    std::uint32_t last_timestamp = 0;  // the last TSval sent, 0 before the first
    std::uint16_t ip_id = 0;  // counts up a packet at a time, as Linux does on a connection
};

struct Flow {
    std::array<Host, 2> hosts;  // by index_of(Side)
    std::array<Stream, 2> streams;
    std::vector<Segment> segments;         // in time order once planned
    std::array<std::uint16_t, 2> vlans{};  // outermost first
    std::uint8_t vlan_count = 0;
    bool ipv6 = false;
    bool timestamps = true;  // RFC 7323; Windows sends none by default
    std::uint16_t mss = 1460;

    Host& host(Side side) { return hosts[index_of(side)]; }
    const Host& host(Side side) const { return hosts[index_of(side)]; }
    Stream& stream(Side side) { return streams[index_of(side)]; }

    // The MSS option does not count TCP options (RFC 6691), so time stamps come off the payload.
    std::uint16_t segment_size() const {
        return static_cast<std::uint16_t>(timestamps ? mss - 12 : mss);
    }
};

}  // namespace tlstriage::generate
