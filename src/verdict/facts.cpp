#include "verdict/facts.h"

#include <algorithm>

#include "flow/sequence.h"
#include "tls/names.h"

namespace tlstriage::verdict {
namespace {

using evidence::AlertEvidence;
using evidence::Evidence;
using evidence::Side;
using evidence::SideEvidence;
using sense::Protocol;

constexpr std::uint8_t level_fatal = 2;
constexpr std::uint8_t close_notify = 0;
constexpr std::uint8_t user_canceled = 90;

Moment earlier(Moment a, Moment b) {
    if (!a.seen()) return b;
    return b.seen() ? std::min(a, b) : a;
}

Moment later_of_both(Moment a, Moment b) {
    return a.seen() && b.seen() ? std::max(a, b) : Moment{};
}

void consider(End& first, Ending how, Side side, Moment at) {
    if (at.seen() && (!first.seen() || at < first.at)) first = {how, side, at};
}

End find_first_end(const Evidence& evidence) {
    End first;
    for (const Side side : {Side::client, Side::server}) {
        const SideEvidence& s = evidence.side(side);
        const SideEvidence& peer = evidence.side(other(side));
        if (!fin_answers(s, peer)) consider(first, Ending::fin, side, s.fin);
        const bool rst_answers = peer.fin.seen() && s.rst_acknowledgement == peer.fin_sequence + 1;
        if (!rst_answers) consider(first, Ending::rst, side, s.rst);
    }
    for (const AlertEvidence& alert : evidence.alerts) {
        if (alert.description == close_notify) {
            consider(first, Ending::close_notify, alert.sender, alert.at);
        }
    }
    // After both Finished an alert that can't be read is taken for a close_notify (§4.5).
    const Moment done = later_of_both(evidence.of_client().finished, evidence.of_server().finished);
    for (const Side side : {Side::client, Side::server}) {
        const Moment alert = evidence.side(side).encrypted_alert;
        if (done.seen() && alert >= done) consider(first, Ending::close_notify, side, alert);
    }
    return first;
}

Moment last_progress(const SideEvidence& side) {
    return std::max({side.change_cipher_spec, side.finished, side.certificate,
                     side.application_data, side.first_record});
}

/// A warning counts when its sender then closes and neither side got any further
/// (verdicts.md §7).
bool warning_was_the_end(const Facts& facts, const AlertEvidence& alert) {
    return facts.first_end.by(alert.sender) && facts.first_end.at >= alert.at &&
           last_progress(facts.client) <= alert.at && last_progress(facts.server) <= alert.at;
}

bool is_fatal(const Facts& facts, const AlertEvidence& alert) {
    if (alert.description == close_notify) return false;
    if (facts.tls13) return alert.description != user_canceled;
    return alert.level == level_fatal || warning_was_the_end(facts, alert);
}

/// The peer's close acknowledges the alert, so it came after that whatever order the capture shows.
bool had_heard(const Facts& facts, const AlertEvidence& alert) {
    const SideEvidence& peer = facts.evidence.side(other(alert.sender));
    std::uint32_t acknowledged = 0;
    if (facts.first_end.how == Ending::fin) acknowledged = peer.fin_acknowledgement;
    if (facts.first_end.how == Ending::rst) acknowledged = peer.rst_acknowledgement;
    return acknowledged != 0 && flow::distance(acknowledged, alert.end) >= 0;
}

const AlertEvidence* find_fatal(const Facts& facts) {
    for (const AlertEvidence& alert : facts.evidence.alerts) {
        // An alert in answer to the peer's close is a consequence of that.
        const bool answers_close = facts.first_end.by(other(alert.sender)) &&
                                   facts.first_end.at < alert.at && !had_heard(facts, alert);
        if (!alert.after_data && !answers_close && is_fatal(facts, alert)) return &alert;
    }
    return nullptr;
}

bool is_alert_sized(const Facts& facts, const evidence::OpaqueRecord& record) {
    return evidence::is_alert_sized(
        record, facts.evidence.server_hello ? facts.evidence.server_hello->cipher_suite : 0);
}

/// Records of data went to and fro more often than any handshake takes. An answer to a client's
/// record that is no alert, more than once, is not a handshake.
bool conversed(const Facts& facts) {
    constexpr std::uint32_t more_than_a_finished = 2;
    return facts.client.application_records >= more_than_a_finished &&
           facts.server.application_records >= 1 &&
           facts.server.last_record.at > facts.client.application_data &&
           !is_alert_sized(facts, facts.server.last_record);
}

bool usable_tls13(const Facts& facts) {
    const evidence::Tls13View& view = facts.tls13_view;
    if (!view.client_finished.seen()) return conversed(facts);
    if (!facts.server.first_segment.seen()) return view.client_data.seen();
    const bool server_ended_before =
        view.server_alert_sized.seen() && view.server_alert_sized < facts.first_end.at;
    if (view.server_answer.seen()) return true;
    if (facts.first_end.by(Side::client)) return !server_ended_before;
    // A session that was opened ahead of need, until the server had enough of it.
    return facts.first_end.by(Side::server) && !view.server_alert_sized.seen() &&
           facts.first_end.at.time - view.client_finished.time >= seconds(1);
}

/// The server ends it within a second of the handshake, or even before it is done, without having
/// sent any data (TLS <= 1.2).
bool closed_at_once(const Facts& facts) {
    const End& end = facts.first_end;
    return end.by(Side::server) && !facts.server.application_data.seen() &&
           end.at.time - facts.handshake_done.time < seconds(1);
}

/// One direction alone: it is enough that it goes on to send data.
bool usable_one_sided(const Facts& facts) {
    constexpr std::uint32_t more_than_a_flight = 8;
    const SideEvidence& seen = facts.client.first_segment.seen() ? facts.client : facts.server;
    if (!seen.application_data.seen()) return false;
    if (&seen == &facts.client) {
        // Without a ServerHello it is the client's messages that tell the versions apart: up to
        // TLS 1.2 its Finished is a handshake record.
        return seen.finished.seen() ||
               (facts.client_hello_seen() && !facts.evidence.client_key_exchange.seen() &&
                evidence::view_tls13(facts.evidence).client_data.seen());
    }
    if (!facts.server_hello_seen()) return false;
    if (!facts.tls13 || seen.application_records >= more_than_a_flight) return true;
    // The client's flight, then its request, both unseen but acknowledged, and an answer to it.
    constexpr int flight_and_request = 2;
    return seen.acknowledgement_steps - facts.evidence.steps_at_server_hello >=
               flight_and_request &&
           seen.last_record.at >= seen.acknowledged && !is_alert_sized(facts, seen.last_record);
}

bool is_usable(const Facts& facts) {
    if (!facts.two_sided()) return usable_one_sided(facts);
    if (facts.tls13) return usable_tls13(facts);
    if (facts.handshake_done.seen()) return !closed_at_once(facts);
    // Without the hellos, records of data may still be a TLS 1.3 handshake.
    return facts.version && facts.server.application_data.seen();
}

Stage find_stage(const Facts& f) {
    const Evidence& e = f.evidence;
    const bool client_finished =
        f.tls13 ? f.tls13_view.client_finished.seen() : f.client.finished.seen();
    if (f.session_usable && !f.two_sided()) return Stage::application_data;
    if (f.session_usable && (e.settled.seen() || f.server.application_data.seen()) &&
        (!f.tls13 || f.tls13_view.server_answer.seen() || !client_finished)) {
        return Stage::application_data;
    }
    if (f.handshake_done.seen()) return Stage::finished;
    if (client_finished && !f.tls13) return Stage::client_finished;
    if (e.server_hello_done.seen()) return Stage::server_done;
    if (f.server.certificate.seen()) return Stage::certificate;
    if (f.server_hello_seen()) return Stage::server_hello;
    const bool in_vain =
        e.upgrade && e.upgrade->refused.seen() && e.first_client_hello > e.upgrade->refused;
    if (f.client_hello_seen() && !in_vain) return Stage::client_hello;
    if (f.client.application_data.seen() || f.server.application_data.seen()) {
        return Stage::application_data;
    }
    if (e.upgrade && (e.upgrade->asked.seen() || e.upgrade->no_offer.seen())) {
        return Stage::starttls;
    }
    if (e.proxy != Protocol::silent) return Stage::proxy;
    if (f.established.seen() || f.client.first_data.seen() || f.server.first_data.seen()) {
        return Stage::established;
    }
    return f.server.syn.seen() ? Stage::syn_ack : Stage::syn;
}

}  // namespace

bool is_usable_session(const Evidence& evidence) {
    return derive(evidence, ServerHistory{}).session_usable;
}

Facts derive(const Evidence& evidence, const ServerHistory& history) {
    Facts facts{.evidence = evidence,
                .history = history,
                .client = evidence.of_client(),
                .server = evidence.of_server(),
                .tls13_view = {},
                .version = {},
                .established = {},
                .handshake_done = {},
                .first_end = find_first_end(evidence)};
    if (evidence.server_hello && evidence.server_hello->whole) {
        facts.version = evidence.server_hello->version;
        facts.tls13 = tls::is_tls13(*facts.version);
    }
    if (facts.tls13) {
        facts.tls13_view = evidence::view_tls13(evidence);
        facts.handshake_done = facts.tls13_view.client_finished;
        // Records of an alert's size end it, whether they refuse or say goodbye.
        consider(facts.first_end, Ending::close_notify, Side::client,
                 facts.tls13_view.client_close);
        consider(facts.first_end, Ending::close_notify, Side::client,
                 facts.tls13_view.client_alert_sized);
    } else {
        facts.handshake_done = later_of_both(facts.client.finished, facts.server.finished);
    }
    // libldap says goodbye in the clear.
    if (facts.handshake_done.seen() && facts.client.no_record > facts.handshake_done) {
        consider(facts.first_end, Ending::close_notify, Side::client, facts.client.no_record);
    }
    if (facts.server.syn.seen()) {
        facts.established = earlier(facts.client.acknowledgement, facts.client.first_data);
    }
    facts.fatal = find_fatal(facts);
    facts.session_usable = is_usable(facts);
    facts.stage = find_stage(facts);
    return facts;
}

}  // namespace tlstriage::verdict
