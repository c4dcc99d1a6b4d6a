// Flows that an archive cuts: kept at its ends, and joined again.
#include <algorithm>

#include "engine/border.h"
#include "engine/continuation.h"
#include "engine/shard.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::engine {
namespace {

using evidence::Cut;
using evidence::Evidence;
using evidence::Side;

/// How long a flow that is over is kept beyond its part, and how many in a shard.
constexpr Nanoseconds kept_over = seconds(10);
constexpr std::size_t most_over = 4096;
/// Errors about flows that another part may have, in a shard.
constexpr std::size_t most_orphans = 1024;

/// All of a flow but what it owns.
std::unique_ptr<TrackedFlow> outline(const TrackedFlow& flow) {
    auto copy = std::make_unique<TrackedFlow>();
    copy->key = flow.key;
    copy->state = flow.state;
    copy->kept = flow.kept;
    copy->last_file = flow.last_file;
    copy->last = flow.last;
    copy->next_sequence = flow.next_sequence;
    copy->packets = flow.packets;
    copy->bytes = flow.bytes;
    copy->records = flow.records;
    copy->ignored_as = flow.ignored_as;
    copy->first_segments = flow.first_segments;
    return copy;
}

/// What is noted of a flow that is only counted.
bool is_of_settled(evidence::EventKind kind) {
    using evidence::EventKind;
    return kind == EventKind::fin || kind == EventKind::rst || kind == EventKind::encrypted_alert ||
           kind == EventKind::icmp_error;
}

/// Application data that came behind a whole handshake of TLS 1.2, in a record longer than what is
/// known of it. Whether both sides have sent some now.
bool add_application_data(Evidence& e, const Evidence& later) {
    constexpr std::uint16_t tls12 = 0x0303;
    if (!e.server_hello || e.server_hello->version > tls12) return false;
    for (const Side side : {Side::client, Side::server}) {
        evidence::SideEvidence& s = e.side(side);
        const Moment first = later.side(side).application_data;
        if (!s.finished.seen() || (!s.application_data.seen() && !first.seen())) return false;
        if (s.application_data.seen()) continue;
        s.application_data = first;
        e.add(evidence::EventKind::application_data, side, first);
    }
    e.settled = std::max(e.of_client().application_data, e.of_server().application_data);
    return true;
}

/// The end of `from`, where `to` has none yet.
void add_end(Evidence& to, const Evidence& from, Side side) {
    evidence::SideEvidence& s = to.side(side);
    const evidence::SideEvidence& later = from.side(side);
    if (!s.fin.seen() && later.fin.seen()) {
        s.fin = later.fin;
        s.fin_sequence = later.fin_sequence;
        s.fin_acknowledgement = later.fin_acknowledgement;
        s.fin_early = later.fin_early;
    }
    if (!s.rst.seen() && later.rst.seen()) {
        s.rst = later.rst;
        s.rst_acknowledgement = later.rst_acknowledgement;
        s.rst_hops = later.rst_hops;
        s.reset_signs.rst_place = later.reset_signs.rst_place;
    }
    s.rst_count += later.rst_count;
    s.last_segment = std::max(s.last_segment, later.last_segment);
}

}  // namespace

void Shard::release(Index index) {
    TrackedFlow& flow = flows_.at(index);
    if (flow.head != nullptr) {
        borders_.push_back({.stored = flow.stored, .head = std::move(flow.head), .tail = nullptr});
    }
    flows_.erase(index);
}

void Shard::keep_orphan(const wire::Packet& packet, Moment at, std::uint32_t file) {
    if (borders_.size() - assigned_borders_ >= most_orphans) return;
    auto head = std::make_unique<Head>();
    head->packets.push_back(KeptPacket::of(packet, at, file));
    borders_.push_back({.stored = Border::nowhere, .head = std::move(head), .tail = nullptr});
}

/// Ends the flow; how it stood before that is kept, unless it has been over for long.
void Shard::keep_border(TrackedFlow& flow, Nanoseconds end) {
    const bool over = flow.state == FlowState::resting || flow.state == FlowState::ignored;
    std::unique_ptr<TrackedFlow> tail;
    const bool late = end - flow.last.time <= kept_over;
    if (!over || (late && borders_over_ < most_over)) {
        if (over) ++borders_over_;
        tail = outline(flow);
        if (flow.copies != nullptr) {
            tail->copies = std::make_unique<std::array<evidence::DuplicateFilter, 2>>(*flow.copies);
        }
        if (flow.state == FlowState::open) {
            tail->evidence = std::make_unique<Evidence>(*flow.evidence);
            tail->conversation = std::make_unique<evidence::Conversation>(*flow.conversation);
        }
    }
    end_flow(flow, Cut::none);
    if (tail == nullptr && flow.head == nullptr) return;
    borders_.push_back(
        {.stored = flow.stored, .head = std::move(flow.head), .tail = std::move(tail)});
}

void Shard::restore(std::unique_ptr<TrackedFlow> tail, const Evidence* stored) {
    const std::uint64_t hash = wire::flow_hash(tail->key.low, tail->key.high);
    TrackedFlow& flow = flows_.at(flows_.insert(hash));
    std::unique_ptr<Head> head = std::move(tail->head);
    flow = std::move(*tail);
    flow.head = std::move(head);
    flow.stored = TrackedFlow::nowhere;
    const bool over = flow.state == FlowState::resting || flow.state == FlowState::ignored;
    if (over && stored != nullptr) {
        flow.stored = ended_.add(*stored);
        EvidenceStore::Entry& entry = ended_.at(flow.stored);
        for (std::size_t side = 0; side < entry.side_packets.size(); ++side) {
            entry.side_packets[side] = stored->sides[side].packets;
            entry.side_bytes[side] = stored->sides[side].bytes;
        }
    }
    if (flow.state == FlowState::settled && stored != nullptr) {
        flow.evidence = evidence_.take();
        *flow.evidence = *stored;
    }
    if (flow.state == FlowState::open) {
        auto evidence = std::exchange(flow.evidence, evidence_.take());
        *flow.evidence = std::move(*evidence);
        auto conversation = std::exchange(flow.conversation, conversations_.take());
        *flow.conversation = std::move(*conversation);
        held_bytes_ += flow.conversation->held_bytes();
    }
}

TrackedFlow* Shard::find(const FlowKey& key) {
    const std::uint64_t hash = wire::flow_hash(key.low, key.high);
    const Index index = flows_.find(hash, [&](const TrackedFlow& f) { return f.key == key; });
    return index == flows_.none ? nullptr : &flows_.at(index);
}

bool Shard::continues(const KeptPacket& kept) {
    wire::Packet packet;
    if (!kept.packet(packet)) return false;
    if (packet.outcome == wire::Outcome::icmp_error) return true;
    const FlowKey key = FlowKey::between(packet.source(), packet.destination());
    TrackedFlow* const flow = find(key);
    if (flow == nullptr) return false;
    if (flow->state == FlowState::young) grow_up(*flow);
    if (flow->state == FlowState::resting) wake(*flow);
    const std::uint8_t lane = key.low == packet.source() ? 0 : 1;
    flow::Segment segment = flow::load_segment(packet, kept.at);
    return meaning_of(*flow, segment, lane, kept.file) != Meaning::new_flow;
}

void Shard::consume(const KeptPacket& kept) {
    wire::Packet packet;
    if (!kept.packet(packet)) return;
    consume_one(packet, {.file = kept.file, .frame_base = kept.at.frame - 1});
}

void Shard::supersede(const FlowKey& key) {
    const std::uint64_t hash = wire::flow_hash(key.low, key.high);
    const Index index = flows_.find(hash, [&](const TrackedFlow& f) { return f.key == key; });
    if (index == flows_.none) return;
    end_flow(flows_.at(index), Cut::superseded);
    release(index);
}

std::optional<Evidence> Shard::evidence_of(TrackedFlow& flow) {
    if (flow.state == FlowState::young) grow_up(flow);
    if (flow.state == FlowState::resting) wake(flow);
    if (flow.evidence == nullptr) return std::nullopt;
    Evidence e = *flow.evidence;
    e.last = flow.last;
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        evidence::SideEvidence& side = e.side(e.side_of_lane(lane));
        side.packets = flow.packets[lane];
        side.bytes = flow.bytes[lane];
    }
    return e;
}

void Shard::forget(const FlowKey& key) {
    const std::uint64_t hash = wire::flow_hash(key.low, key.high);
    const Index index = flows_.find(hash, [&](const TrackedFlow& f) { return f.key == key; });
    if (index == flows_.none) return;
    TrackedFlow& flow = flows_.at(index);
    if (flow.conversation != nullptr) held_bytes_ -= flow.conversation->held_bytes();
    if (flow.stored != TrackedFlow::nowhere) ended_.drop(flow.stored);
    flows_.erase(index);
}

void Shard::add_later(TrackedFlow& flow, const Evidence& later, const Head& known,
                      const TrackedFlow* tail) {
    if (flow.state == FlowState::young) grow_up(flow);
    if (flow.state == FlowState::resting) wake(flow);
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const auto& side = later.side(later.side_of_lane(lane));
        flow.packets[lane] += side.packets - known.tally.packets[lane];
        flow.bytes[lane] += side.bytes - known.tally.bytes[lane];
    }
    flow.last = std::max(flow.last, later.last);
    if (tail != nullptr) {
        flow.last_file = tail->last_file;
        flow.next_sequence = tail->next_sequence;
    }
    if (flow.evidence == nullptr) return;  // no TLS: it is only followed
    Evidence& e = *flow.evidence;
    // Sides are by lane in what is compared.
    Evidence turned = later;
    if (turned.client_lane != e.client_lane) turned.swap_sides();
    if (flow.state == FlowState::open && add_application_data(e, turned)) settle(flow);
    const bool joins = flow.state == FlowState::settled;
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const Side side = e.side_of_lane(lane);
        evidence::SideEvidence& s = e.side(side);
        const evidence::SideEvidence& l = later.side(later.side_of_lane(lane));
        s.application_records += l.application_records - known.tally.application_records[lane];
        s.last_record = l.last_record.at > s.last_record.at ? l.last_record : s.last_record;
        s.last_encrypted_alert = std::max(s.last_encrypted_alert, l.last_encrypted_alert);
        if (tail != nullptr && joins) flow.records[lane] = tail->records[lane];
    }
    for (const evidence::Event& event : turned.events) {
        if (event.at > known.packets.back().at && is_of_settled(event.kind)) {
            e.add(event.kind, event.side, event.at, event.detail);
        }
    }
    add_end(e, turned, Side::client);
    add_end(e, turned, Side::server);
    if (!joins) {
        e.cut = Cut::unjoined;
        if (flow.state == FlowState::open) settle(flow);
    }
    if (may_rest(flow)) rest(flow);
}

}  // namespace tlstriage::engine
