// Plays a TCP connection as one observer between the two hosts sees it, and notes the segments.
#pragma once

#include <array>
#include <cstdint>

#include "flow.h"
#include "random.h"

namespace tlstriage::generate {

// Round trips in ns from the point of capture to either host and back.
struct Path {
    std::int64_t client;
    std::int64_t server;
    std::int64_t total() const { return client + server; }
};

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t second = 1'000'000'000;

class Conversation {
  public:
    Conversation(Flow& flow, Path path, std::int64_t start, Rng& rng)
        : flow_(flow), path_(path), now_(start), rng_(rng) {}

    void connect();     // the three-way handshake
    void open_half();   // SYN and SYN-ACK only
    void send_syn();    // again: a retransmission, at now()
    void refuse_syn();  // RST that acknowledges the SYN (RFC 9293 §3.10.7.1)

    // Sends what was appended to the side's stream since last time, cut to segments, in bursts of a
    // growing congestion window; the peer acknowledges all but the last segments on the way.
    void send(Side side, bool with_fin = false);
    void acknowledge(Side side);
    void finish(Side side);         // FIN
    void reset(Side side);          // RST; with ACK once the connection is established
    void finish_both(Side first);   // FIN, FIN, ACK
    void answer_finish(Side side);  // FIN of the second side and the last ACK
    void wait(std::int64_t nanoseconds) { now_ += nanoseconds; }

    std::int64_t now() const { return now_; }
    std::int64_t round_trip() const { return path_.total(); }
    Flow& flow() { return flow_; }

    // Orders the segments by time and rounds the times down to `resolution` ns.
    void settle(std::int64_t resolution);

    // Every how many full segments the peer acknowledges during a burst (RFC 9293 §3.8.6.3: 2).
    void set_ack_interval(std::uint32_t segments) { ack_interval_ = segments; }

  private:
    void take_turn(Side side, std::int64_t least, std::int64_t most);
    void emit(Side side, std::uint8_t flags, std::uint16_t length = 0);
    void emit_at(std::int64_t time, Side side, std::uint8_t flags, std::uint32_t acknowledged);
    std::uint32_t send_burst(Side side, std::uint32_t left, bool with_fin);
    std::int64_t way(Side side) const { return side == Side::client ? path_.client : path_.server; }

    Flow& flow_;
    Path path_;
    std::int64_t now_;
    Rng& rng_;
    Side last_speaker_ = Side::client;
    std::uint32_t ack_interval_ = 2;
    std::array<std::uint32_t, 2> next_sequence_{};
    std::array<std::uint32_t, 2> window_segments_{10, 10};  // RFC 6928
};

}  // namespace tlstriage::generate
