// Rules for waiting in vain, in capture time (verdicts.md §3).
#include <algorithm>

#include "flow/sequence.h"
#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;

constexpr Nanoseconds patience_with_close = seconds(1);
constexpr Nanoseconds patience_without_close = seconds(5);

/// The last ClientHello has not been answered (by a HelloRetryRequest neither).
bool waits_for_server_hello(const Facts& facts) {
    if (!facts.client_hello_seen() || facts.server_hello_seen()) return false;
    return !facts.server.first_record.seen() ||
           (facts.evidence.hello_retry && facts.evidence.client_hello_at > facts.server.last_data);
}

/// The capture was taken nearer to the server: its answers come faster than the client's.
bool captured_at_server(const Facts& facts) {
    const auto& client = facts.client;
    const auto& server = facts.server;
    return client.syn.seen() && server.syn.seen() && client.acknowledgement.seen() &&
           (server.syn.time - client.syn.time) * 2 <= client.acknowledgement.time - server.syn.time;
}

/// How long the silence after `asked` lasted: to the client's close, or to the capture's end.
Nanoseconds silence(const Facts& facts, Moment asked) {
    const Nanoseconds until =
        facts.first_end.seen() ? facts.first_end.at.time : facts.history.capture_end;
    return until - asked.time;
}

/// Some payload of `from` was acknowledged by `to`.
bool some_arrived(const evidence::SideEvidence& from, const evidence::SideEvidence& to) {
    return from.syn.seen() && to.acknowledged.seen() &&
           flow::distance(to.highest_acknowledgement, from.initial_sequence + 1) > 0;
}

/// Some of the ClientHello was acknowledged, but not all of it.
bool begun_acknowledged(const Facts& facts) {
    return facts.evidence.client_hellos == 1 && some_arrived(facts.client, facts.server);
}

bool hello_acknowledged(const Facts& facts) {
    const std::uint32_t end =
        facts.client.hello_end != 0 ? facts.client.hello_end : facts.client.data_end;
    return facts.server.acknowledged.seen() &&
           flow::distance(facts.server.highest_acknowledgement, end) >= 0;
}

/// Long enough for a timeout, counted from `since`.
bool in_vain(const Facts& facts, Moment since) {
    return silence(facts, since) >=
           (facts.first_end.seen() ? patience_with_close : patience_without_close);
}

/// The capture shows the flow from its SYN on and lost nothing of it.
bool capture_is_whole(const Facts& facts) {
    return facts.established.seen() && facts.client.syn.seen() &&
           facts.client.lost_bytes + facts.server.lost_bytes == 0;
}

/// Seen at the sender: a full segment is repeated in vain, shorter ones are acknowledged.
Answer black_hole_at_sender(const Facts& facts, Side sender) {
    const auto& s = facts.evidence.side(sender);
    const auto& peer = facts.evidence.side(other(sender));
    const auto& stuck = s.stuck;
    if (stuck.repeats == 0 || s.full_segment_acknowledged) return std::nullopt;
    if (stuck.bytes < full_segment(s, peer) || !in_vain(facts, stuck.first_repeat)) {
        return std::nullopt;
    }
    const bool shorter_arrived = stuck.later_acknowledged || some_arrived(s, peer);
    if (!shorter_arrived) return std::nullopt;
    return failed(Cause::mtu_black_hole, Actor::network, Confidence::likely, stuck.last_repeat);
}

/// Repeated often enough to know, even if the capture ends soon after.
bool gave_up_repeating(const evidence::StuckRange& stuck) {
    constexpr std::uint32_t often = 4;
    return stuck.repeats >= often && stuck.last_repeat.time - stuck.first_repeat.time >= seconds(2);
}

/// Seen at the receiver: its stream keeps a hole while later bytes arrive.
bool keeps_hole(const Facts& facts, Side sender) {
    const auto& s = facts.evidence.side(sender);
    const auto& receiver = facts.evidence.side(other(sender));
    if (s.hole_bytes == 0 || !capture_is_whole(facts)) return false;
    const bool waits = receiver.last_segment > s.first_hole || sender == Side::client ||
                       receiver.fin.seen() || receiver.rst.seen();
    // What comes behind a hole may come late: it is missing since it was asked for.
    const Moment asked =
        sender == Side::server ? facts.evidence.client_hello_at : facts.evidence.server_hello_at;
    return waits && asked.seen() && in_vain(facts, std::min(s.first_hole, asked));
}

/// A hole of a full segment's size or more, where no full segment ever came.
Answer black_hole_at_receiver(const Facts& facts, Side sender) {
    const auto& s = facts.evidence.side(sender);
    const std::uint32_t full = full_segment(s, facts.evidence.side(other(sender)));
    if (!keeps_hole(facts, sender) || s.hole_bytes < full || s.largest_segment >= full) {
        return std::nullopt;
    }
    return failed(Cause::mtu_black_hole, Actor::network, Confidence::likely, s.first_hole);
}

/// An ICMP size error after which nothing more is acknowledged.
Answer too_big_by_icmp(const Facts& facts) {
    const auto& icmp = facts.evidence.icmp_size;
    if (!icmp) return std::nullopt;
    const Side sender = facts.evidence.icmp_size_about;
    const auto& receiver = facts.evidence.side(other(sender));
    if (receiver.acknowledged > icmp->at || !in_vain(facts, icmp->at)) return std::nullopt;
    return failed(Cause::mtu_black_hole, Actor::network, Confidence::proven, icmp->at);
}

}  // namespace

bool is_acknowledged(const Facts& facts, Side asker) {
    const auto& from = facts.evidence.side(asker);
    const auto& to = facts.evidence.side(other(asker));
    if (!to.acknowledged.seen() || from.data_end == 0) return false;
    return flow::distance(to.highest_acknowledgement, from.data_end) >= 0;
}

Answer client_hello_lost(const Facts& facts) {
    if (!waits_for_server_hello(facts) || facts.first_end.by(Side::server)) return std::nullopt;
    if (!facts.client.syn.seen() || !facts.server.acknowledged.seen() ||
        hello_acknowledged(facts)) {
        return std::nullopt;
    }
    const Nanoseconds wait = silence(facts, facts.evidence.first_client_hello);
    if (facts.client.retransmits == 0 && wait < patience_with_close) return std::nullopt;
    Verdict verdict = failed(Cause::client_hello_lost, Actor::network, Confidence::likely,
                             facts.client.last_payload);
    if (begun_acknowledged(facts)) verdict.reason = Word::large_client_hello;
    verdict.wait = wait;
    return verdict;
}

Answer mtu_black_hole(const Facts& facts) {
    if (facts.handshake_done.seen()) return std::nullopt;
    if (Answer answer = too_big_by_icmp(facts)) return answer;
    for (const Side sender : {Side::server, Side::client}) {
        if (Answer answer = black_hole_at_sender(facts, sender)) return answer;
        if (Answer answer = black_hole_at_receiver(facts, sender)) return answer;
    }
    return std::nullopt;
}

Answer loss_stall(const Facts& facts) {
    if (facts.handshake_done.seen() || !facts.client_hello_seen()) return std::nullopt;
    for (const Side sender : {Side::server, Side::client}) {
        const auto& s = facts.evidence.side(sender);
        if (keeps_hole(facts, sender)) {
            return failed(Cause::loss_stall, Actor::network, Confidence::likely, s.first_hole);
        }
        // What the receiver answers by ending the connection has another cause.
        const bool answered = sender == Side::client && facts.first_end.by(Side::server);
        if (s.stuck.repeats > 0 && !answered && capture_is_whole(facts) &&
            (in_vain(facts, s.stuck.first_repeat) || gave_up_repeating(s.stuck))) {
            return failed(Cause::loss_stall, Actor::network, Confidence::likely,
                          s.stuck.last_repeat);
        }
    }
    return std::nullopt;
}

namespace {

/// What the server owes an answer to; not seen when it owes none.
Moment server_was_asked(const Facts& facts) {
    const auto& e = facts.evidence;
    if (waits_for_server_hello(facts)) {
        return hello_acknowledged(facts) ? e.client_hello_at : Moment{};
    }
    if (!facts.server_hello_seen()) return {};
    if (!is_acknowledged(facts, Side::client) || !is_acknowledged(facts, Side::server)) return {};
    if (facts.tls13) {
        // Only a record that is cut in the middle says that more has to come.
        const bool within = facts.server.unfinished_record && !facts.client.application_data.seen();
        return within ? facts.server.last_data : Moment{};
    }
    if (facts.server.change_cipher_spec.seen()) return {};
    if (!e.server_hello_done.seen()) return facts.server.last_data;
    return facts.client.finished;
}

}  // namespace

Answer server_silent(const Facts& facts) {
    if (facts.first_end.by(Side::server)) return std::nullopt;
    const Moment asked = server_was_asked(facts);
    if (!asked.seen() || !in_vain(facts, asked)) return std::nullopt;
    const bool said_nothing = !facts.server.first_data.seen();
    const bool sure = said_nothing && captured_at_server(facts);
    Verdict verdict = failed(Cause::server_silent, Actor::server,
                             sure ? Confidence::likely : Confidence::possible, asked);
    if (!sure) verdict.alternatives = {name(Cause::mtu_black_hole), name(Cause::loss_stall)};
    verdict.wait = silence(facts, asked);
    return verdict;
}

Answer client_silent(const Facts& facts) {
    const Moment done = facts.evidence.server_hello_done;
    if (!done.seen() || facts.evidence.client_key_exchange.seen() ||
        facts.client.change_cipher_spec.seen() || facts.first_end.by(Side::client)) {
        return std::nullopt;
    }
    const Nanoseconds wait = silence(facts, done);
    if (wait < patience_without_close || !is_acknowledged(facts, Side::server)) return std::nullopt;
    Verdict verdict = failed(Cause::client_silent, Actor::client, Confidence::likely, done);
    verdict.wait = wait;
    return verdict;
}

Answer client_gave_up(const Facts& facts) {
    if (!facts.client_hello_seen() || !facts.first_end.by(Side::client)) return std::nullopt;
    const auto& e = facts.evidence;
    const Moment left = facts.first_end.at;
    Moment asked = e.client_hello_at;
    if (facts.server_hello_seen() && e.server_hello_at < left) {
        if (facts.tls13) return std::nullopt;
        const bool flight_done = e.server_hello_done.seen() && e.server_hello_done < left;
        if (flight_done && !facts.client.change_cipher_spec.seen()) return std::nullopt;
        asked = flight_done ? facts.client.change_cipher_spec
                            : std::max(e.server_hello_at, facts.server.last_data);
        if (left.time - asked.time >= patience_with_close) return std::nullopt;
    }
    Verdict verdict = failed(Cause::client_gave_up, Actor::client, Confidence::likely, left);
    verdict.wait = left.time - asked.time;
    return verdict;
}

}  // namespace tlstriage::verdict
