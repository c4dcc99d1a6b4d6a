// A TCP connection told segment by segment to a Collector.
#pragma once

#include <string>

#include "evidence/collector.h"

namespace tlstriage::evidence {

constexpr std::uint8_t syn = wire::tcp_flag::syn;
constexpr std::uint8_t ack = wire::tcp_flag::ack;
constexpr std::uint8_t fin = wire::tcp_flag::fin;
constexpr std::uint8_t rst = wire::tcp_flag::rst;

inline Moment ms(std::int64_t count) {
    return {seconds(1'700'000'000) + milliseconds(count), static_cast<std::uint64_t>(count + 1)};
}

/// Offsets count the bytes of a stream from 0.
struct Sent {
    std::int64_t at = 0;       ///< ms, and the frame's number less one
    std::uint32_t offset = 0;  ///< of the first byte
    std::string data{};
    std::uint32_t acks = 0;  ///< bytes of the peer that have arrived
    std::uint8_t flags = ack;
    std::uint8_t hops = 64;
    std::uint16_t id = 0;
    std::uint16_t place = 0;
    std::uint32_t clock = 0;      ///< TSval
    std::uint32_t sack_from = 0;  ///< offsets of the peer's bytes; none when equal
    std::uint32_t sack_to = 0;
};

class PlayedFlow {
  public:
    static constexpr std::uint32_t client_isn = 1000;
    static constexpr std::uint32_t server_isn = 0xffff'ff00;  ///< wraps soon

    PlayedFlow() : collector_(database(), chains_) {
        evidence.client_certain = true;
        evidence.server.port = 443;
    }

    Progress send(Side side, const Sent& sent, std::uint16_t mss = 0) {
        const bool from_client = side == Side::client;
        const std::uint32_t isn = from_client ? client_isn : server_isn;
        const std::uint32_t peer = from_client ? server_isn : client_isn;
        const bool begins = (sent.flags & syn) != 0;
        flow::Segment segment;
        segment.sequence = begins ? isn : isn + 1 + sent.offset;
        segment.acknowledgement = (sent.flags & ack) != 0 ? peer + 1 + sent.acks : 0;
        segment.flags = sent.flags;
        segment.hops = sent.hops;
        segment.ip_id = sent.id;
        segment.interface_id = sent.place;
        segment.mss = mss;
        segment.timestamp_value = sent.clock;
        if (sent.sack_to != sent.sack_from) {
            segment.sack_right = peer + 1 + sent.sack_to;
            segment.sack_span = sent.sack_to - sent.sack_from;
            segment.sack_span_right = segment.sack_right;
        }
        segment.data = as_bytes(sent.data);
        segment.length = static_cast<std::uint32_t>(sent.data.size());
        segment.at = ms(sent.at);
        return collector_.segment(evidence, conversation, segment, from_client ? 0 : 1);
    }
    Progress client(const Sent& sent) { return send(Side::client, sent); }
    Progress server(const Sent& sent) { return send(Side::server, sent); }

    /// Both SYNs and the third segment, from 0 to 20 ms.
    void connect(std::uint16_t client_mss = 1460, std::uint16_t server_mss = 1460) {
        send(Side::client, {.at = 0, .flags = syn}, client_mss);
        send(Side::server, {.at = 10, .flags = syn | ack}, server_mss);
        client({.at = 20});
    }
    void finish() { collector_.finish(evidence, conversation); }

    Evidence evidence;
    Conversation conversation;

  private:
    static const sense::Database& database() {
        static const sense::Database patterns;
        return patterns;
    }

    tls::ChainCache chains_;
    Collector collector_;
};

/// `count` bytes that are no TLS.
inline std::string some(std::size_t count) {
    return std::string(count, 'x');
}

/// A record with a ClientHello of TLS 1.2 without extensions (RFC 5246 §7.4.1.2).
inline std::string client_hello_record() {
    using namespace std::string_literals;
    return "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03"s + std::string(32, 'r') +
           "\x00\x00\x02\xc0\x2f\x01\x00"s;
}

}  // namespace tlstriage::evidence
