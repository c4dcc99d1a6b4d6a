#include "evidence/collector.h"

#include <algorithm>

#include "evidence/stream_reader.h"

namespace tlstriage::evidence {
namespace {

using sense::Protocol;
using wire::tcp_flag::ack;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

/// Protocols that never turn into TLS on the same connection.
bool is_final(Protocol protocol) {
    return protocol == Protocol::http || protocol == Protocol::http_response ||
           protocol == Protocol::ssh;
}

bool is_uninteresting(const Evidence& evidence, const Conversation& conversation) {
    const SideEvidence& client = evidence.of_client();
    const SideEvidence& server = evidence.of_server();
    if (client.first_record.seen() || server.first_record.seen()) return false;
    if (evidence.upgrade && evidence.upgrade->asked.seen()) return false;
    const auto& [a, b] = conversation.directions;
    if (a.speech == Speech::ended && b.speech == Speech::ended) {
        // Without a name it was the capture that took the bytes which could have told.
        return client.first_protocol != Protocol::silent &&
               server.first_protocol != Protocol::silent;
    }
    if (!is_final(client.first_protocol) || !is_final(server.first_protocol)) return false;
    const bool of_one_kind =
        (client.first_protocol == Protocol::ssh) == (server.first_protocol == Protocol::ssh);
    if (!of_one_kind) return false;
    constexpr std::uint16_t segments_of_an_error_page = 4;
    const Direction& answer = conversation.directions[evidence.client_lane ^ 1U];
    return server.http_status != 400 ||
           (!server.http_says_tls && answer.tries > segments_of_an_error_page);
}

/// A copy of the SYN that comes late finds its stream under way.
bool begins_stream(const SideEvidence& s, const flow::Segment& segment) {
    return s.data_end == 0 || s.initial_sequence != segment.sequence;
}

void note_syn(Evidence& evidence, SideEvidence& s, const flow::Segment& segment, Side side) {
    if (s.syn_count++ == 0) {
        // A capture of several queues can show the answer first.
        SideEvidence& peer = evidence.side(other(side));
        if (peer.rst.seen() && peer.rst_acknowledgement == segment.sequence + 1) {
            peer.rst_answers_syn = true;
        }
        s.syn = segment.at;
        s.initial_sequence = segment.sequence;
        s.mss = segment.mss;
        s.syn_hops = segment.hops;
    }
    s.last_syn = segment.at;
    const bool again = s.syn_count > 1;
    const EventKind kind = side == Side::client
                               ? (again ? EventKind::syn_retransmitted : EventKind::syn)
                               : (again ? EventKind::syn_ack_retransmitted : EventKind::syn_ack);
    evidence.add(kind, side, segment.at);
}

void note_rst(Evidence& evidence, SideEvidence& s, const flow::Segment& segment, Side side) {
    if (s.rst_count++ != 0) return;
    const SideEvidence& peer = evidence.side(other(side));
    s.rst = segment.at;
    s.rst_acknowledgement = segment.has(ack) ? segment.acknowledgement : 0;
    s.rst_hops = segment.hops;
    s.rst_answers_syn = segment.has(ack) && peer.syn.seen() && !s.syn.seen() &&
                        segment.acknowledgement == peer.initial_sequence + 1;
    constexpr std::uint8_t steps_that_count = 3;
    constexpr std::uint16_t longest_step = 64;
    ResetSigns& signs = s.reset_signs;
    signs.rst_place = segment.interface_id;
    signs.rst_breaks_ids =
        segment.ip_id != 0 && signs.id_steps >= steps_that_count &&
        static_cast<std::uint16_t>(segment.ip_id - signs.last_ip_id) > longest_step;
    evidence.add(EventKind::rst, side, segment.at);
}

/// Hops and IP IDs, for comparison with a reset's.
void note_origin(SideEvidence& s, const flow::Segment& segment) {
    ResetSigns& signs = s.reset_signs;
    constexpr std::uint16_t longest_step = 64;
    const auto step = static_cast<std::uint16_t>(segment.ip_id - signs.last_ip_id);
    const bool counts = segment.ip_id != 0 && signs.last_ip_id != 0 && step <= longest_step;
    signs.id_steps = !counts ? 0 : signs.id_steps < 255 ? signs.id_steps + 1 : 255;
    signs.last_ip_id = segment.ip_id;
    if (segment.length == 0) return;
    if (s.data_hops == 0) {
        s.data_hops = segment.hops;
        signs.data_place = segment.interface_id;
    } else if (s.data_hops != segment.hops && signs.data_place == segment.interface_id) {
        signs.data_hops_vary = true;
    }
}

/// What `s` sends: is it new, or what the peer has not acknowledged?
void note_payload(SideEvidence& s, const SideEvidence& peer, const flow::Segment& segment) {
    const std::uint32_t begin = segment.data_sequence();
    const std::uint32_t end = begin + segment.length;
    const bool is_new = s.data_end == 0 || flow::distance(end, s.data_end) > 0;
    const std::uint32_t missing =
        peer.acknowledged.seen() ? peer.highest_acknowledgement : s.initial_sequence + 1;
    const bool stuck_begins_here =
        flow::distance(begin, missing) <= 0 && flow::distance(end, missing) > 0;
    if (stuck_begins_here && (peer.acknowledged.seen() || s.syn.seen())) {
        if (!is_new) {
            if (s.stuck.repeats++ == 0) s.stuck.first_repeat = segment.at;
            s.stuck.last_repeat = segment.at;
        }
        s.stuck.bytes = std::max(s.stuck.bytes, end - missing);
    }
    // Of a super-frame that offloading made the first segment counts.
    if (const std::uint32_t full = full_segment(s, peer); segment.length >= full) {
        constexpr std::uint32_t option_bytes = 40;
        if (s.full_segment_end == 0) {
            s.full_segment_end = begin + std::min(segment.length, full + option_bytes);
        }
        if (is_new) s.last_full_end = end;
    }
    s.last_payload = segment.at;
    s.largest_segment = std::max(s.largest_segment, segment.length);
    if (!is_new) return;
    if (s.rst.seen() && !s.reset_signs.new_payload_after.seen()) {
        s.reset_signs.new_payload_after = segment.at;
    }
    s.data_end = end;
}

/// What `s` acknowledges of `peer`.
void note_acknowledgement(SideEvidence& s, SideEvidence& peer, const flow::Segment& segment) {
    const bool more = !s.acknowledged.seen() ||
                      flow::distance(segment.acknowledgement, s.highest_acknowledgement) > 0;
    if (more) {
        s.highest_acknowledgement = segment.acknowledgement;
        s.acknowledged = segment.at;
        if (s.acknowledgement_steps < 0xffff) ++s.acknowledgement_steps;
        peer.stuck = {};
        if (peer.full_segment_end != 0 &&
            flow::distance(segment.acknowledgement, peer.full_segment_end) >= 0) {
            peer.full_segment_acknowledged = true;
        }
    }
    if (segment.sack_right == 0) return;
    peer.stuck.later_acknowledged = true;
    // A block of several short segments is as long as a full one: it has to hold the latest of
    // those.
    const std::uint32_t full = full_segment(peer, s);
    const std::uint32_t right = segment.sack_span_right;
    if (peer.last_full_end != 0 && segment.sack_span >= full &&
        flow::distance(right, peer.last_full_end) >= 0 &&
        flow::distance(peer.last_full_end - full, right - segment.sack_span) >= 0) {
        peer.full_segment_acknowledged = true;
    }
}

/// A FIN that comes before the bytes in front of it counts from when those have come.
void note_fin_in_order(SideEvidence& s, const flow::Reassembler& stream,
                       const flow::Segment& segment) {
    if (!s.fin.seen() || !stream.started()) return;
    const bool complete = flow::distance(s.fin_sequence, stream.next()) <= 0;
    if (segment.has(fin) && s.fin == segment.at) {
        s.fin_early = !complete;
    } else if (s.fin_early && complete) {
        s.fin_early = false;
        s.fin = segment.at;
    }
}

}  // namespace

void note_flags(Evidence& evidence, const flow::Segment& segment, Side side) {
    SideEvidence& s = evidence.side(side);
    if (!s.first_segment.seen()) s.first_segment = segment.at;
    s.last_segment = segment.at;
    if (segment.has(syn)) {
        note_syn(evidence, s, segment, side);
    } else if (segment.has(ack) && !s.acknowledgement.seen() && !segment.has(rst)) {
        s.acknowledgement = segment.at;
        if (side == Side::client && evidence.of_server().syn.seen()) {
            evidence.add(EventKind::established, side, segment.at);
        }
    }
    SideEvidence& peer = evidence.side(other(side));
    if (!segment.has(rst)) {
        if (segment.has(ack)) note_acknowledgement(s, peer, segment);
        note_origin(s, segment);
        if (segment.length > 0) note_payload(s, peer, segment);
    }
    if (segment.has(fin) && !s.fin.seen()) {
        s.fin = segment.at;
        s.fin_sequence = segment.data_sequence() + segment.length;
        s.fin_acknowledgement = segment.has(ack) ? segment.acknowledgement : 0;
        evidence.add(EventKind::fin, side, segment.at);
    }
    if (segment.has(rst)) note_rst(evidence, s, segment, side);
}

Collector::Collector(const sense::Database& database, tls::ChainCache& chains)
    : sensor_(database), chains_(chains) {}

Progress Collector::segment(Evidence& evidence, Conversation& conversation,
                            const flow::Segment& segment, std::uint8_t lane) {
    Direction& direction = conversation.directions[lane];
    if (direction.duplicates.repeats(segment)) {
        ++evidence.duplicates;
        return Progress::duplicate;
    }
    if (segment.has(syn) && begins_stream(evidence.side(evidence.side_of_lane(lane)), segment)) {
        direction.stream.start_at(segment.sequence + 1);
    }
    if (segment.has(ack) && !segment.has(rst)) {
        Direction& peer = conversation.directions[lane ^ 1U];
        StreamReader reader(*this, evidence, conversation, lane ^ 1U);
        peer.stream.acknowledged(segment.acknowledgement, segment.at, reader);
    }
    if (segment.length > 0 && !segment.has(rst)) {
        StreamReader reader(*this, evidence, conversation, lane);
        const flow::Arrival arrival = direction.stream.segment(
            segment.data_sequence(), segment.data, segment.length, segment.at, reader);
        if (arrival == flow::Arrival::retransmission) {
            ++evidence.side(evidence.side_of_lane(lane)).retransmits;
        }
    }
    note_flags(evidence, segment, evidence.side_of_lane(lane));
    note_fin_in_order(evidence.side(evidence.side_of_lane(lane)), direction.stream, segment);
    if (evidence.settled.seen()) return Progress::settled;
    return is_uninteresting(evidence, conversation) ? Progress::uninteresting : Progress::open;
}

void Collector::pass_holes(Evidence& evidence, Conversation& conversation) {
    for (const std::uint8_t lane : {std::uint8_t{0}, std::uint8_t{1}}) {
        StreamReader reader(*this, evidence, conversation, lane);
        conversation.directions[lane].stream.finish(reader);
    }
}

void Collector::finish(Evidence& evidence, Conversation& conversation) {
    for (const std::uint8_t lane : {std::uint8_t{0}, std::uint8_t{1}}) {
        StreamReader reader(*this, evidence, conversation, lane);
        const Side side = evidence.side_of_lane(lane);
        reader.finish(evidence.side(side).last_segment);
    }
}

}  // namespace tlstriage::evidence
