// Rules for resets and closes during the handshake, and for what the capture lacks.
#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;

constexpr Nanoseconds at_once = seconds(1);

bool is_reset(const End& end) {
    return end.how == Ending::rst;
}

}  // namespace

/// The server's only word to the client's Finished is of an alert's size, and it leaves.
Answer encrypted_refusal(const Facts& facts) {
    const auto& view = facts.tls13_view;
    if (!facts.tls13 || !(facts.server.fin.seen() || facts.server.rst.seen()) ||
        !view.server_alert_sized.seen() || view.server_records_after_finished != 1) {
        return std::nullopt;
    }
    const auto before = [&](Moment client) {
        return client.seen() && client < view.server_alert_sized;
    };
    if (before(view.client_close) || before(facts.client.fin) || before(facts.client.rst) ||
        before(facts.client.no_record)) {
        return std::nullopt;
    }
    return failed(Cause::encrypted_refusal, Actor::server,
                  view.client_flight_records > 1 ? Confidence::likely : Confidence::possible,
                  view.server_alert_sized);
}

namespace {

/// The server ends it though the handshake is done, and before it sent anything but tickets.
Answer server_left_after_finished(const Facts& facts) {
    if (!facts.handshake_done.seen()) return std::nullopt;
    const Moment end = facts.first_end.at;
    if (end.time - facts.handshake_done.time > at_once) return std::nullopt;
    Verdict verdict = failed(
        is_reset(facts.first_end) ? Cause::reset_after_finished : Cause::closed_after_finished,
        Actor::server, Confidence::possible, end);
    verdict.alternatives = {name(Cause::client_certificate_rejected), name(Word::backend_down)};
    return verdict;
}

Answer about_client_certificate(const Facts& facts) {
    const auto& chain = facts.client.chain;
    if (!facts.certificate_wanted() || chain == nullptr) return std::nullopt;
    const bool empty = chain->certificates.empty();
    Verdict verdict =
        failed(empty ? Cause::client_certificate_missing : Cause::client_certificate_rejected,
               Actor::server, Confidence::likely, facts.first_end.at);
    if (!empty) verdict.reason = flaw_of_client_certificate(facts, 0);
    return verdict;
}

/// An alert that can't be read, in the middle of TLS 1.2's change to encryption (§4.5).
Answer encrypted_alert(const Facts& facts) {
    if (facts.tls13 || facts.handshake_done.seen()) return std::nullopt;
    for (const Side side : {Side::client, Side::server}) {
        const Moment at = facts.evidence.side(side).encrypted_alert;
        if (at.seen()) {
            return failed(Cause::key_exchange_failed, actor_of(side), Confidence::likely, at);
        }
    }
    return std::nullopt;
}

Answer client_left_tls13(const Facts& facts) {
    const auto& view = facts.tls13_view;
    if (view.client_finished.seen() || !facts.server.application_data.seen()) return std::nullopt;
    const bool told = view.client_alert_sized.seen();
    Verdict verdict = failed(Cause::encrypted_rejection, Actor::client,
                             told ? Confidence::likely : Confidence::possible,
                             told ? view.client_alert_sized : facts.first_end.at);
    if (!facts.evidence.server_hello->pre_shared_key) {
        verdict.alternatives = {name(Cause::certificate_unknown_ca),
                                name(Cause::certificate_name_mismatch),
                                name(Cause::certificate_expired)};
    }
    return verdict;
}

}  // namespace

Answer client_left(const Facts& facts) {
    if (Answer answer = encrypted_alert(facts)) return answer;
    if (!facts.server_hello_seen() || !facts.first_end.by(Side::client)) return std::nullopt;
    const Moment at = facts.first_end.at;
    if (facts.tls13) {
        if (Answer answer = client_left_tls13(facts)) return answer;
        if (facts.tls13_view.client_finished.seen()) return std::nullopt;
    } else if (facts.client.change_cipher_spec.seen() ||
               facts.evidence.client_key_exchange.seen()) {
        return failed(Cause::key_exchange_failed, Actor::client, Confidence::possible, at);
    } else if (!is_acknowledged(facts, Side::server) && facts.server.last_payload <= at) {
        // It may never have received what it would have had to refuse.
        Verdict verdict = failed(Cause::client_gave_up, Actor::client, Confidence::possible, at);
        verdict.alternatives = {name(Cause::mtu_black_hole), name(Cause::loss_stall)};
        verdict.wait = at.time - facts.evidence.server_hello_at.time;
        return verdict;
    } else if (facts.server.certificate.seen()) {
        return certificate_refused(facts, std::nullopt, at);
    }
    return failed(Cause::server_hello_rejected, Actor::client, Confidence::possible, at);
}

Answer server_left(const Facts& facts) {
    if (!facts.client_hello_seen() || !facts.first_end.by(Side::server)) return std::nullopt;
    if (facts.handshake_done.seen() && facts.first_end.at >= facts.handshake_done) {
        return server_left_after_finished(facts);
    }
    if (Answer answer = about_client_certificate(facts)) return answer;
    const Moment at = facts.first_end.at;
    const Moment keys = facts.evidence.client_key_exchange;
    const bool changed =
        facts.server.change_cipher_spec.seen() && facts.server.change_cipher_spec <= at;
    if (!facts.tls13 && ((keys.seen() && keys <= at) || changed)) {
        return failed(Cause::key_exchange_failed, Actor::server, Confidence::possible, at);
    }
    return failed(is_reset(facts.first_end) ? Cause::reset_after_client_hello
                                            : Cause::closed_after_client_hello,
                  Actor::server,
                  facts.server_hello_seen() ? Confidence::possible : Confidence::likely, at);
}

Answer given_up_open(const Facts& facts) {
    const auto& e = facts.evidence;
    if (e.cut != evidence::Cut::evicted || facts.first_end.seen() || e.icmp_about_syn) {
        return std::nullopt;
    }
    return incomplete(Cause::evicted, e.last);
}

Answer capture_lacks(const Facts& facts) {
    const auto& e = facts.evidence;
    const Moment last = e.last;
    if (e.cut == evidence::Cut::evicted) return incomplete(Cause::evicted, last);
    if (!facts.two_sided()) return incomplete(Cause::one_sided, last);
    for (const auto* side : {&facts.client, &facts.server}) {
        if (side->lost_bytes > 0) return incomplete(Cause::capture_loss, side->first_loss);
        if (side->hole_bytes > 0) return incomplete(Cause::capture_loss, side->first_hole);
    }
    if (facts.client.cut_bytes + facts.server.cut_bytes > 0) {
        return incomplete(Cause::snap_length, last);
    }
    if (!facts.client_hello_seen() && !facts.client.syn.seen()) {
        return incomplete(Cause::capture_started_late, last);
    }
    return std::nullopt;
}

Verdict capture_ended(const Facts& facts) {
    return incomplete(Cause::capture_ended, facts.evidence.last);
}

}  // namespace tlstriage::verdict
