#include "ladder/point.h"

#include <algorithm>
#include <iterator>

#include "wire/icmp.h"

namespace tlstriage::ladder {
namespace {

using evidence::Event;
using evidence::EventKind;

std::uint8_t flags_of(EventKind kind) {
    using wire::tcp_flag::ack;
    using wire::tcp_flag::fin;
    using wire::tcp_flag::rst;
    using wire::tcp_flag::syn;
    switch (kind) {
        case EventKind::syn:
        case EventKind::syn_retransmitted: return syn;
        case EventKind::syn_ack:
        case EventKind::syn_ack_retransmitted: return syn | ack;
        case EventKind::fin: return fin | ack;
        case EventKind::rst: return rst;
        default: return ack;
    }
}

bool is_again(EventKind kind) {
    return kind == EventKind::syn_retransmitted || kind == EventKind::syn_ack_retransmitted;
}

}  // namespace

Points::Points(const evidence::Evidence& evidence, const verdict::Verdict& verdict,
               const FlowFrames& frames)
    : file_(evidence.file) {
    points_.reserve(frames.frames.size());
    for (const Frame& frame : frames.frames)
        points_.push_back({&frame, {}});
    for (const Event& event : evidence.events) {
        const std::size_t made = made_.size();
        Point& point = at(event.at, event.side);
        if (made_.size() > made) {
            made_.back().kind =
                event.kind == EventKind::icmp_error ? FrameKind::icmp : FrameKind::segment;
            if (is_again(event.kind)) made_.back().repeat = Repeat::retransmission;
            if (event.kind == EventKind::icmp_error && evidence.icmp) {
                made_.back().peer = {evidence.icmp->router, 0};
                made_.back().text =
                    wire::icmp_name(evidence.icmp->v6, evidence.icmp->type, evidence.icmp->code);
            }
        }
        if (!made_.empty() && point.frame == &made_.back()) {
            made_.back().segment.flags |= flags_of(event.kind);
        }
        point.events.push_back(&event);
    }
    if (verdict.decisive.seen()) at(verdict.decisive, evidence::Side::client).decisive = true;
    note_turns();
}

void Points::note_turns() {
    const Frame* before = nullptr;
    for (Point& point : points_) {
        if (point.frame->kind != FrameKind::segment || point.frame->segment.length == 0) continue;
        point.goes_on = before != nullptr && before->side == point.frame->side;
        before = point.frame;
    }
}

/// The point of a moment, made where there is none.
Point& Points::at(Moment moment, evidence::Side side) {
    const auto found = std::ranges::find_if(
        points_, [&](const Point& point) { return same(point.frame->at, moment); });
    if (found != points_.end()) return *found;
    Frame& frame = made_.emplace_back();
    frame.at = moment;
    frame.side = side;
    frame.file = file_;
    frame.walked = false;
    frame.window = 1;  // not known, and not closed
    frame.segment.at = moment;
    const auto later = std::ranges::find_if(points_, [&](const Point& point) {
        return point.frame->at.time > moment.time ||
               (point.frame->at.time == moment.time && point.frame->at.frame > moment.frame);
    });
    return *points_.insert(later, {&frame, {}});
}

}  // namespace tlstriage::ladder
