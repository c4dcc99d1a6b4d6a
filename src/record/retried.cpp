#include "record/retried.h"

#include <algorithm>

namespace tlstriage::record {
namespace {

using evidence::EventKind;
using evidence::Evidence;
using evidence::Side;

/// As in engine/continuation.cpp.
constexpr Nanoseconds retry_span = seconds(120);

bool never_connected(const Evidence& e) {
    return e.of_client().syn.seen() && !e.of_server().syn.seen() &&
           !e.of_client().first_data.seen() && !e.of_server().first_data.seen();
}

}  // namespace

bool is_retried(const Evidence& before, const Evidence& later) {
    if (before.client != later.client || !never_connected(before)) return false;
    if (!later.client_certain || !later.of_client().syn.seen()) return false;
    return before.of_client().initial_sequence == later.of_client().initial_sequence ||
           later.first.time - before.last.time <= retry_span;
}

void prepend(const Evidence& before, Evidence& later) {
    const evidence::SideEvidence& old = before.of_client();
    evidence::SideEvidence& client = later.side(Side::client);
    const bool again = old.initial_sequence != client.initial_sequence || old.rst.seen();
    if (again && before.of_server().rst.seen()) ++later.refused_before;
    later.refused_before += before.refused_before;
    later.first = before.first;
    later.file = before.file;
    later.vlan = before.vlan;
    later.duplicates += before.duplicates;
    client.syn = old.syn;
    client.first_segment = old.first_segment;
    client.syn_count += old.syn_count;
    client.mss = old.mss;
    client.syn_hops = old.syn_hops;
    for (std::size_t side = 0; side < later.sides.size(); ++side) {
        later.sides[side].packets += before.sides[side].packets;
        later.sides[side].bytes += before.sides[side].bytes;
    }
    if (before.icmp && (!later.icmp || (before.icmp_about_syn && !later.icmp_about_syn))) {
        later.icmp = before.icmp;
        later.icmp_about_syn = before.icmp_about_syn;
    }
    if (before.icmp_size) {
        later.icmp_size = before.icmp_size;
        later.icmp_size_about = before.icmp_size_about;
    }
    const auto first = std::ranges::find(later.events, EventKind::syn, &evidence::Event::kind);
    if (first != later.events.end()) first->kind = EventKind::syn_retransmitted;
    later.events.insert(later.events.begin(), before.events.begin(), before.events.end());
    if (later.events.size() > evidence::max_events) later.events.resize(evidence::max_events);
}

}  // namespace tlstriage::record
