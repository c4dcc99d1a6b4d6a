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

/// What makes a side refuse a certificate and is no cause of its own. A client's faults all are
/// reasons, the gravest first.
struct Flaw {
    Finding finding;
    Word reason;
};
constexpr std::array flaws{
    Flaw{Finding::expired, Word::expired},
    Flaw{Finding::not_yet_valid, Word::not_yet_valid},
    Flaw{Finding::revoked, Word::revoked},
    Flaw{Finding::self_signed, Word::self_signed},
    Flaw{Finding::untrusted, Word::untrusted},
    Flaw{Finding::wrong_usage, Word::wrong_usage},
    Flaw{Finding::weak_key, Word::weak_key},
    Flaw{Finding::weak_signature, Word::weak_signature},
    Flaw{Finding::incomplete_chain, Word::incomplete_chain},
};
constexpr tls::Findings small_flaws =
    bit(Finding::wrong_usage) | bit(Finding::weak_key) | bit(Finding::weak_signature);

Word reason_of(tls::Findings findings) {
    for (const Flaw& flaw : flaws) {
        if ((findings & bit(flaw.finding)) != 0) return flaw.reason;
    }
    return Word::none;
}

struct AlertMeaning {
    std::uint8_t description;
    Cause cause;              ///< what the alert says by itself
    tls::Findings confirmed;  ///< findings that agree with it
};

constexpr std::uint8_t unknown_ca = 48;
constexpr std::array meanings{
    AlertMeaning{43, Cause::certificate_unsupported,
                 bit(Finding::weak_key) | bit(Finding::weak_signature) | bit(Finding::wrong_usage)},
    AlertMeaning{44, Cause::certificate_revoked, bit(Finding::revoked)},
    AlertMeaning{45, Cause::certificate_expired, bit(Finding::expired)},
    AlertMeaning{
        unknown_ca, Cause::certificate_unknown_ca,
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
    verdict.reason = reason_of(agreeing & small_flaws);
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
    if (verdict.cause != Cause::certificate_rejected) return;
    verdict.reason = reason_of(findings & small_flaws);
    if (verdict.reason != Word::none) {
        verdict.confidence = Confidence::likely;
    } else {
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
    // counts. What a ClientHello asked for that the capture lacks, nobody knows.
    std::string name;
    if (hello && hello->server_name) {
        name = *hello->server_name;
    } else if (hello) {
        name = address_text(facts.evidence.server.address);
    }
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

/// What the server lists says more than a chain without its issuer: that one may be left out.
Word flaw_of_client_certificate(const Facts& facts, std::uint8_t description) {
    const tls::Chain& chain = *facts.client.chain;
    const Moment at =
        facts.client.certificate.seen() ? facts.client.certificate : facts.client.first_record;
    const AlertMeaning* meaning = meaning_of(description);
    tls::Findings findings = tls::judge_chain(chain, at.time, {});
    if (meaning != nullptr) findings &= meaning->confirmed;
    const evidence::Authority authority = facts.evidence.client_authority;
    if (authority == evidence::Authority::listed) findings &= ~bit(Finding::incomplete_chain);
    const tls::Findings graver = findings & ~(bit(Finding::incomplete_chain) | small_flaws);
    if (graver != 0) return reason_of(graver);
    const bool about_authority = meaning == nullptr || meaning->description == unknown_ca;
    if (authority == evidence::Authority::unlisted && about_authority) {
        return Word::authority_not_listed;
    }
    if (findings != 0) return reason_of(findings);
    return meaning != nullptr ? Word::server_clock_or_store : Word::none;
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
