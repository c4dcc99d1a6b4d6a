#include "tls/digest.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace tlstriage::tls {
namespace {

struct FreeDigest {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};
using Digest = std::unique_ptr<EVP_MD, FreeDigest>;

std::string digest_hex(const EVP_MD* algorithm, Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (algorithm == nullptr ||
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr) != 1) {
        return {};
    }
    std::string hex;
    hex.reserve(std::size_t{length} * 2);
    for (const std::uint8_t byte : Bytes(digest).first(length)) {
        hex += digits[byte >> 4U];
        hex += digits[byte & 0xfU];
    }
    return hex;
}

}  // namespace

// Fetched once: since OpenSSL 3.0 EVP_md5() and the like are looked up anew at every use.
std::string md5_hex(Bytes bytes) {
    static const Digest md5{EVP_MD_fetch(nullptr, "MD5", nullptr)};
    return digest_hex(md5.get(), bytes);
}

std::string sha256_hex(Bytes bytes) {
    static const Digest sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    return digest_hex(sha256.get(), bytes);
}

}  // namespace tlstriage::tls
