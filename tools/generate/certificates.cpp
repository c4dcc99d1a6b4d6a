#include "certificates.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace tlstriage::generate {
namespace {

constexpr std::int64_t day = 86400;

struct X509Deleter {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct ExtensionDeleter {
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
struct BioDeleter {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct BnDeleter {
    void operator()(BIGNUM* number) const { BN_free(number); }
};
using Certificate = std::unique_ptr<X509, X509Deleter>;

void set_serial(X509* certificate, const std::string& hex) {
    BIGNUM* raw = nullptr;
    BN_hex2bn(&raw, hex.c_str());
    const std::unique_ptr<BIGNUM, BnDeleter> number(raw);
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

void set_name(X509_NAME* name, const std::string& organisation, const std::string& common_name) {
    const auto add = [name](const char* field, const std::string& value) {
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1,
                                   0);
    };
    if (!organisation.empty()) add("O", organisation);
    add("CN", common_name);
}

void add_extension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, ExtensionDeleter> extension(
        X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
        throw std::runtime_error("OpenSSL refuses the extension " + value);
    }
}

/// SignedCertificateTimestamp (RFC 6962 §3.2), signed with ECDSA P-256 by nobody.
void write_timestamp(ByteWriter& out, Rng& rng) {
    out.u8(0);  // v1
    out.random(rng, 32);
    out.u32(0x18d);  // milliseconds since 1970, in 2024
    out.random(rng, 4);
    out.u16(0);  // extensions
    out.u16(0x0403);
    out.prefixed(2, [&] {
        out.u16(0x3044);
        for (int i = 0; i < 2; ++i) {
            out.u16(0x0220);
            out.u8(static_cast<std::size_t>(rng.between(1, 127)));
            out.random(rng, 31);
        }
    });
}

/// Like what public authorities put in: places to ask, a policy, and for a leaf two proofs of its
/// publication (SignedCertificateTimestampList, RFC 6962 §3.3), which nobody could check.
void add_public_extensions(X509* certificate, X509V3_CTX* context, bool leaf, Rng& rng) {
    add_extension(certificate, context, NID_info_access,
                  "OCSP;URI:http://ocsp.tracegen.example,"
                  "caIssuers;URI:http://issuers.tracegen.example/ca.der");
    add_extension(certificate, context, NID_crl_distribution_points,
                  "URI:http://revoked.tracegen.example/ca.crl");
    add_extension(certificate, context, NID_certificate_policies,
                  "DER:30:0a:30:08:06:06:67:81:0c:01:02:01");  // 2.23.140.1.2.1
    if (!leaf) return;
    constexpr std::size_t timestamps = 2;
    ByteWriter list;
    list.u8(0x04);  // OCTET STRING
    list.u8(0x81);
    list.prefixed(1, [&] {
        list.prefixed(2, [&] {
            for (std::size_t i = 0; i < timestamps; ++i)
                list.prefixed(2, [&] { write_timestamp(list, rng); });
        });
    });
    std::string text = "DER";
    for (const std::uint8_t byte : list.take())
        text += fmt::format(":{:02x}", byte);
    add_extension(certificate, context, NID_ct_precert_scts, text);
}

Certificate parse(const Bytes& der) {
    const unsigned char* in = der.data();
    return Certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
}

std::string to_pem(const Bytes& der) {
    const std::unique_ptr<BIO, BioDeleter> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), parse(der).get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280 §4.1), with
// ecdsa-with-SHA256 (RFC 5758 §3.2).
Bytes assemble(const Bytes& tbs, const Bytes& signature) {
    static constexpr std::uint8_t algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                                 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    ByteWriter writer;
    writer.u16(0x3082);  // every certificate here is 256 ... 65535 bytes long
    writer.prefixed(2, [&] {
        writer.bytes(tbs);
        writer.bytes(algorithm);
        writer.u8(0x03);
        writer.prefixed(1, [&] {
            writer.u8(0);  // no unused bits
            writer.bytes(signature);
        });
    });
    return writer.take();
}

}  // namespace

struct CertificateMaker::Request {
    std::string subject;
    std::string serial;
    const EcKey* subject_key = nullptr;
    const EcKey* issuer_key = nullptr;
    const Bytes* issuer = nullptr;  // DER; null: self-signed
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    bool authority = false;
    std::string dns_name;
};

Bytes CertificateMaker::sign(const Request& request) {
    const Certificate certificate(X509_new());
    X509* made = certificate.get();
    X509_set_version(made, 2);
    set_serial(made, request.serial);
    ASN1_TIME_set(X509_getm_notBefore(made), request.not_before);
    ASN1_TIME_set(X509_getm_notAfter(made), request.not_after);
    set_name(X509_get_subject_name(made), request.authority ? "Tracegen" : "", request.subject);
    X509_set_pubkey(made, request.subject_key->pkey());
    const Certificate issuer = request.issuer != nullptr ? parse(*request.issuer) : nullptr;
    X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer.get() : made));

    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer.get() : made, made, nullptr, nullptr, 0);
    add_extension(made, &context, NID_basic_constraints,
                  request.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(made, &context, NID_key_usage,
                  request.authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (request.authority) add_extension(made, &context, NID_subject_key_identifier, "hash");
    if (issuer) add_extension(made, &context, NID_authority_key_identifier, "keyid");
    if (!request.authority) {
        add_extension(made, &context, NID_ext_key_usage, "serverAuth");
        add_extension(made, &context, NID_subject_alt_name,
                      "DNS:" + request.dns_name + ",DNS:alternative." + request.dns_name);
    }
    if (issuer) add_public_extensions(made, &context, !request.authority, rng_);

    // X509_sign fills in both algorithm fields; its own signature is random and is replaced.
    if (X509_sign(made, request.issuer_key->pkey(), EVP_sha256()) == 0) {
        throw std::runtime_error("OpenSSL could not sign a certificate");
    }
    unsigned char* raw = nullptr;
    const int length = i2d_re_X509_tbs(made, &raw);
    const Bytes tbs(raw, raw + length);
    OPENSSL_free(raw);
    return assemble(tbs, request.issuer_key->sign_sha256(tbs, rng_));
}

CertificateMaker::CertificateMaker(Rng& rng, std::int64_t now) : rng_(rng), now_(now) {
    constexpr int root_count = 2;
    constexpr int intermediates_per_root = 3;
    for (int root = 1; root <= root_count; ++root) {
        const Authority authority = make_root(fmt::format("Tracegen Root {}", root));
        roots_pem_ += to_pem(authority.certificate);
        for (int i = 1; i <= intermediates_per_root; ++i) {
            intermediates_.push_back(
                make_intermediate(fmt::format("Tracegen CA {}{}", root, i), authority));
        }
    }
}

std::string CertificateMaker::draw_serial() {
    // 16 bytes, the first one 1 ... 127: positive, and no leading zero to be dropped by DER.
    return fmt::format("{:02x}{:014x}{:016x}", rng_.between(1, 127), rng_.next() >> 8, rng_.next());
}

CertificateMaker::Authority CertificateMaker::make_root(const std::string& name) {
    Authority root{name, EcKey(rng_), {}};
    root.certificate = sign({.subject = name,
                             .serial = draw_serial(),
                             .subject_key = &root.key,
                             .issuer_key = &root.key,
                             .not_before = now_ - 3000 * day,
                             .not_after = now_ + 4000 * day,
                             .authority = true,
                             .dns_name = {}});
    return root;
}

CertificateMaker::Authority CertificateMaker::make_intermediate(const std::string& name,
                                                                const Authority& root) {
    Authority made{name, EcKey(rng_), {}};
    made.certificate = sign({.subject = name,
                             .serial = draw_serial(),
                             .subject_key = &made.key,
                             .issuer_key = &root.key,
                             .issuer = &root.certificate,
                             .not_before = now_ - 900 * day,
                             .not_after = now_ + 900 * day,
                             .authority = true,
                             .dns_name = {}});
    return made;
}

Bytes CertificateMaker::make_leaf(const std::string& name, const std::string& serial,
                                  const Authority& issuer, CertificateFault fault) {
    const EcKey key(rng_);
    std::int64_t not_before = now_ - rng_.between(5, 60) * day - rng_.between(0, day);
    if (fault == CertificateFault::expired) not_before = now_ - rng_.between(95, 200) * day;
    if (fault == CertificateFault::not_yet_valid) not_before = now_ + rng_.between(2, 20) * day;
    const bool self_signed = fault == CertificateFault::self_signed;
    const std::string named =
        fault == CertificateFault::name_mismatch ? "default-host.hosting.example" : name;
    return sign({.subject = named,
                 .serial = serial,
                 .subject_key = &key,
                 .issuer_key = self_signed ? &key : &issuer.key,
                 .issuer = self_signed ? nullptr : &issuer.certificate,
                 .not_before = not_before,
                 .not_after = not_before + 90 * day,
                 .dns_name = named});
}

Chain CertificateMaker::issue(const std::string& name, CertificateFault fault) {
    Chain chain;
    chain.serial = draw_serial();
    if (fault == CertificateFault::unknown_ca) {
        // A root for each server, so that no single issuer looks like an interception proxy.
        ++unknown_roots_;
        const Authority root = make_root(fmt::format("Private Root {}", unknown_roots_));
        const Authority issuer =
            make_intermediate(fmt::format("Private CA {}", unknown_roots_), root);
        chain.certificates = {make_leaf(name, chain.serial, issuer, fault), issuer.certificate,
                              root.certificate};
        return chain;
    }
    const Authority& issuer = rng_.pick(intermediates_);
    chain.certificates.push_back(make_leaf(name, chain.serial, issuer, fault));
    const bool leaf_only =
        fault == CertificateFault::self_signed || fault == CertificateFault::incomplete_chain;
    if (!leaf_only) chain.certificates.push_back(issuer.certificate);
    return chain;
}

}  // namespace tlstriage::generate
