// Items of the block `borders`: flows where the run's captures begin and end.
#pragma once

#include "engine/border.h"
#include "engine/tracked_flow.h"
#include "record/members.h"

namespace tlstriage::record {

template <>
constexpr std::uint64_t last_of<sense::Protocol> = sense::protocol_names.size() - 1;

void visit(auto& io, MaybeConst<FlowKey> auto& k) {
    io(k.low, k.high);
}
void visit(auto& io, MaybeConst<engine::KeptPacket> auto& p) {
    io(p.at, p.file, p.vlan, p.interface_id, p.wire_length, p.bytes);
}
void visit(auto& io, MaybeConst<engine::Tally> auto& t) {
    io(t.packets, t.bytes, t.application_records);
}
void visit(auto& io, MaybeConst<engine::Head> auto& h) {
    io(h.packets, h.bytes, h.open, h.whole, h.settled, h.tally);
}
void visit(auto& io, MaybeConst<engine::KeptSegment> auto& s) {
    io(s.at, s.sequence, s.acknowledgement, s.timestamp_value, s.ip_id, s.vlan, s.interface_id,
       s.mss, s.flags, s.hops);
    io.number(s.lane, 1);
}
void visit(auto& io, MaybeConst<evidence::Direction> auto& d) {
    io(d.stream, d.records, d.duplicates, d.tds, d.prefix, d.prefix_at);
    io.enumeration(d.speech, evidence::Speech::ended);
    io(d.tries);
}
void visit(auto& io, MaybeConst<evidence::Conversation> auto& c) {
    io(c.directions, c.dialogue, c.tds_framed, c.certificate_request);
}
/// Without its evidence and what else it owns.
void visit(auto& io, MaybeConst<engine::TrackedFlow> auto& f) {
    io(f.key);
    io.enumeration(f.state, engine::FlowState::ignored);
    io.number(f.kept, f.first_segments.size());
    io(f.last_file, f.last, f.next_sequence, f.packets, f.bytes, f.records, f.ignored_as,
       f.first_segments);
}

/// A value that is owned elsewhere, or none.
template <class T>
void put_owned(FieldWriter& fields, const std::unique_ptr<T>& owned) {
    fields(owned != nullptr);
    if (owned != nullptr) fields(*owned);
}
template <class T>
void get_owned(FieldReader& fields, std::unique_ptr<T>& owned) {
    bool there = false;
    fields(there);
    if (!there) return;
    owned = std::make_unique<T>();
    fields(*owned);
}

}  // namespace tlstriage::record
