#include "ecdsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace tlstriage::generate {
namespace {

struct BnDeleter {
    void operator()(BIGNUM* number) const { BN_free(number); }
};
struct GroupDeleter {
    void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
};
struct PointDeleter {
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
struct BuilderDeleter {
    void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
};
struct ParamDeleter {
    void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
struct ContextDeleter {
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct BnContextDeleter {
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
struct SignatureDeleter {
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

using Number = std::unique_ptr<BIGNUM, BnDeleter>;
using Group = std::unique_ptr<EC_GROUP, GroupDeleter>;
using Point = std::unique_ptr<EC_POINT, PointDeleter>;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("OpenSSL could not ") + what);
}

Number to_number(std::span<const std::uint8_t> bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// Top bit cleared, lowest bit set: always in 1 ... n-1.
std::array<std::uint8_t, 32> draw_scalar(Rng& rng) {
    std::array<std::uint8_t, 32> scalar{};
    rng.fill(scalar);
    scalar.front() &= 0x7f;
    scalar.back() |= 1;
    return scalar;
}

Point multiply_generator(const EC_GROUP* group, const BIGNUM* scalar) {
    Point point(EC_POINT_new(group));
    require(EC_POINT_mul(group, point.get(), scalar, nullptr, nullptr, nullptr) == 1, "multiply");
    return point;
}

EVP_PKEY* import_key(std::span<const std::uint8_t> public_point, const BIGNUM* scalar) {
    const std::unique_ptr<OSSL_PARAM_BLD, BuilderDeleter> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                    0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_point.data(),
                                     public_point.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar);
    const std::unique_ptr<OSSL_PARAM, ParamDeleter> params(OSSL_PARAM_BLD_to_param(builder.get()));
    const std::unique_ptr<EVP_PKEY_CTX, ContextDeleter> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
                EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) == 1,
            "import an EC key");
    return key;
}

}  // namespace

EcKey::EcKey(Rng& rng) : scalar_(draw_scalar(rng)) {
    const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Number scalar = to_number(scalar_);
    const Point point = multiply_generator(group.get(), scalar.get());
    std::array<std::uint8_t, 65> encoded{};
    require(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                               encoded.data(), encoded.size(), nullptr) == encoded.size(),
            "encode a point");
    pkey_.reset(import_key(encoded, scalar.get()));
}

Bytes EcKey::sign_sha256(std::span<const std::uint8_t> message, Rng& rng) const {
    const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const BIGNUM* order = EC_GROUP_get0_order(group.get());
    const std::unique_ptr<BN_CTX, BnContextDeleter> context(BN_CTX_new());
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256(message.data(), message.size(), digest.data());

    const Number nonce = to_number(draw_scalar(rng));
    const Point point = multiply_generator(group.get(), nonce.get());
    Number r(BN_new());
    Number s(BN_new());
    const Number scalar = to_number(scalar_);
    const Number hash = to_number(digest);
    const Number inverse(BN_mod_inverse(nullptr, nonce.get(), order, context.get()));
    // r = x(kG) mod n, s = (e + r d) / k mod n
    require(EC_POINT_get_affine_coordinates(group.get(), point.get(), r.get(), nullptr,
                                            context.get()) == 1 &&
                BN_nnmod(r.get(), r.get(), order, context.get()) == 1 &&
                BN_mod_mul(s.get(), r.get(), scalar.get(), order, context.get()) == 1 &&
                BN_mod_add(s.get(), s.get(), hash.get(), order, context.get()) == 1 &&
                BN_mod_mul(s.get(), s.get(), inverse.get(), order, context.get()) == 1,
            "sign");

    const std::unique_ptr<ECDSA_SIG, SignatureDeleter> signature(ECDSA_SIG_new());
    require(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1, "sign");
    Bytes encoded(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    unsigned char* out = encoded.data();
    i2d_ECDSA_SIG(signature.get(), &out);
    return encoded;
}

}  // namespace tlstriage::generate
