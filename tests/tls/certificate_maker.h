// Certificates made in the test's own process.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <vector>

#include "hex.h"

namespace tlstriage::tls {

struct KeyPair {
    EVP_PKEY* key = nullptr;

    static KeyPair rsa(unsigned bits);
    static KeyPair curve(const char* name);
    static KeyPair ed25519();

    explicit KeyPair(EVP_PKEY* made) : key(made) {}
    KeyPair(KeyPair&& other) noexcept : key(other.key) { other.key = nullptr; }
    KeyPair(const KeyPair&) = delete;
    KeyPair& operator=(const KeyPair&) = delete;
    KeyPair& operator=(KeyPair&&) = delete;
    ~KeyPair() { EVP_PKEY_free(key); }
};

/// What goes into a certificate. Names are fields in order: {"C", "US"}, {"CN", "host"}.
struct Recipe {
    std::vector<std::pair<const char*, std::string>> subject;
    std::vector<std::pair<const char*, std::string>> issuer;
    const char* not_before = "20240101000000Z";
    const char* not_after = "20250101000000Z";
    const char* alternative_names = nullptr;  ///< OpenSSL's notation: "DNS:a,IP:192.0.2.1"
    bool is_ca = false;
    const char* usage = nullptr;    ///< extendedKeyUsage, OpenSSL's notation
    const char* digest = "SHA256";  ///< nullptr where the key brings its own (Ed25519)
};

/// DER, signed by `issuer_key`.
Octets make_certificate(const Recipe& recipe, const KeyPair& key, const KeyPair& issuer_key);

}  // namespace tlstriage::tls
