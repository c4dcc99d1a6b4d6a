// A refused server certificate: the client's word beside our own check (verdicts.md §3, §4.1).
#include <array>

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using tls::Finding;

struct Fault {
    Finding finding;
    Cause cause;
};

/// Findings that make clients refuse, the gravest first.
constexpr std::array faults{
    Fault{Finding::expired, Cause::certificate_expired},
    Fault{Finding::not_yet_valid, Cause::certificate_not_yet_valid},
    Fault{Finding::self_signed, Cause::certificate_self_signed},
    Fault{Finding::incomplete_chain, Cause::certificate_incomplete_chain},
    Fault{Finding::name_mismatch, Cause::certificate_name_mismatch},
};

struct AlertMeaning {
    std::uint8_t description;
    Cause cause;              ///< what the alert says by itself
    tls::Findings confirmed;  ///< findings that agree with it
};

constexpr std::array meanings{
    AlertMeaning{43, Cause::certificate_unsupported,
                 bit(Finding::weak_key) | bit(Finding::weak_signature)},
    AlertMeaning{44, Cause::certificate_revoked, bit(Finding::revoked)},
    AlertMeaning{45, Cause::certificate_expired, bit(Finding::expired)},
    AlertMeaning{
        48, Cause::certificate_unknown_ca,
        bit(Finding::self_signed) | bit(Finding::incomplete_chain) | bit(Finding::untrusted)},
};

const AlertMeaning* meaning_of(std::optional<std::uint8_t> description) {
    for (const AlertMeaning& meaning : meanings) {
        if (description == meaning.description) return &meaning;
    }
    return nullptr;
}

/// A specific alert: its cause, sharpened to the finding that explains it.
void judge_specific(const AlertMeaning& meaning, tls::Findings findings, Verdict& verdict) {
    verdict.cause = meaning.cause;
    const tls::Findings agreeing = findings & meaning.confirmed;
    if (agreeing == 0) {
        verdict.confidence = Confidence::likely;
        verdict.reason = Word::client_clock_or_store;
        return;
    }
    verdict.confidence = Confidence::proven;
    for (const Fault& fault : faults) {
        if ((agreeing & bit(fault.finding)) != 0) {
            verdict.cause = fault.cause;
            return;
        }
    }
}

/// A vague alert, or none: what our own check finds.
void judge_vague(tls::Findings findings, Verdict& verdict) {
    for (const Fault& fault : faults) {
        if ((findings & bit(fault.finding)) == 0) continue;
        if (verdict.cause == Cause::certificate_rejected) {
            verdict.cause = fault.cause;
            verdict.confidence = Confidence::likely;
        } else {
            verdict.confidence = Confidence::possible;
            verdict.alternatives.push_back(name(fault.cause));
        }
    }
    if (verdict.cause == Cause::certificate_rejected) {
        verdict.alternatives = {name(Cause::certificate_unknown_ca), name(Word::pinning)};
    }
}

}  // namespace

tls::Findings server_findings(const Facts& facts) {
    const auto& chain = facts.server.chain;
    if (chain == nullptr || chain->certificates.empty()) return 0;
    const auto& hello = facts.evidence.client_hello;
    // A clear certificate means that an encrypted ClientHello was not accepted: the outer name
    // counts.
    const std::string_view name =
        hello && hello->server_name ? std::string_view(*hello->server_name) : "";
    const Moment at =
        facts.server.certificate.seen() ? facts.server.certificate : facts.server.first_record;
    return tls::judge_chain(*chain, at.time, name);
}

Verdict certificate_refused(const Facts& facts, std::optional<std::uint8_t> description,
                            Moment at) {
    Verdict verdict = failed(Cause::certificate_rejected, Actor::client, Confidence::possible, at);
    const tls::Findings findings = server_findings(facts);
    if (const AlertMeaning* meaning = meaning_of(description)) {
        judge_specific(*meaning, findings, verdict);
    } else {
        judge_vague(findings, verdict);
    }
    return verdict;
}

}  // namespace tlstriage::verdict
