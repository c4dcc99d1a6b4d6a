// A flow that failed on its ClientHello, among others to the same server.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "made_evidence.h"

namespace tlstriage::verdict {

using evidence::HelloShape;

constexpr std::uint16_t aes_128_gcm = 0x1301;
constexpr std::uint16_t chacha20 = 0x1303;
constexpr std::uint16_t x25519 = 29;
constexpr std::uint16_t secp256r1 = 23;
constexpr std::uint16_t ecdsa_secp256r1_sha256 = 0x0403;
constexpr std::uint16_t rsa_pkcs1_sha256 = 0x0401;
constexpr std::uint16_t rsa_pss_rsae_sha256 = 0x0804;
constexpr std::uint16_t ed25519 = 0x0807;

inline HelloShape usual_shape() {
    HelloShape shape;
    shape.legacy_version = tls12;
    shape.versions = {tls13, tls12};
    shape.cipher_suites = {aes_128_gcm, 0xc02f};
    shape.groups = {x25519, secp256r1};
    shape.signature_algorithms = {ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256};
    return shape;
}

/// One flow that failed on its ClientHello and what other flows to that server were like. Unless
/// changed: the same shape and name "a.test" everywhere, one success with TLS 1.3.
struct Scene {
    HelloShape shape = usual_shape();
    HelloShape others = usual_shape();
    bool shapes_differ = false;
    Evidence e;
    ServerHistory history;
    std::vector<Profile> profiles;

    Scene() {
        client_hello(e);
        e.client_hello->server_name = "a.test";
        e.side(Side::client).hello_end = 100 + 300;
        e.side(Side::server).highest_acknowledgement = 5000;
        history.capture_end = at(7000).time;
        succeed();
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    static std::uint64_t hash_of(const std::string& name) {
        Evidence named;
        named.client_hello.emplace();
        named.client_hello->server_name = name;
        return profile_of(named, false).server_name;
    }
    Profile& succeed() {
        profiles.push_back({.server_name = hash_of("a.test"),
                            .hello_bytes = 300,
                            .version = tls13,
                            .cipher_suite = aes_128_gcm,
                            .group = x25519,
                            .ok = true});
        return profiles.back();
    }
    Profile& success() { return profiles.front(); }
    /// A ClientHello of another shape than those that came through.
    HelloShape& own_shape() {
        shapes_differ = true;
        return shape;
    }
    void refuse() { alert(e, Side::server, 40); }
    void reset() { e.side(Side::server).rst = at(40); }
    void close() { e.side(Side::server).fin = at(40); }
    void keep_silent() { e.side(Side::client).fin = at(6020); }

    Verdict verdict() {
        e.client_hello->shape = shapes_differ ? &shape : &others;
        for (Profile& profile : profiles)
            if (profile.shape == nullptr) profile.shape = &others;
        history.profiles = profiles;
        return judge(e, history);
    }
};

struct ReasonCase {
    const char* name;
    std::function<void(Scene&)> set;
    std::string cause;
    std::string reason;
};

inline void check_reasons(const std::vector<ReasonCase>& cases) {
    for (const ReasonCase& c : cases) {
        Scene scene;
        c.set(scene);
        const Verdict verdict = scene.verdict();
        EXPECT_EQ(name(verdict.cause), c.cause) << c.name;
        EXPECT_EQ(name(verdict.reason), c.reason) << c.name;
    }
}

}  // namespace tlstriage::verdict
