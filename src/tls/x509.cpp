#include "tls/x509.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <array>
#include <bit>
#include <chrono>
#include <limits>

#include "tls/der.h"
#include "tls/digest.h"
#include "tls/openssl_handles.h"

namespace tlstriage::tls {
namespace {

/// d2i_X509 takes a long; no certificate comes near it (Certificate vectors end at 2^24).
long der_length(Bytes der) {
    return static_cast<long>(der.size());
}

/// "C=US, O=Example, CN=host": in the certificate's order, UTF-8 kept as it is, RFC 2253 escapes
/// for separators and control characters.
std::string name_text(const X509_NAME* name) {
    constexpr unsigned long flags =
        (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN;
    const BioHandle bio(BIO_new(BIO_s_mem()));
    if (!bio || X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return {};
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string{};
}

std::vector<std::uint8_t> name_der(const X509_NAME* name) {
    const std::uint8_t* der = nullptr;
    std::size_t length = 0;
    if (X509_NAME_get0_der(name, &der, &length) != 1 || der == nullptr) return {};
    return {der, der + length};
}

std::string last_common_name(const X509_NAME* name) {
    int last = -1;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) {
        last = at;
    }
    if (last < 0) return {};
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last));
    std::uint8_t* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, value);
    if (length < 0) return {};
    const std::unique_ptr<std::uint8_t, FreeWith<[](void* text) { OPENSSL_free(text); }>> owner(
        utf8);
    return std::string(as_text(Bytes(utf8, static_cast<std::size_t>(length))));
}

Bytes string_bytes(const ASN1_STRING* string) {
    const int length = ASN1_STRING_length(string);
    if (length <= 0) return {};
    return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(length)};
}

/// Empty when it is neither an IPv4 nor an IPv6 address.
std::string ip_text(Bytes address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    if (address.size() != 4 && address.size() != 16) return {};
    const char* written = inet_ntop(family, address.data(), text.data(), text.size());
    return written == nullptr ? std::string{} : std::string(written);
}

void read_alternative_names(const X509* x509, Certificate& certificate) {
    const GeneralNamesHandle names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
    if (!names) return;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) {
            certificate.dns_names.emplace_back(as_text(string_bytes(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            std::string text = ip_text(string_bytes(name->d.iPAddress));
            if (!text.empty()) certificate.ip_names.push_back(std::move(text));
        }
    }
}

std::string list_names(const Certificate& certificate) {
    std::string text;
    for (const auto* names : {&certificate.dns_names, &certificate.ip_names}) {
        for (const std::string& name : *names)
            text += (text.empty() ? "" : " ") + name;
    }
    return text;
}

/// The key's algorithm by its name or OID, for kinds that are not told apart here.
std::string algorithm_text(const ASN1_OBJECT* algorithm) {
    std::array<char, 80> text{};
    if (OBJ_obj2txt(text.data(), static_cast<int>(text.size()), algorithm, 0) <= 0) return {};
    return text.data();
}

/// Of SEQUENCE { INTEGER, ... }: RSAPublicKey (RFC 8017 §A.1.1) and Dss-Parms (RFC 3279 §2.3.2)
/// begin with what their strength is told by.
unsigned bits_of_first_integer(Bytes der) {
    Cursor cursor(der);
    Cursor sequence = der::body(cursor, der::sequence);
    const Cursor integer = der::body(sequence, der::integer);
    Bytes number = integer.rest();
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    if (number.empty()) return 0;
    return static_cast<unsigned>((number.size() - 1) * 8) +
           static_cast<unsigned>(std::bit_width(number.front()));
}

/// Bits of a coordinate of a point (SEC 1 §2.3.3), a few more than the curve's.
std::size_t bits_of_point(Bytes point) {
    constexpr std::uint8_t uncompressed = 4;
    if (point.empty()) return 0;
    return (point.size() - 1) / (point.front() == uncompressed ? 2 : 1) * 8;
}

std::string curve_text(int parameter_type, const void* parameter, std::size_t bits) {
    const int curve = parameter_type == V_ASN1_OBJECT
                          ? OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter))
                          : NID_undef;
    return curve == NID_undef ? fmt::format("EC-{}", bits)
                              : fmt::format("EC-{}", OBJ_nid2sn(curve));
}

/// RSA and DSA < 2048 bits, EC < 224: below 112 bits of security (NIST SP 800-57).
void read_key(const X509* x509, Certificate& certificate) {
    constexpr unsigned fewest_modulus_bits = 2048;
    constexpr std::size_t fewest_curve_bits = 224;
    ASN1_OBJECT* algorithm = nullptr;
    const std::uint8_t* key = nullptr;
    int length = 0;
    X509_ALGOR* identifier = nullptr;
    X509_PUBKEY_get0_param(&algorithm, &key, &length, &identifier, X509_get_X509_PUBKEY(x509));
    if (algorithm == nullptr || key == nullptr || length < 0) return;
    const Bytes bytes(key, static_cast<std::size_t>(length));
    int parameter_type = V_ASN1_UNDEF;
    const void* parameter = nullptr;
    X509_ALGOR_get0(nullptr, &parameter_type, &parameter, identifier);
    const auto with_modulus = [&](const char* name, unsigned bits) {
        certificate.key = bits == 0 ? algorithm_text(algorithm) : fmt::format("{}-{}", name, bits);
        certificate.weak_key = bits != 0 && bits < fewest_modulus_bits;
    };
    switch (OBJ_obj2nid(algorithm)) {
        case NID_rsaEncryption: with_modulus("RSA", bits_of_first_integer(bytes)); break;
        case NID_rsassaPss: with_modulus("RSA-PSS", bits_of_first_integer(bytes)); break;
        case NID_dsa:
            with_modulus("DSA", parameter_type == V_ASN1_SEQUENCE
                                    ? bits_of_first_integer(
                                          string_bytes(static_cast<const ASN1_STRING*>(parameter)))
                                    : 0);
            break;
        case NID_X9_62_id_ecPublicKey:
            certificate.key = curve_text(parameter_type, parameter, bits_of_point(bytes));
            certificate.weak_key = bits_of_point(bytes) < fewest_curve_bits;
            break;
        case NID_ED25519: certificate.key = "ED25519"; break;
        case NID_ED448: certificate.key = "ED448"; break;
        default: certificate.key = algorithm_text(algorithm); break;
    }
}

bool has_weak_digest(X509* x509) {
    int digest = NID_undef;
    const int algorithm = X509_get_signature_nid(x509);
    if (OBJ_find_sigid_algs(algorithm, &digest, nullptr) != 1 || digest == NID_undef) {
        // RSASSA-PSS keeps its digest in the parameters.
        if (X509_get_signature_info(x509, &digest, nullptr, nullptr, nullptr) != 1) return false;
    }
    return digest == NID_md2 || digest == NID_md4 || digest == NID_md5 || digest == NID_sha1;
}

/// What extendedKeyUsage allows; without that extension, everything.
void read_usage(const X509* x509, Certificate& certificate) {
    const KeyPurposesHandle purposes(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(x509, NID_ext_key_usage, nullptr, nullptr)));
    if (!purposes) return;
    certificate.serves = certificate.visits = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
        const int purpose = OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes.get(), i));
        const bool any = purpose == NID_anyExtendedKeyUsage;
        certificate.serves |=
            any || purpose == NID_server_auth || purpose == NID_ms_sgc || purpose == NID_ns_sgc;
        certificate.visits |= any || purpose == NID_client_auth;
    }
}

/// By basicConstraints and keyUsage (RFC 5280 §4.2.1.9, §4.2.1.3), or a self-signed X.509v1.
bool is_authority(const X509* x509, bool self_signed) {
    constexpr int key_cert_sign = 5;
    const BitStringHandle usage(
        static_cast<ASN1_BIT_STRING*>(X509_get_ext_d2i(x509, NID_key_usage, nullptr, nullptr)));
    if (usage && ASN1_BIT_STRING_get_bit(usage.get(), key_cert_sign) == 0) return false;
    const BasicConstraintsHandle constraints(static_cast<BASIC_CONSTRAINTS*>(
        X509_get_ext_d2i(x509, NID_basic_constraints, nullptr, nullptr)));
    if (constraints) return constraints->ca != 0;
    constexpr long version_1 = 0;
    return X509_get_version(x509) == version_1 && self_signed;
}

bool verifies_itself(Bytes der) {
    const X509Handle x509 = decode_certificate(der);
    EVP_PKEY* key = x509 ? X509_get0_pubkey(x509.get()) : nullptr;
    return key != nullptr && X509_verify(x509.get(), key) == 1;
}

/// A place without algorithms: a certificate that is decoded there keeps its key as it is, which
/// costs a tenth of having it loaded.
OSSL_LIB_CTX* without_algorithms() {
    struct Context {
        std::unique_ptr<OSSL_LIB_CTX, FreeWith<OSSL_LIB_CTX_free>> handle{OSSL_LIB_CTX_new()};
        std::unique_ptr<OSSL_PROVIDER, FreeWith<OSSL_PROVIDER_unload>> none{
            OSSL_PROVIDER_load(handle.get(), "null")};
    };
    static const Context context;
    return context.handle.get();
}

X509Handle decode(Bytes der, OSSL_LIB_CTX* context) {
    const std::uint8_t* at = der.data();
    X509* x509 = X509_new_ex(context, nullptr);
    // On failure it is freed.
    X509Handle decoded(d2i_X509(&x509, &at, der_length(der)));
    if (at != der.data() + der.size()) return nullptr;
    return decoded;
}

}  // namespace

X509Handle decode_certificate(Bytes der) {
    return decode(der, nullptr);
}

Nanoseconds to_time(const ASN1_TIME* time, Nanoseconds if_unreadable) {
    constexpr Nanoseconds lowest = std::numeric_limits<Nanoseconds>::min();
    constexpr Nanoseconds highest = std::numeric_limits<Nanoseconds>::max();
    std::tm utc{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1) return if_unreadable;
    const std::chrono::year_month_day date{
        std::chrono::year(utc.tm_year + 1900),
        std::chrono::month(static_cast<unsigned>(utc.tm_mon) + 1),
        std::chrono::day(static_cast<unsigned>(utc.tm_mday))};
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t count = days * 86'400 + utc.tm_hour * std::int64_t{3600} +
                               utc.tm_min * std::int64_t{60} + utc.tm_sec;
    if (count >= highest / nanoseconds_per_second) return highest;
    if (count <= lowest / nanoseconds_per_second) return lowest;
    return seconds(count);
}

std::shared_ptr<const Certificate> parse_certificate(Bytes der) {
    const ErrorsCleared errors_cleared;
    const X509Handle x509 = decode(der, without_algorithms());
    if (!x509) return nullptr;
    const auto certificate = std::make_shared<Certificate>();
    const X509_NAME* subject = X509_get_subject_name(x509.get());
    const X509_NAME* issuer = X509_get_issuer_name(x509.get());
    certificate->sha256 = sha256_hex(der);
    certificate->subject = name_text(subject);
    certificate->issuer = name_text(issuer);
    certificate->subject_der = name_der(subject);
    certificate->issuer_der = name_der(issuer);
    certificate->common_name = last_common_name(subject);
    read_alternative_names(x509.get(), *certificate);
    certificate->names_text = list_names(*certificate);
    certificate->not_before =
        to_time(X509_get0_notBefore(x509.get()), std::numeric_limits<Nanoseconds>::min());
    certificate->not_after =
        to_time(X509_get0_notAfter(x509.get()), std::numeric_limits<Nanoseconds>::max());
    read_key(x509.get(), *certificate);
    read_usage(x509.get(), *certificate);
    certificate->self_issued = X509_NAME_cmp(subject, issuer) == 0;
    certificate->self_signed = certificate->self_issued && verifies_itself(der);
    certificate->is_ca = is_authority(x509.get(), certificate->self_signed);
    // Nobody checks a root's signature; OpenSSL can't even for MD2, so being a CA has to do there.
    const bool is_root =
        certificate->self_signed || (certificate->self_issued && certificate->is_ca);
    certificate->signature = OBJ_nid2sn(X509_get_signature_nid(x509.get()));
    certificate->weak_signature = !is_root && has_weak_digest(x509.get());
    return certificate;
}

bool same_name(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
    if (a == b) return true;
    const ErrorsCleared errors_cleared;
    const auto parse = [](const std::vector<std::uint8_t>& der) {
        const std::uint8_t* at = der.data();
        return NameHandle(d2i_X509_NAME(nullptr, &at, der_length(der)));
    };
    const NameHandle first = parse(a);
    const NameHandle second = parse(b);
    return first && second && X509_NAME_cmp(first.get(), second.get()) == 0;
}

}  // namespace tlstriage::tls
