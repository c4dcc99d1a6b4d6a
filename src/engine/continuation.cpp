#include "engine/continuation.h"

#include <algorithm>

namespace tlstriage::engine {
namespace {

using evidence::Evidence;
using evidence::Side;
using wire::tcp_flag::ack;
using wire::tcp_flag::syn;

/// A SYN from the same ports this long after an unanswered one is a try of its own.
constexpr Nanoseconds retry_span = seconds(120);

bool never_connected(const Evidence& evidence) {
    return evidence.of_client().syn.seen() && !evidence.of_server().syn.seen() &&
           !evidence.of_client().first_data.seen() && !evidence.of_server().first_data.seen();
}

/// Whether a packet lies within what its side has sent of this flow, not long after the last one.
bool repeats(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.evidence == nullptr || flow.next_sequence[lane] == 0) return false;
    const Evidence& e = *flow.evidence;
    const auto& side = e.side(e.side_of_lane(lane));
    return side.syn.seen() && segment.at.time >= flow.last.time &&
           segment.at.time - flow.last.time <= retry_span &&
           flow::distance(segment.sequence, side.initial_sequence) >= 0 &&
           flow::distance(segment.sequence, flow.next_sequence[lane]) <= 0;
}

Meaning meaning_of_syn(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.evidence == nullptr) return Meaning::new_flow;
    const Evidence& e = *flow.evidence;
    const bool from_client = e.side_of_lane(lane) == Side::client;
    const auto& client = e.of_client();
    if (from_client && client.syn.seen() && client.initial_sequence == segment.sequence) {
        // The server answered for an older connection from these ports, and the client cleared it
        // away (RFC 5961): only now does its own begin.
        return client.rst.seen() && never_connected(e) ? Meaning::retry : Meaning::same_flow;
    }
    // Captured behind its own answer.
    const auto& server = e.of_server();
    const std::uint32_t acknowledged =
        server.syn.seen() ? server.highest_acknowledgement : server.rst_acknowledgement;
    if (from_client && !client.syn.seen() && acknowledged == segment.sequence + 1) {
        return Meaning::same_flow;
    }
    if (from_client && never_connected(e) && segment.at.time - flow.last.time <= retry_span) {
        return Meaning::retry;
    }
    return Meaning::new_flow;
}

/// A SYN-ACK with another number, where the capture shows the server's direction alone.
bool answers_another(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.evidence == nullptr) return false;
    const Evidence& e = *flow.evidence;
    const auto& server = e.of_server();
    return e.side_of_lane(lane) == Side::server && !e.of_client().first_segment.seen() &&
           server.syn.seen() && server.initial_sequence != segment.sequence;
}

/// Whether a packet of another file continues this flow: its numbers follow on those seen.
bool fits(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    constexpr std::int32_t behind = 1 << 16;
    constexpr std::int32_t ahead = 1 << 24;
    if (repeats(flow, segment, lane)) return true;
    if (segment.has(syn)) {
        return flow.evidence != nullptr && never_connected(*flow.evidence) &&
               segment.at.time > flow.last.time;
    }
    const auto near = [](std::uint32_t number, std::uint32_t expected) {
        const std::int32_t distance = flow::distance(number, expected);
        return distance >= -behind && distance <= ahead;
    };
    // Captures taken at the same time can be off by a little, and repeat each other.
    constexpr Nanoseconds clock_error = seconds(1);
    if (segment.at.time < flow.last.time - clock_error) return false;
    if (flow.next_sequence[lane] != 0) return near(segment.sequence, flow.next_sequence[lane]);
    return segment.has(ack) && flow.next_sequence[lane ^ 1U] != 0 &&
           near(segment.acknowledgement, flow.next_sequence[lane ^ 1U]);
}

}  // namespace

Meaning meaning_of(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane,
                   std::uint32_t file) {
    Meaning meaning = Meaning::same_flow;
    if (segment.has(syn) && !segment.has(ack)) {
        meaning = meaning_of_syn(flow, segment, lane);
    } else if (segment.has(syn) && answers_another(flow, segment, lane)) {
        return Meaning::new_flow;
    }
    const bool stranger =
        meaning == Meaning::same_flow && flow.last_file != file && !fits(flow, segment, lane);
    return stranger ? Meaning::new_flow : meaning;
}

void restart(Evidence& evidence, const flow::Segment& segment) {
    evidence::SideEvidence& client = evidence.side(Side::client);
    evidence::SideEvidence& server = evidence.side(Side::server);
    if (server.rst.seen()) ++evidence.refused_before;
    server = evidence::SideEvidence{};
    client.rst = client.fin = Moment{};
    client.rst_count = 0;
    client.acknowledged = Moment{};
    client.initial_sequence = segment.sequence;
}

bool may_rest(const TrackedFlow& flow) {
    if (flow.evidence == nullptr) return false;
    const auto& client = flow.evidence->of_client();
    const auto& server = flow.evidence->of_server();
    const bool reset = client.rst.seen() || server.rst.seen();
    if (flow.state == FlowState::settled) return reset || (client.fin.seen() && server.fin.seen());
    const auto untouched = [](const evidence::Direction& direction) {
        return !direction.stream.has_hole() && direction.stream.missing_tail() == 0 &&
               direction.prefix.empty();
    };
    return reset && !client.first_data.seen() && !server.first_data.seen() &&
           std::ranges::all_of(flow.conversation->directions, untouched);
}

void note_icmp(Evidence& e, const wire::QuotedSegment& quoted, Moment at) {
    const bool advice = !quoted.v6 && (quoted.type == 4 || quoted.type == 5);  // quench, redirect
    if (advice) return;
    const Side about = e.client == quoted.source ? Side::client : Side::server;
    const evidence::SideEvidence& sender = e.side(about);
    constexpr std::int32_t nearby = 1 << 24;
    if (sender.syn.seen()) {
        const std::int32_t distance = flow::distance(quoted.sequence, sender.initial_sequence);
        if (distance < 0 || distance > nearby) return;
    }
    const bool about_syn =
        about == Side::client && sender.syn.seen() && sender.initial_sequence == quoted.sequence;
    const bool size = quoted.v6 ? quoted.type == 2 : quoted.type == 3 && quoted.code == 4;
    const evidence::IcmpEvidence icmp{quoted.router, quoted.type, quoted.code, quoted.v6, at};
    if (!e.icmp || (about_syn && !e.icmp_about_syn)) {
        e.icmp = icmp;
        e.icmp_about_syn = about_syn;
        e.add(evidence::EventKind::icmp_error, other(about), at);
    }
    if (size && !e.icmp_size) {
        e.icmp_size = icmp;
        e.icmp_size_about = about;
    }
}

}  // namespace tlstriage::engine
