// Rules for waiting in vain, in capture time (verdicts.md §3).
#include <algorithm>

#include "flow/sequence.h"
#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;

constexpr Nanoseconds patience_with_close = seconds(1);
constexpr Nanoseconds patience_without_close = seconds(5);

bool waits_for_server_hello(const Facts& facts) {
    return facts.client_hello_seen() && !facts.server_hello_seen() &&
           !facts.server.first_record.seen();
}

/// How long the silence after `asked` lasted: to the client's close, or to the capture's end.
Nanoseconds silence(const Facts& facts, Moment asked) {
    const Nanoseconds until =
        facts.first_end.seen() ? facts.first_end.at.time : facts.history.capture_end;
    return until - asked.time;
}

/// Some of the ClientHello was acknowledged, but not all of it.
bool begun_acknowledged(const Facts& facts) {
    return flow::distance(facts.server.highest_acknowledgement, facts.client.initial_sequence + 1) >
           0;
}

}  // namespace

bool is_acknowledged(const Facts& facts, Side asker) {
    const auto& from = facts.evidence.side(asker);
    const auto& to = facts.evidence.side(other(asker));
    if (to.highest_acknowledgement == 0 || from.data_end == 0) return false;
    return flow::distance(to.highest_acknowledgement, from.data_end) >= 0;
}

Answer client_hello_lost(const Facts& facts) {
    if (!waits_for_server_hello(facts) || facts.first_end.by(Side::server)) return std::nullopt;
    if (!facts.client.syn.seen() || facts.server.highest_acknowledgement == 0 ||
        is_acknowledged(facts, Side::client)) {
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

/// Seen at the receiver: its stream keeps a hole while later bytes arrive. One of a full segment's
/// size or more, where no full segment ever came, is what a path does that drops large packets.
Answer stalled_by_loss(const Facts& facts) {
    constexpr std::uint64_t most_option_bytes = 40;  // they come off the MSS (RFC 6691)
    constexpr std::uint16_t usual_mss = 1460;
    const auto& server = facts.server;
    if (server.hole_bytes == 0 || facts.handshake_done.seen()) return std::nullopt;
    // Only where the client is seen to wait for it, in a capture that shows the rest of the flow.
    const bool capture_is_whole = facts.established.seen() && facts.client.syn.seen() &&
                                  facts.client.lost_bytes + server.lost_bytes == 0;
    const bool client_waits = facts.client.last_segment > server.first_hole &&
                              silence(facts, server.first_hole) >= patience_with_close;
    if (!capture_is_whole || !client_waits) return std::nullopt;
    const auto mss_of = [](const evidence::SideEvidence& side) {
        return side.mss == 0 ? usual_mss : side.mss;
    };
    const std::uint64_t mss = std::min(mss_of(facts.client), mss_of(server));
    const bool full_segments = server.hole_bytes + most_option_bytes >= mss &&
                               server.largest_segment + most_option_bytes < mss;
    return failed(full_segments ? Cause::mtu_black_hole : Cause::loss_stall, Actor::network,
                  Confidence::likely, server.first_hole);
}

Answer server_silent(const Facts& facts) {
    if (!waits_for_server_hello(facts) || facts.first_end.by(Side::server)) return std::nullopt;
    if (!is_acknowledged(facts, Side::client)) return std::nullopt;
    const Moment asked = facts.evidence.client_hello_at;
    const Nanoseconds wait = silence(facts, asked);
    if (wait < (facts.first_end.seen() ? patience_with_close : patience_without_close)) {
        return std::nullopt;
    }
    Verdict verdict = failed(Cause::server_silent, Actor::server, Confidence::possible, asked);
    verdict.alternatives = {name(Cause::mtu_black_hole), name(Cause::loss_stall)};
    verdict.wait = wait;
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
    Moment asked = facts.evidence.client_hello_at;
    if (facts.server_hello_seen()) {
        if (facts.tls13) return std::nullopt;
        const bool flight_done = facts.evidence.server_hello_done.seen();
        if (flight_done && !facts.client.change_cipher_spec.seen()) return std::nullopt;
        asked = flight_done ? facts.client.change_cipher_spec
                            : std::max(facts.evidence.server_hello_at, facts.server.last_data);
    }
    const Nanoseconds wait = facts.first_end.at.time - asked.time;
    if (wait >= patience_with_close && facts.server_hello_seen()) return std::nullopt;
    Verdict verdict =
        failed(Cause::client_gave_up, Actor::client, Confidence::likely, facts.first_end.at);
    verdict.wait = wait;
    return verdict;
}

}  // namespace tlstriage::verdict
