// P-256 keys and signatures that depend on the seed alone. OpenSSL draws its own nonces (and has
// no deterministic ECDSA before 3.2), so the few lines of FIPS 186-4 §6.4 are done here.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <span>

#include "byte_writer.h"
#include "random.h"

namespace tlstriage::generate {

struct PkeyDeleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

class EcKey {
  public:
    explicit EcKey(Rng& rng);

    EVP_PKEY* pkey() const { return pkey_.get(); }

    // ECDSA-Sig-Value in DER over SHA-256 of `message`.
    Bytes sign_sha256(std::span<const std::uint8_t> message, Rng& rng) const;

  private:
    std::array<std::uint8_t, 32> scalar_{};  // the private key, big endian
    std::unique_ptr<EVP_PKEY, PkeyDeleter> pkey_;
};

}  // namespace tlstriage::generate
