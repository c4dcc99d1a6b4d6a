// How flows leave a shard that never comes to an end: live, window after window.
#include "engine/shard.h"

namespace tlstriage::engine {

using evidence::Cut;

bool Shard::shed(Index index, const wire::Packet& packet, Shedding shedding) {
    if (index == flows_.none) {
        if (shedding != Shedding::new_flows) return false;
        ++counts_.shed_new;
        return true;
    }
    using wire::tcp_flag::fin;
    using wire::tcp_flag::rst;
    using wire::tcp_flag::syn;
    TrackedFlow& flow = flows_.at(index);
    if (flow.state != FlowState::settled || packet.has(syn | fin | rst)) return false;
    flow.frames_lost = true;
    ++counts_.shed_settled;
    return true;
}

bool Shard::is_over(const TrackedFlow& flow, const PeriodEnd& end) {
    const Nanoseconds quiet = end.now - flow.last.time;
    return end.last || quiet > end.idle_timeout ||
           (flow.state == FlowState::resting && quiet > quiet_end);
}

void Shard::end_period(const PeriodEnd& end) {
    for (Index index = 0; index < flows_.end_index(); ++index) {
        if (!flows_.alive(index)) continue;
        TrackedFlow& flow = flows_.at(index);
        flow.frames_lost |= end.frames_lost;
        if (flow.state == FlowState::ignored) {
            const Nanoseconds known = flow.fell_silent ? known_after_silence : known_after_end;
            if (end.now - flow.last.time > known) flows_.erase(index);
        } else if (is_over(flow, end)) {
            flow.fell_silent = flow.state == FlowState::settled;
            end_flow(flow, Cut::none);
            flow.copies.reset();
            flow.stored = TrackedFlow::nowhere;
            flow.state = FlowState::ignored;
        }
    }
    ended_.end_archive(0);
    std::swap(ended_, leaving_);
    for (EvidenceStore::Index i = 0; end.frames_lost && i < leaving_.size(); ++i)
        leaving_.at(i).frames_lost = true;
    for (Index index = 0; index < flows_.end_index(); ++index) {
        if (!flows_.alive(index)) continue;
        TrackedFlow& flow = flows_.at(index);
        if (flow.stored != TrackedFlow::nowhere && flow.state != FlowState::ignored) {
            flow.stored = ended_.add(std::as_const(leaving_).at(flow.stored));
        }
    }
}

void Shard::forget_period(Nanoseconds time) {
    leaving_.clear();
    lookups_.forget(time);
}

}  // namespace tlstriage::engine
