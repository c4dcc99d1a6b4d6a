#include "disorder.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tlstriage::generate {
namespace {

// Segments of one side that left in one go: no answer of the peer's application lies between, so
// their order can change without an effect coming before its cause.
using Burst = std::vector<std::size_t>;

bool plain_data(const Segment& segment) {
    return segment.length > 0 && (segment.flags & tcp_flag::fin) == 0;
}

std::vector<Burst> find_bursts(const Flow& flow, std::int64_t round_trip) {
    std::vector<Burst> bursts;
    bool open = false;
    for (std::size_t i = 0; i < flow.segments.size(); ++i) {
        const Segment& segment = flow.segments[i];
        if (segment.pure_ack()) continue;
        const bool data = plain_data(segment);
        const bool joins = open && data &&
                           flow.segments[bursts.back().back()].side == segment.side &&
                           segment.time - flow.segments[bursts.back().back()].time < round_trip / 2;
        if (joins) {
            bursts.back().push_back(i);
        } else if (data) {
            bursts.push_back({i});
        }
        open = data;
    }
    return bursts;
}

void sort_by_time(Flow& flow) {
    std::stable_sort(flow.segments.begin(), flow.segments.end(),
                     [](const Segment& a, const Segment& b) { return a.time < b.time; });
}

void repeat(Flow& flow, std::size_t index, std::int64_t delay) {
    Segment copy = flow.segments[index];
    copy.time = std::min(copy.time + delay, flow.segments.back().time - 1000);
    if (copy.time <= flow.segments[index].time) return;
    for (const auto& segment : flow.segments) {
        const bool earlier = segment.side == copy.side && segment.time <= copy.time;
        if (earlier) copy.acknowledged = std::max(copy.acknowledged, segment.acknowledged);
    }
    flow.segments.push_back(copy);
    sort_by_time(flow);
}

// Until the missing segment is there, the receiver can acknowledge nothing beyond it.
void hold_acknowledgements(Flow& flow, const Segment& missing, std::int64_t until) {
    for (auto& segment : flow.segments) {
        const bool meanwhile = segment.time > missing.time && segment.time <= until;
        if (meanwhile && segment.side != missing.side) {
            segment.acknowledged = std::min(segment.acknowledged, missing.sequence);
        }
    }
}

void swap_with_next(Flow& flow, const Burst& burst, std::size_t place) {
    const Segment first = flow.segments[burst[place]];
    const std::int64_t swapped = flow.segments[burst[place + 1]].time;
    std::swap(flow.segments[burst[place]].time, flow.segments[burst[place + 1]].time);
    hold_acknowledgements(flow, first, swapped);
    sort_by_time(flow);
}

void lose(Flow& flow, const Burst& burst, std::size_t place, std::int64_t round_trip) {
    const Segment lost = flow.segments[burst[place]];
    const Segment last = flow.segments[burst.back()];
    for (auto& segment : flow.segments) {
        if (segment.time <= last.time) continue;
        // Segments that arrive behind the gap are acknowledged at once (RFC 5681 §4.2): such
        // acknowledgements stay where they are and become duplicates. All else waits.
        const bool of_burst = segment.pure_ack() && segment.side != lost.side &&
                              segment.time < last.time + round_trip &&
                              segment.acknowledged <= last.sequence + last.length;
        if (!of_burst) segment.time += round_trip;
    }
    const auto whole = [](std::int64_t time) { return time - time % 1000; };
    const std::int64_t again = whole(last.time + round_trip - round_trip / 8);
    flow.segments[burst[place]].time = again;
    hold_acknowledgements(flow, lost, again);
    Segment reply = last;
    reply.side = peer_of(last.side);
    reply.time = whole(last.time + round_trip - round_trip / 16);
    reply.sequence = last.acknowledged;
    reply.acknowledged = last.sequence + last.length;
    reply.length = 0;
    reply.flags = tcp_flag::ack;
    flow.segments.push_back(reply);
    sort_by_time(flow);
}

// Moving part of a hello would leave open when it was sent.
bool may_move(const Flow& flow, const Burst& burst) {
    constexpr std::uint32_t longest_hello = 4096;
    const Segment& first = flow.segments[burst.front()];
    return burst.size() >= 2 && (first.side == Side::server || first.position() > longest_hello);
}

}  // namespace

void disturb(Flow& flow, std::int64_t round_trip, Rng& rng) {
    const std::vector<Burst> bursts = find_bursts(flow, round_trip);
    if (bursts.empty()) return;
    const Burst& burst = rng.pick(bursts);
    const auto kind = rng.below(3);
    if (kind == 0 || !may_move(flow, burst)) {
        repeat(flow, burst[rng.below(burst.size())], round_trip + rng.between(1, 4) * 1'000'000);
    } else if (kind == 1) {
        swap_with_next(flow, burst, rng.below(burst.size() - 1));
    } else {
        lose(flow, burst, rng.below(burst.size() - 1), round_trip);
    }
}

}  // namespace tlstriage::generate
