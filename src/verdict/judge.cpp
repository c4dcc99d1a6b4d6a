#include "verdict/judge.h"

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Evidence;
using evidence::Side;
using sense::Protocol;

using Rule = Answer (*)(const Facts&);

/// Stated, then what the capture lacks, then inferred (verdicts.md §3 Order of trial, §7).
constexpr Rule rules[] = {
    starttls,          server_is_not_tls,   fatal_alert,      plaintext_to_tls_port, proxy_refused,
    given_up_open,     tcp_never_connected, nothing_was_said, client_hello_lost,     mtu_black_hole,
    loss_stall,        capture_lacks,       server_silent,    client_silent,         client_gave_up,
    encrypted_refusal, client_left,         server_left,
};

Verdict succeeded(const Facts& facts) {
    Verdict verdict;
    verdict.outcome = Outcome::ok;
    verdict.phase = Phase::after_tls;
    verdict.confidence = facts.two_sided() ? Confidence::proven : Confidence::likely;
    verdict.decisive = facts.handshake_done.seen() ? facts.handshake_done : facts.evidence.settled;
    if (!verdict.decisive.seen()) verdict.decisive = facts.evidence.last;
    return verdict;
}

bool client_closed_properly(const Facts& facts, const evidence::SideEvidence& side, Side who) {
    if (facts.tls13) {
        // By its size alone: any record of another one is data, or a ticket.
        return evidence::is_alert_sized(side.last_record,
                                        facts.evidence.server_hello->cipher_suite);
    }
    for (const auto& alert : facts.evidence.alerts) {
        if (alert.sender == who && alert.description == 0) return true;
    }
    return side.last_encrypted_alert.seen();
}

void note_ending(const Facts& facts, Verdict& verdict) {
    const Evidence& e = facts.evidence;
    std::vector<Word>& notes = verdict.notes;
    const End& end = facts.first_end;
    if (!end.seen()) return;
    const bool data =
        facts.tls13 ? facts.tls13_view.server_answer.seen()
                    : facts.client.application_data.seen() || facts.server.application_data.seen();
    if (!data && end.by(Side::client)) {
        notes.push_back(Word::closed_unused);
        if (facts.tls13 && !e.server_hello->pre_shared_key &&
            !facts.tls13_view.client_data.seen()) {
            verdict.alternatives = {name(Cause::certificate_name_mismatch),
                                    name(Cause::certificate_rejected)};
        }
    }
    if (data && end.how == Ending::rst) notes.push_back(Word::reset_after_data);
    if (data && end.how == Ending::fin && !e.frames_lost &&
        !client_closed_properly(facts, e.side(end.side), end.side)) {
        notes.push_back(Word::truncated_close);
    }
    for (const auto& alert : e.alerts) {
        if (alert.after_data && alert.description != 0) notes.push_back(Word::alert_after_data);
    }
}

void note_surroundings(const Facts& facts, Verdict& verdict) {
    const Evidence& e = facts.evidence;
    auto& notes = verdict.notes;
    constexpr std::uint8_t unrecognized_name = 112;
    for (const auto& alert : e.alerts) {
        if (&alert == facts.fatal || alert.after_data || alert.description == 0) continue;
        notes.push_back(alert.description == unrecognized_name ? Word::unrecognized_name_warning
                                                               : Word::warning_alert);
    }
    const bool started_late = !facts.client.syn.seen() && !facts.server.syn.seen();
    if (facts.client.syn_count > 1) notes.push_back(Word::syn_retransmitted);
    if (e.refused_before > 0) notes.push_back(Word::refused_before);
    if (e.icmp && verdict.cause != Cause::unreachable) notes.push_back(Word::icmp_error);
    if (!facts.two_sided() && facts.stage > Stage::established) notes.push_back(Word::one_sided);
    if (started_late) notes.push_back(Word::started_late);
    if (e.frames_lost || facts.client.lost_bytes + facts.server.lost_bytes > 0)
        notes.push_back(Word::capture_loss);
    if (facts.client.cut_bytes + facts.server.cut_bytes > 0) notes.push_back(Word::snap_length);
    if (e.duplicates > 0) notes.push_back(Word::duplicates);
    if (e.ssl2_hello) notes.push_back(Word::ssl2_hello);
    if (e.client_hello && e.client_hello->early_data) notes.push_back(Word::early_data);
    if (e.client_hello && e.client_hello->shape->encrypted_client_hello) {
        notes.push_back(Word::encrypted_client_hello);
    }
    if (e.cut == evidence::Cut::evicted) notes.push_back(Word::evicted);
    if (e.cut == evidence::Cut::unjoined) notes.push_back(Word::joined_roughly);
}

/// What a client does that has another connection and needs this one no more; an alert would say
/// something else.
bool was_abandoned(const Facts& facts, const Verdict& verdict) {
    if (!facts.first_end.by(Side::client) || facts.fatal != nullptr) return false;
    switch (verdict.cause) {
        case Cause::client_gave_up:
        case Cause::server_hello_rejected:
        case Cause::server_silent:
        case Cause::tcp_probe: return true;
        case Cause::encrypted_rejection: return verdict.confidence == Confidence::possible;
        default: return false;
    }
}

void note_race(const Facts& facts, Verdict& verdict) {
    if (!facts.history.raced || verdict.outcome == Outcome::ok) return;
    verdict.notes.push_back(Word::raced);
    if (!was_abandoned(facts, verdict)) return;
    verdict.outcome = Outcome::incomplete;
    verdict.cause = Cause::client_aborted;
    verdict.reason = Word::none;
    verdict.alternatives.clear();
    verdict.actor = Actor::client;
    verdict.confidence = Confidence::likely;
}

/// Frames did not reach us, perhaps of this flow: what rests on something that was not seen is
/// open.
void doubt(const Facts& facts, Verdict& verdict) {
    const bool nothing_said =
        verdict.cause == Cause::tcp_probe || verdict.cause == Cause::idle_preconnect;
    const bool stated =
        facts.fatal != nullptr || (verdict.confidence == Confidence::proven && !nothing_said);
    if (!facts.evidence.frames_lost || verdict.outcome == Outcome::ok ||
        verdict.outcome == Outcome::incomplete || stated) {
        return;
    }
    const std::string_view candidate = name(verdict.cause);
    verdict.outcome = Outcome::incomplete;
    verdict.cause = Cause::capture_loss;
    verdict.reason = Word::none;
    verdict.actor = Actor::none;
    verdict.confidence = Confidence::likely;
    verdict.alternatives = {candidate};
}

/// The causes of verdicts.md §2 lie before TLS, those of §3 during it; what the capture lacks lies
/// where the flow had got to.
Phase phase_of(const Facts& facts, Cause cause) {
    const bool said_tls = facts.client_hello_seen() || facts.client.first_record.seen() ||
                          facts.server.first_record.seen();
    if (cause >= Cause::capture_loss || cause == Cause::none) {
        return said_tls ? Phase::during_tls : Phase::before_tls;
    }
    return cause <= Cause::dns_failure ? Phase::before_tls : Phase::during_tls;
}

Verdict first_answer(const Facts& facts) {
    if (facts.session_usable && facts.fatal == nullptr) {
        if (Answer answer = refused_after_finished(facts)) return std::move(*answer);
        return succeeded(facts);
    }
    if (facts.evidence.cut == evidence::Cut::unjoined) return capture_ended(facts);
    for (const Rule rule : rules) {
        if (Answer answer = rule(facts)) return std::move(*answer);
    }
    return capture_ended(facts);
}

}  // namespace

Verdict failed(Cause cause, Actor actor, Confidence confidence, Moment decisive) {
    Verdict verdict;
    verdict.outcome = Outcome::failed;
    verdict.phase = Phase::during_tls;
    verdict.cause = cause;
    verdict.actor = actor;
    verdict.confidence = confidence;
    verdict.decisive = decisive;
    return verdict;
}

Verdict incomplete(Cause cause, Moment decisive) {
    Verdict verdict = failed(cause, Actor::none, Confidence::likely, decisive);
    verdict.outcome = Outcome::incomplete;
    return verdict;
}

Verdict not_tls(Cause cause, Actor actor, Moment decisive) {
    Verdict verdict = failed(cause, actor, Confidence::proven, decisive);
    verdict.outcome = Outcome::not_tls;
    return verdict;
}

bool is_attempt(const Evidence& evidence, const ServerHistory& history) {
    const auto& client = evidence.of_client();
    const auto& server = evidence.of_server();
    if (evidence.client_hellos > 0 || client.first_record.seen() || server.first_record.seen() ||
        evidence.proxy == Protocol::http_connect || server.http_says_tls) {
        return true;
    }
    const bool asked_socks =
        (evidence.proxy == Protocol::socks4 && server.first_protocol == Protocol::socks4_reply) ||
        (evidence.proxy == Protocol::socks5 && server.first_protocol == Protocol::socks5_reply);
    const bool asked_tls = evidence.upgrade && evidence.upgrade->asked.seen();
    if (asked_socks || asked_tls || waited_in_vain_for_offer(evidence)) return true;
    if (!history.spoke_tls && !history.tls_port) return false;
    const bool server_spoke = server.first_protocol != Protocol::silent;
    if (server.http_status == 400 && client.plaintext.seen() &&
        client.first_protocol != Protocol::http) {
        return true;
    }
    if (evidence.proxy == Protocol::proxy_header && client.first_protocol == Protocol::silent &&
        !server_spoke) {
        return true;
    }
    if (client.first_protocol == Protocol::silent && !server_spoke) {
        return client.syn.seen() || server.syn.seen() || client.cut_bytes > 0;
    }
    // Clear bytes sent to where TLS is spoken, and no answer but an end.
    return client.first_data.seen() && !server_spoke && client.plaintext.seen() &&
           (server.fin.seen() || server.rst.seen());
}

Verdict judge(const Evidence& evidence, const ServerHistory& history) {
    const Facts facts = derive(evidence, history);
    Verdict verdict = first_answer(facts);
    verdict.stage = facts.stage;
    if (verdict.outcome != Outcome::ok && verdict.phase != Phase::after_tls) {
        verdict.phase = phase_of(facts, verdict.cause);
    }
    verdict.cert_findings = server_findings(facts);
    question_reset(facts, verdict);
    narrow(facts, verdict);
    note_race(facts, verdict);
    doubt(facts, verdict);
    if (verdict.outcome == Outcome::ok) note_ending(facts, verdict);
    note_surroundings(facts, verdict);
    return verdict;
}

}  // namespace tlstriage::verdict
