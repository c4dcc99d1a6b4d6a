// How flows end: their handshakes, what is followed of them, and they themselves.
#include "engine/shard.h"

namespace tlstriage::engine {

using evidence::Cut;
using evidence::Evidence;
using evidence::Side;

void Shard::settle(TrackedFlow& flow) {
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const evidence::Direction& direction = flow.conversation->directions[lane];
        if (direction.speech == evidence::Speech::tls && direction.records.at_known_place() &&
            !direction.stream.has_hole()) {
            flow.records[lane].start_at(direction.stream.next() +
                                        direction.records.bytes_to_next_header());
        }
    }
    if (flow.evidence->duplicates > 0) {
        const auto& [low, high] = flow.conversation->directions;
        flow.copies = std::make_unique<std::array<evidence::DuplicateFilter, 2>>(
            std::array{low.duplicates, high.duplicates});
    }
    held_bytes_ -= flow.conversation->held_bytes();
    conversations_.give_back(std::move(flow.conversation));
    flow.state = FlowState::settled;
}

void Shard::ignore(TrackedFlow& flow) {
    const auto& server = flow.evidence->of_server().first_protocol;
    const auto& client = flow.evidence->of_client().first_protocol;
    const bool server_named =
        server != sense::Protocol::silent && server != sense::Protocol::unknown;
    flow.ignored_as = server_named ? server : client;
    ++counts_.ignored_flows[static_cast<std::size_t>(flow.ignored_as)];
    if (limits_.all_flows) {
        end_flow(flow, Cut::none);
    } else {
        held_bytes_ -= flow.conversation->held_bytes();
        conversations_.give_back(std::move(flow.conversation));
        evidence_.give_back(std::move(flow.evidence));
    }
    flow.state = FlowState::ignored;
}

void Shard::end_flow(TrackedFlow& flow, Cut cut) {
    if (flow.state == FlowState::young) grow_up(flow);
    if (flow.state == FlowState::resting && cut != Cut::none) wake(flow);
    if (flow.evidence == nullptr && flow.state != FlowState::resting) return;
    if (flow.state != FlowState::resting) store(flow, cut);
    EvidenceStore::Entry& entry = ended_.at(flow.stored);
    entry.open = false;
    entry.last = flow.last;
    entry.frames_lost = flow.frames_lost;
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const auto side =
            static_cast<std::size_t>(entry.client_lane == lane ? Side::client : Side::server);
        entry.side_packets[side] = flow.packets[lane];
        entry.side_bytes[side] = flow.bytes[lane];
    }
}

void Shard::store(TrackedFlow& flow, Cut cut) {
    Evidence& e = *flow.evidence;
    if (flow.conversation != nullptr) {
        held_bytes_ -= flow.conversation->held_bytes();
        collector_.finish(e, *flow.conversation);
        conversations_.give_back(std::move(flow.conversation));
    }
    e.cut = cut;
    rest(flow);
}

/// A flow that is over costs little from here on, though it stays known: for what still trickles
/// in, and for a new connection from the same ports.
void Shard::rest(TrackedFlow& flow) {
    Evidence& e = *flow.evidence;
    if (flow.stored == TrackedFlow::nowhere) {
        flow.stored = ended_.add(e);
    } else {
        ended_.replace(flow.stored, e);
    }
    ended_.at(flow.stored).open = true;
    if (flow.conversation != nullptr) conversations_.give_back(std::move(flow.conversation));
    evidence_.give_back(std::move(flow.evidence));
    flow.state = FlowState::resting;
}

void Shard::wake(TrackedFlow& flow) {
    flow.evidence = evidence_.take();
    Evidence& e = *flow.evidence;
    ended_.at(flow.stored).unpack(e);
    if (e.settled.seen()) {
        flow.state = FlowState::settled;
        return;
    }
    flow.state = FlowState::open;
    flow.conversation = conversations_.take();
    for (const std::uint8_t lane : {std::uint8_t{0}, std::uint8_t{1}}) {
        const auto& side = e.side(e.side_of_lane(lane));
        if (side.syn.seen()) {
            flow.conversation->directions[lane].stream.start_at(side.initial_sequence + 1);
        }
    }
}

void Shard::end_archive(std::uint32_t archive, Nanoseconds end) {
    flows_.drain([&](TrackedFlow& flow) {
        if (limits_.keep_borders) {
            keep_border(flow, end);
        } else {
            end_flow(flow, Cut::none);
        }
    });
    evidence_.drop_spares();
    conversations_.drop_spares();
    ended_.end_archive(archive);
    lookups_.end_archive(archive);
    borders_over_ = 0;
    for (; assigned_borders_ < borders_.size(); ++assigned_borders_)
        borders_[assigned_borders_].archive = archive;
}

}  // namespace tlstriage::engine
