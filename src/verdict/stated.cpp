// Rules for what the wire states: a peer that is no TLS, and alerts (verdicts.md §3).
#include <algorithm>

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;
using sense::Protocol;

// Alert descriptions (IANA TLS Alerts).
enum Alert : std::uint8_t {
    unexpected_message = 10,
    bad_record_mac = 20,
    decryption_failed = 21,
    record_overflow = 22,
    decompression_failure = 30,
    handshake_failure = 40,
    no_certificate = 41,
    bad_certificate = 42,
    unsupported_certificate = 43,
    certificate_revoked = 44,
    certificate_expired = 45,
    certificate_unknown = 46,
    illegal_parameter = 47,
    unknown_ca = 48,
    access_denied = 49,
    decode_error = 50,
    decrypt_error = 51,
    too_many_cids = 52,
    protocol_version = 70,
    insufficient_security = 71,
    internal_error = 80,
    inappropriate_fallback = 86,
    user_canceled = 90,
    missing_extension = 109,
    no_renegotiation = 100,
    unsupported_extension = 110,
    unrecognized_name = 112,
    bad_certificate_status_response = 113,
    unknown_psk_identity = 115,
    certificate_required = 116,
    no_application_protocol = 120,
    ech_required = 121,
};

bool speaks_certificate(std::uint8_t description) {
    return (description >= bad_certificate && description <= certificate_unknown) ||
           description == unknown_ca || description == bad_certificate_status_response;
}

/// The alert's own name as a cause, where no better row fits.
Cause cause_named(std::uint8_t description) {
    switch (description) {
        case unexpected_message:
        case record_overflow:
        case decompression_failure:
        case illegal_parameter:
        case decode_error:
        case missing_extension:
        case unsupported_extension: return Cause::protocol_error;
        case bad_record_mac: return Cause::bad_record_mac;
        case decryption_failed: return Cause::decryption_failed;
        case handshake_failure:
        case insufficient_security: return Cause::no_shared_parameters;
        case access_denied: return Cause::access_denied;
        case decrypt_error: return Cause::decrypt_error;
        case protocol_version: return Cause::protocol_version;
        case internal_error: return Cause::internal_error;
        case inappropriate_fallback: return Cause::inappropriate_fallback;
        case user_canceled: return Cause::user_canceled;
        case no_renegotiation: return Cause::no_renegotiation;
        case unrecognized_name: return Cause::sni_rejected;
        case unknown_psk_identity: return Cause::unknown_psk_identity;
        case no_application_protocol: return Cause::alpn_mismatch;
        case ech_required: return Cause::ech_required;
        default: return Cause::other_alert;
    }
}

bool between_key_exchange_and_finished(const Facts& facts, Moment at) {
    return facts.evidence.client_key_exchange.seen() && at >= facts.evidence.client_key_exchange &&
           !facts.handshake_done.seen();
}

Answer about_keys(const Facts& facts, const evidence::AlertEvidence& alert) {
    const bool kind = alert.description == decrypt_error ||
                      alert.description == decryption_failed || alert.description == bad_record_mac;
    if (!kind || !between_key_exchange_and_finished(facts, alert.at)) return std::nullopt;
    return failed(Cause::key_exchange_failed, actor_of(alert.sender), Confidence::proven, alert.at);
}

/// The server says what it thinks of the client's certificate after asking for one.
Answer about_client_certificate(const Facts& facts, const evidence::AlertEvidence& alert) {
    if (alert.sender != Side::server) return std::nullopt;
    if (alert.description == certificate_required) {
        return failed(Cause::client_certificate_missing, Actor::server, Confidence::proven,
                      alert.at);
    }
    const auto& chain = facts.client.chain;
    if (!facts.certificate_wanted() || chain == nullptr) return std::nullopt;
    const bool kind = speaks_certificate(alert.description) ||
                      alert.description == handshake_failure ||
                      alert.description == access_denied || alert.description == no_certificate;
    if (!kind) return std::nullopt;
    if (chain->certificates.empty()) {
        return failed(Cause::client_certificate_missing, Actor::server, Confidence::proven,
                      alert.at);
    }
    Verdict verdict = failed(
        Cause::client_certificate_rejected, Actor::server,
        speaks_certificate(alert.description) ? Confidence::proven : Confidence::likely, alert.at);
    verdict.reason = flaw_of_client_certificate(facts, alert.description);
    return verdict;
}

/// The key exchange is signed in a way that the client did not offer (RFC 5246 §7.4.1.4.1).
bool is_signed_against_offer(const Facts& facts) {
    const std::uint16_t algorithm = facts.evidence.server_hello->signature_algorithm;
    const auto& hello = facts.evidence.client_hello;
    if (algorithm == 0 || !hello || hello->shape->signature_algorithms.empty()) return false;
    return std::ranges::find(hello->shape->signature_algorithms, algorithm) ==
           hello->shape->signature_algorithms.end();
}

bool is_weakly_signed(const Facts& facts) {
    constexpr unsigned md5 = 1;  // HashAlgorithm (RFC 5246 §7.4.1.4.1)
    constexpr unsigned sha1 = 2;
    const unsigned hash = facts.evidence.server_hello->signature_algorithm >> 8U;
    return hash == md5 || hash == sha1;
}

Answer about_parameters(const Facts& facts, const evidence::AlertEvidence& alert) {
    const bool kind = alert.description == handshake_failure ||
                      alert.description == insufficient_security ||
                      alert.description == illegal_parameter;
    if (alert.sender != Side::client || !kind || !facts.server_hello_seen()) return std::nullopt;
    Verdict verdict =
        failed(Cause::server_parameters_rejected, Actor::client, Confidence::proven, alert.at);
    constexpr std::uint32_t short_prime_bits = 1024;
    const auto& hello = *facts.evidence.server_hello;
    if (hello.dh_prime_bits && *hello.dh_prime_bits <= short_prime_bits) {
        verdict.reason = Word::weak_dh;
    } else if (is_signed_against_offer(facts)) {
        verdict.reason = Word::weak_signature;
    } else if (is_weakly_signed(facts)) {
        verdict.reason = Word::weak_signature;
        verdict.confidence = Confidence::likely;
    } else if (!facts.tls13 && !hello.renegotiation_info) {
        verdict.reason = Word::legacy_renegotiation;
        verdict.confidence = Confidence::likely;
    }
    return verdict;
}

bool server_chose_what_was_not_offered(const Facts& facts) {
    if (!facts.version || !facts.evidence.client_hello) return false;
    const auto& shape = *facts.evidence.client_hello->shape;
    if (shape.versions.empty()) return *facts.version > shape.legacy_version;
    return std::ranges::find(shape.versions, *facts.version) == shape.versions.end();
}

}  // namespace

Answer server_is_not_tls(const Facts& facts) {
    const auto& server = facts.server;
    if (!facts.client_hello_seen() || facts.server_hello_seen()) return std::nullopt;
    if (server.first_record.seen() || facts.evidence.hello_retry) return std::nullopt;
    const bool before = server.plaintext.seen() &&
                        facts.client.first_protocol != Protocol::silent &&
                        sense::is_tls(facts.client.first_protocol);
    const Moment said = before ? server.plaintext : server.not_tls_after_hello;
    if (!said.seen()) return std::nullopt;
    // Bytes without a name prove nothing where the capture lost or never had the stream's
    // beginning.
    const bool whole = facts.client.syn.seen() && server.lost_bytes == 0;
    if (server.first_protocol == Protocol::unknown && !whole) return std::nullopt;
    return failed(
        Cause::server_not_tls, Actor::server,
        server.first_protocol == Protocol::unknown ? Confidence::likely : Confidence::proven, said);
}

Answer fatal_alert(const Facts& facts) {
    if (facts.fatal == nullptr) return std::nullopt;
    if (!facts.client_hello_seen() && facts.client.plaintext.seen()) return std::nullopt;
    const evidence::AlertEvidence& alert = *facts.fatal;
    for (const auto rule : {about_client_certificate, about_keys, about_parameters}) {
        if (Answer answer = rule(facts, alert)) return answer;
    }
    if (alert.sender == Side::client && speaks_certificate(alert.description)) {
        return certificate_refused(facts, alert.description, alert.at);
    }
    const Cause cause = cause_named(alert.description);
    const bool refusal_of_hello =
        cause == Cause::no_shared_parameters && !facts.server_hello_seen();
    Verdict verdict =
        failed(cause, actor_of(alert.sender),
               refusal_of_hello || cause != Cause::no_shared_parameters ? Confidence::proven
                                                                        : Confidence::possible,
               alert.at);
    if (cause == Cause::protocol_version && server_chose_what_was_not_offered(facts)) {
        verdict.reason = Word::version_not_offered;
    }
    if (cause == Cause::internal_error && alert.sender == Side::server &&
        !facts.server_hello_seen()) {
        verdict.alternatives.push_back(name(Word::sni_not_served));
    }
    return verdict;
}

}  // namespace tlstriage::verdict
