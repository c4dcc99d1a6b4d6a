// The order of a flow's frames, and what repeats what.
#include <algorithm>
#include <array>

#include "evidence/conversation.h"
#include "flow/sequence.h"
#include "ladder/frame.h"

namespace tlstriage::ladder {
namespace {

using evidence::Side;
using flow::distance;
using wire::tcp_flag::ack;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

void sort(std::vector<Frame>& frames) {
    const auto another_file = [&](const Frame& frame) { return frame.file != frames[0].file; };
    if (frames.empty() || std::ranges::none_of(frames, another_file)) return;
    std::ranges::stable_sort(frames, std::less{}, [](const Frame& f) { return f.at.time; });
}

std::uint64_t drop_copies(std::vector<Frame>& frames) {
    std::array<evidence::DuplicateFilter, 2> filters;
    return std::erase_if(frames, [&](const Frame& frame) {
        if (frame.kind != FrameKind::segment) return false;
        flow::Segment segment = frame.segment;
        segment.data = Bytes(frame.beginning).first(frame.beginning_length);
        return filters[static_cast<std::size_t>(frame.side)].repeats(segment);
    });
}

/// What one side has sent so far.
class Direction {
  public:
    /// `round_trip`: no retransmission comes sooner after what follows it.
    void take(Frame& frame, Nanoseconds round_trip) {
        const flow::Segment& segment = frame.segment;
        const std::uint32_t length =
            segment.length + (segment.has(syn) ? 1U : 0U) + (segment.has(fin) ? 1U : 0U);
        if (segment.has(rst)) return;
        if (began_ && segment.length <= 1 && !segment.has(syn | fin) &&
            segment.sequence + 1 == next_) {
            frame.repeat = Repeat::keep_alive;
            return;
        }
        if (length == 0) return;
        // Another try of the same flow may begin elsewhere (verdicts.md §1).
        if (!began_ || (segment.has(syn) && segment.sequence != first_)) {
            began_ = true;
            first_ = segment.sequence;
            next_ = segment.sequence + length;
            holes_.clear();
            return;
        }
        const std::uint32_t end = segment.sequence + length;
        if (distance(segment.sequence, next_) > 0) {
            frame.missing_before = segment.sequence - next_;
            if (holes_.size() < max_holes) {
                holes_.push_back({next_, segment.sequence, segment.at.time});
            }
        } else if (distance(segment.sequence, next_) < 0) {
            frame.repeat = repeat_of(segment.sequence, end, segment.at.time, round_trip);
        }
        if (distance(end, next_) > 0) next_ = end;
    }
    [[nodiscard]] std::uint32_t next() const { return next_; }

  private:
    static constexpr std::size_t max_holes = 256;

    struct Hole {
        std::uint32_t begin;
        std::uint32_t end;
        Nanoseconds since;
    };

    Repeat repeat_of(std::uint32_t begin, std::uint32_t end, Nanoseconds now,
                     Nanoseconds round_trip) {
        for (Hole& hole : holes_) {
            if (distance(begin, hole.end) >= 0 || distance(end, hole.begin) <= 0) continue;
            const bool soon = now - hole.since < round_trip;
            // What is left of it; a segment from its middle leaves the part behind.
            if (distance(begin, hole.begin) <= 0 && distance(end, hole.end) < 0) {
                hole.begin = end;
            } else {
                hole.end = distance(begin, hole.begin) > 0 ? begin : hole.begin;
            }
            return soon ? Repeat::out_of_order : Repeat::retransmission;
        }
        return Repeat::retransmission;
    }

    bool began_ = false;
    std::uint32_t first_ = 0;
    std::uint32_t next_ = 0;
    std::vector<Hole> holes_;
};

/// From the SYN to the SYN-ACK; at least what reordering on the way takes.
Nanoseconds round_trip_of(const std::vector<Frame>& frames) {
    constexpr Nanoseconds least = milliseconds(3);
    const Frame* asked = nullptr;
    for (const Frame& frame : frames) {
        if (frame.kind != FrameKind::segment || !frame.has(syn)) continue;
        if (frame.side == Side::client) asked = &frame;
        if (frame.side == Side::server && asked != nullptr) {
            return std::max(least, frame.at.time - asked->at.time);
        }
    }
    return least;
}

/// The first frame of that side which holds the segment's first byte, or the flag in its place.
std::uint64_t first_with(const std::vector<Frame>& frames, const Frame& again) {
    const auto holds = [&](const Frame& frame) {
        if (frame.kind != FrameKind::segment || frame.side != again.side || frame.has(rst))
            return false;
        const std::uint32_t length = frame.segment.length + (frame.has(syn | fin) ? 1U : 0U);
        const std::uint32_t into = again.segment.sequence - frame.segment.sequence;
        return into < length;
    };
    const auto found = std::ranges::find_if(frames, holds);
    return found != frames.end() && &*found < &again ? found->at.frame : 0;
}

struct Acknowledged {
    bool any = false;
    std::uint32_t number = 0;
    std::uint16_t window = 0;
};

/// An acknowledgement that says the same again while the peer's bytes are under way (RFC 5681 §2).
bool says_again(const Frame& frame, const Acknowledged& before, std::uint32_t peer_next) {
    return frame.segment.length == 0 && !frame.has(syn | fin | rst) && frame.has(ack) &&
           before.any && before.number == frame.segment.acknowledgement &&
           before.window == frame.window && distance(peer_next, before.number) > 0;
}

void mark_repeats(std::vector<Frame>& frames) {
    const Nanoseconds round_trip = round_trip_of(frames);
    std::array<Direction, 2> directions;
    std::array<Acknowledged, 2> acknowledged;
    for (Frame& frame : frames) {
        if (frame.kind != FrameKind::segment) continue;
        const auto side = static_cast<std::size_t>(frame.side);
        directions[side].take(frame, round_trip);
        if (frame.repeat == Repeat::retransmission) frame.repeated = first_with(frames, frame);
        if (frame.repeat == Repeat::none &&
            says_again(frame, acknowledged[side], directions[1 - side].next())) {
            frame.repeat = Repeat::duplicate_acknowledgement;
        }
        if (frame.has(ack)) {
            acknowledged[side] = {true, frame.segment.acknowledgement, frame.window};
        }
    }
}

}  // namespace

void arrange(FlowFrames& flow) {
    sort(flow.frames);
    flow.copies += drop_copies(flow.frames);
    mark_repeats(flow.frames);
}

}  // namespace tlstriage::ladder
