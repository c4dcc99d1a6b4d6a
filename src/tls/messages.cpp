// Certificate and ServerKeyExchange; the hellos are in client_hello.cpp and server_hello.cpp.
#include "tls/messages.h"

#include <bit>

#include "base/cursor.h"
#include "tls/names.h"
#include "tls/vectors.h"

namespace tlstriage::tls {
namespace {

constexpr std::uint16_t tls12 = 0x0303;

/// opaque ASN1Cert<1..2^24-1>; only whole ones are kept.
bool read_certificate(Cursor& list, std::vector<Bytes>& chain) {
    const Cursor der = list.vector24();
    if (!list.ok() || der.empty()) return false;
    chain.push_back(der.rest());
    return true;
}

/// The bits of an unsigned big-endian number, without leading zeros.
std::uint32_t bit_length(Bytes number) {
    while (!number.empty() && number.front() == 0) {
        number = number.subspan(1);
    }
    if (number.empty()) return 0;
    const auto top = static_cast<std::uint32_t>(std::bit_width(number.front()));
    return static_cast<std::uint32_t>(number.size() - 1) * 8 + top;
}

}  // namespace

/// RFC 5246 §7.4.2: ASN1Cert certificate_list<0..2^24-1>;
bool parse_certificates(Bytes body, std::vector<Bytes>& chain) {
    chain.clear();
    Cursor cursor(body);
    bool whole = true;
    const std::uint32_t length = cursor.u24();
    if (!cursor.ok()) return false;
    Cursor list = vector_or_part(cursor, length, whole);
    while (!list.empty()) {
        if (!read_certificate(list, chain)) return false;
    }
    return whole && cursor.empty();
}

/// RFC 5246 §7.4.4:
///   ClientCertificateType certificate_types<1..2^8-1>;
///   SignatureAndHashAlgorithm supported_signature_algorithms<2..2^16-2>;  (TLS 1.2 only)
///   DistinguishedName certificate_authorities<0..2^16-1>;  (each opaque<1..2^16-1>)
bool parse_certificate_request(Bytes body, std::uint16_t version, std::vector<Bytes>& authorities) {
    authorities.clear();
    Cursor cursor(body);
    cursor.vector8();
    if (version == tls12) cursor.vector16();
    Cursor list = cursor.vector16();
    while (!list.empty()) {
        const Cursor name = list.vector16();
        if (!list.ok()) return false;
        authorities.push_back(name.rest());
    }
    return cursor.ok() && cursor.empty();
}

/// RFC 8422 §5.4: ECCurveType curve_type (3: named_curve); NamedCurve namedcurve; …
/// RFC 5246 §7.4.3: opaque dh_p<1..2^16-1>; …
/// With a PSK in the suite (RFC 4279 §3, RFC 5489 §2): opaque psk_identity_hint<0..2^16-1> first.
/// Then, unless the suite is anonymous or a PSK proves the server, SignatureAndHashAlgorithm in
/// TLS 1.2, and the signature.
ServerKeyExchange parse_server_key_exchange(Bytes body, std::uint16_t cipher_suite,
                                            std::uint16_t version) {
    constexpr std::uint8_t named_curve = 3;
    ServerKeyExchange exchange;
    const bool ecdhe = uses_ecdhe(cipher_suite);
    if (!ecdhe && !uses_dhe(cipher_suite)) return exchange;
    Cursor cursor(body);
    if (uses_psk(cipher_suite)) cursor.vector16();
    if (ecdhe) {
        const bool is_named = cursor.u8() == named_curve;
        const std::uint16_t group = cursor.u16();
        if (cursor.ok() && is_named) exchange.named_group = group;
        if (!is_named) return exchange;
        cursor.vector8();
    } else {
        const Cursor prime = cursor.vector16();
        if (cursor.ok() && !prime.empty()) exchange.dh_prime_bits = bit_length(prime.rest());
        cursor.vector16();
        cursor.vector16();
    }
    if (version != tls12 || !is_signed(cipher_suite)) return exchange;
    const std::uint16_t algorithm = cursor.u16();
    if (cursor.ok()) exchange.signature_algorithm = algorithm;
    return exchange;
}

}  // namespace tlstriage::tls
