#include "conversation.h"

#include <algorithm>

namespace tlstriage::generate {

void Conversation::emit(Side side, std::uint8_t flags, std::uint16_t length) {
    const std::uint32_t acknowledged =
        (flags & tcp_flag::ack) != 0 ? next_sequence_[index_of(peer_of(side))] : 0;
    auto& sequence = next_sequence_[index_of(side)];
    flow_.segments.push_back({now_, sequence, acknowledged, length, flags, side});
    sequence += length;
    if ((flags & (tcp_flag::syn | tcp_flag::fin)) != 0) ++sequence;
}

void Conversation::emit_at(std::int64_t time, Side side, std::uint8_t flags,
                           std::uint32_t acknowledged) {
    flow_.segments.push_back({time, next_sequence_[index_of(side)], acknowledged, 0, flags, side});
}

// An answer needs the way from here to that host and back, and some work there; `least` and `most`
// bound the work, in ns.
void Conversation::take_turn(Side side, std::int64_t least, std::int64_t most) {
    if (side != last_speaker_) now_ += way(side);
    now_ += rng_.between(least, most);
    last_speaker_ = side;
}

void Conversation::connect() {
    open_half();
    take_turn(Side::client, 1 * microsecond, 10 * microsecond);
    emit(Side::client, tcp_flag::ack);
}

void Conversation::open_half() {
    send_syn();
    // Kernels answer a SYN without waking anybody: the shortest answer of the connection.
    take_turn(Side::server, 1 * microsecond, 10 * microsecond);
    emit(Side::server, tcp_flag::syn | tcp_flag::ack);
}

void Conversation::send_syn() {
    next_sequence_[index_of(Side::client)] = 0;
    emit(Side::client, tcp_flag::syn);
}

void Conversation::refuse_syn() {
    take_turn(Side::server, 1 * microsecond, 10 * microsecond);
    emit(Side::server, tcp_flag::rst | tcp_flag::ack);
}

void Conversation::acknowledge(Side side) {
    take_turn(side, 10 * microsecond, 19 * microsecond);
    emit(side, tcp_flag::ack);
}

void Conversation::finish(Side side) {
    take_turn(side, 20 * microsecond, 90 * microsecond);
    emit(side, tcp_flag::fin | tcp_flag::ack);
}

void Conversation::reset(Side side) {
    take_turn(side, 20 * microsecond, 90 * microsecond);
    // A kernel that never asked for the connection answers the SYN-ACK by a bare RST (RFC 9293
    // §3.10.7).
    const bool half_open = flow_.segments.size() == 2;
    emit(side, half_open ? tcp_flag::rst : tcp_flag::rst | tcp_flag::ack);
}

void Conversation::answer_finish(Side side) {
    finish(side);
    acknowledge(peer_of(side));
}

void Conversation::finish_both(Side first) {
    finish(first);
    answer_finish(peer_of(first));
}

void Conversation::send(Side side, bool with_fin) {
    const std::uint32_t sent = next_sequence_[index_of(side)] - 1;
    std::uint32_t left = flow_.stream(side).size() - sent;
    take_turn(side, 20 * microsecond, 200 * microsecond);
    if (left == 0) {
        if (with_fin) emit(side, tcp_flag::fin | tcp_flag::ack);
        return;
    }
    while (true) {
        const std::int64_t burst_start = now_;
        left = send_burst(side, left, with_fin);
        if (left == 0) return;
        now_ = std::max(now_, burst_start + path_.total() + rng_.between(1, 100) * microsecond);
    }
}

// One window of segments; the answer is what is still left to send.
std::uint32_t Conversation::send_burst(Side side, std::uint32_t left, bool with_fin) {
    constexpr std::int64_t wire_gap = 12 * microsecond;  // a full frame at 1 Gbit/s
    constexpr std::uint32_t largest_window = 40;         // fits the 64 KiB that receivers offer
    auto& window = window_segments_[index_of(side)];
    for (std::uint32_t i = 0; i < window; ++i) {
        const auto length =
            static_cast<std::uint16_t>(std::min<std::uint32_t>(left, flow_.segment_size()));
        left -= length;
        const std::uint8_t push = left == 0 ? tcp_flag::psh : 0;
        const std::uint8_t fin = left == 0 && with_fin ? tcp_flag::fin : 0;
        if (i > 0) now_ += wire_gap + rng_.between(0, 900);
        emit(side, static_cast<std::uint8_t>(tcp_flag::ack | push | fin), length);
        if (left == 0) break;
        if ((i + 1) % ack_interval_ == 0 || i + 1 == window) {
            emit_at(now_ + way(peer_of(side)) + 4 * microsecond, peer_of(side), tcp_flag::ack,
                    next_sequence_[index_of(side)]);
        }
    }
    window = std::min(window * 2, largest_window);
    return left;
}

void Conversation::settle(std::int64_t resolution) {
    std::stable_sort(flow_.segments.begin(), flow_.segments.end(),
                     [](const Segment& a, const Segment& b) { return a.time < b.time; });
    for (auto& segment : flow_.segments)
        segment.time -= segment.time % resolution;
}

}  // namespace tlstriage::generate
