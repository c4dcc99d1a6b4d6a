// What a shard gives up when there is more than it may hold.
#include <utility>

#include "engine/shard.h"

namespace tlstriage::engine {

using evidence::Cut;

/// Too many bytes wait in reassembly: this flow's holes are given up.
void Shard::relieve(TrackedFlow& flow) {
    held_bytes_ -= flow.conversation->held_bytes();
    collector_.pass_holes(*flow.evidence, *flow.conversation);
}

bool Shard::has_room(std::size_t more_flows, std::size_t more_evidence) const {
    const std::size_t flows = flows_.size() + more_flows;
    const std::size_t evidence = evidence_.in_use() + more_evidence;
    const std::size_t budget = limits_.memory / shard_count;
    return flows_.size() < least_flows ||
           flows * bytes_of_entry + evidence * bytes_of_evidence <= budget;
}

/// Evicts one flow, but not `kept`: one that is over if a look at the next few finds any, or else
/// one that has settled, the one unheard of for longest among them; else the oldest one.
void Shard::make_room(Index kept) {
    constexpr unsigned looked_at = 64;
    const auto worth = [](const TrackedFlow& flow) {
        switch (flow.state) {
            case FlowState::resting: return 0;
            case FlowState::ignored: return 1;
            case FlowState::settled: return 2;
            default: return 3;
        }
    };
    const auto better = [&](const TrackedFlow& a, const TrackedFlow& b) {
        return std::pair(worth(a), a.last) < std::pair(worth(b), b.last);
    };
    Index victim = flows_.none;
    for (unsigned looked = 0; looked < looked_at;) {
        eviction_hand_ = (eviction_hand_ + 1) % flows_.end_index();
        if (!flows_.alive(eviction_hand_) || eviction_hand_ == kept) continue;
        ++looked;
        if (victim == flows_.none || better(flows_.at(eviction_hand_), flows_.at(victim))) {
            victim = eviction_hand_;
        }
    }
    TrackedFlow& flow = flows_.at(victim);
    // Of one that is over nothing is lost.
    const bool over = flow.state == FlowState::resting || flow.state == FlowState::ignored;
    if (!over) ++counts_.flows_evicted;
    end_flow(flow, over ? Cut::none : Cut::evicted);
    release(victim);
}

}  // namespace tlstriage::engine
