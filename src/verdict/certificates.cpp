// A refused server certificate: the client's word beside our own check (verdicts.md §3, §4.1).
#include <array>
#include <string>

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;
using tls::Finding;

struct Fault {
    Finding finding;
    Cause cause;
};

/// Findings that make clients refuse, the gravest first.
constexpr std::array faults{
    Fault{Finding::expired, Cause::certificate_expired},
    Fault{Finding::not_yet_valid, Cause::certificate_not_yet_valid},
    Fault{Finding::revoked, Cause::certificate_revoked},
    Fault{Finding::self_signed, Cause::certificate_self_signed},
    Fault{Finding::name_mismatch, Cause::certificate_name_mismatch},
    Fault{Finding::untrusted, Cause::certificate_unknown_ca},
    // The last: a leaf alone may also come from a root that is left out, as it should be.
    Fault{Finding::incomplete_chain, Cause::certificate_incomplete_chain},
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
void judge_specific(const AlertMeaning& meaning, tls::Findings findings, bool checked,
                    Verdict& verdict) {
    verdict.cause = meaning.cause;
    const tls::Findings agreeing = findings & meaning.confirmed;
    if (agreeing == 0) {
        verdict.confidence = Confidence::likely;
        if (checked) verdict.reason = Word::client_clock_or_store;
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

/// As the check of names reads it.
std::string address_text(const IpAddress& address) {
    std::string text;
    if (address.is_v4()) {
        for (std::size_t i = 12; i < 16; ++i)
            text += (i > 12 ? "." : "") + std::to_string(address.bytes[i]);
        return text;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        if (i > 0 && i % 2 == 0) text += ':';
        text += digits[address.bytes[i] >> 4U];
        text += digits[address.bytes[i] & 15U];
    }
    return text;
}

}  // namespace

tls::Findings server_findings(const Facts& facts) {
    const auto& chain = facts.server.chain;
    if (chain == nullptr || chain->certificates.empty()) return 0;
    const auto& hello = facts.evidence.client_hello;
    // A clear certificate means that an encrypted ClientHello was not accepted: the outer name
    // counts.
    const std::string name = hello && hello->server_name
                                 ? *hello->server_name
                                 : address_text(facts.evidence.server.address);
    const Moment at =
        facts.server.certificate.seen() ? facts.server.certificate : facts.server.first_record;
    return tls::judge_chain(*chain, at.time, name);
}

Answer refused_after_finished(const Facts& facts) {
    if (facts.tls13 || !facts.handshake_done.seen() || !facts.first_end.by(Side::client) ||
        facts.first_end.at < facts.handshake_done) {
        return std::nullopt;
    }
    if (facts.client.application_data.seen() || facts.server.application_data.seen()) {
        return std::nullopt;
    }
    if (facts.history.client_sent_data || facts.history.comes_evenly) return std::nullopt;
    tls::Findings findings = server_findings(facts);
    const auto& hello = facts.evidence.client_hello;
    // Asked for no name, no public certificate has the address: that says nothing.
    if (!hello || !hello->server_name) findings &= ~bit(Finding::name_mismatch);
    for (const Fault& fault : faults) {
        if ((findings & bit(fault.finding)) == 0) continue;
        Verdict verdict =
            failed(fault.cause, Actor::client, Confidence::possible, facts.first_end.at);
        verdict.phase = Phase::after_tls;
        return verdict;
    }
    return std::nullopt;
}

Verdict certificate_refused(const Facts& facts, std::optional<std::uint8_t> description,
                            Moment at) {
    Verdict verdict = failed(Cause::certificate_rejected, Actor::client, Confidence::possible, at);
    const tls::Findings findings = server_findings(facts);
    if (const AlertMeaning* meaning = meaning_of(description)) {
        const bool checked = facts.server.chain != nullptr;
        judge_specific(*meaning, findings, checked, verdict);
    } else {
        // Without an alert and an SNI nothing says which name the client had in mind.
        const auto& hello = facts.evidence.client_hello;
        const bool names_count = description || (hello && hello->server_name);
        judge_vague(names_count ? findings : findings & ~bit(Finding::name_mismatch), verdict);
    }
    return verdict;
}

}  // namespace tlstriage::verdict
