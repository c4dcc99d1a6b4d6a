#include "certificate_maker.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace tlstriage::tls {
namespace {

/// A test that can't make its certificates proves nothing.
void require(bool succeeded) {
    if (!succeeded) std::abort();
}

void fill_name(X509_NAME* name, const std::vector<std::pair<const char*, std::string>>& fields) {
    for (const auto& [field, value] : fields) {
        require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, as_bytes(value).data(),
                                           static_cast<int>(value.size()), -1, 0) == 1);
    }
}

void add_extension(X509* x509, int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    require(extension != nullptr && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

}  // namespace

KeyPair KeyPair::rsa(unsigned bits) {
    return KeyPair(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
}
KeyPair KeyPair::curve(const char* name) {
    return KeyPair(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name));
}
KeyPair KeyPair::ed25519() {
    return KeyPair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

Octets make_certificate(const Recipe& recipe, const KeyPair& key, const KeyPair& issuer_key) {
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    require(X509_set_version(x509.get(), X509_VERSION_3) == 1);
    require(ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1) == 1);
    fill_name(X509_get_subject_name(x509.get()), recipe.subject);
    fill_name(X509_get_issuer_name(x509.get()), recipe.issuer);
    require(ASN1_TIME_set_string_X509(X509_getm_notBefore(x509.get()), recipe.not_before) == 1);
    require(ASN1_TIME_set_string_X509(X509_getm_notAfter(x509.get()), recipe.not_after) == 1);
    require(X509_set_pubkey(x509.get(), key.key) == 1);
    if (recipe.usage != nullptr) add_extension(x509.get(), NID_ext_key_usage, recipe.usage);
    if (recipe.is_ca) add_extension(x509.get(), NID_basic_constraints, "critical,CA:TRUE");
    if (recipe.alternative_names != nullptr) {
        add_extension(x509.get(), NID_subject_alt_name, recipe.alternative_names);
    }
    const EVP_MD* digest = recipe.digest == nullptr ? nullptr : EVP_get_digestbyname(recipe.digest);
    require(X509_sign(x509.get(), issuer_key.key, digest) > 0);
    std::uint8_t* der = nullptr;
    const int length = i2d_X509(x509.get(), &der);
    require(length > 0);
    const Octets octets(der, der + length);
    OPENSSL_free(der);
    return octets;
}

}  // namespace tlstriage::tls
