// Reasons that lie in what a ClientHello offers (verdicts.md §4.3).
#include "narrowing_scene.h"

namespace tlstriage::verdict {
namespace {

tls::Chain chain_with_key(const std::string& key) {
    auto leaf = std::make_shared<tls::Certificate>();
    leaf->key = key;
    tls::Chain chain;
    chain.certificates = {std::move(leaf)};
    return chain;
}

const tls::Chain rsa = chain_with_key("RSA-2048");
const tls::Chain curve = chain_with_key("EC-prime256v1");
const tls::Chain edwards = chain_with_key("ED25519");

TEST(Reason, IsAMissingOffer) {
    check_reasons({
        {"no version that the server takes",
         [](Scene& s) {
             s.own_shape().versions = {tls12};
             s.refuse();
         },
         "no_shared_parameters", "no_shared_version"},
        {"no version, without the extension",
         [](Scene& s) {
             s.own_shape().versions = {};
             s.own_shape().legacy_version = 0x0301;
             s.success().version = tls12;
             s.refuse();
         },
         "no_shared_parameters", "no_shared_version"},
        {"no suite",
         [](Scene& s) {
             s.own_shape().cipher_suites = {chacha20, 0xc02f};
             s.refuse();
         },
         "no_shared_parameters", "no_shared_cipher"},
        {"no suite, and it is just closed",
         [](Scene& s) {
             s.own_shape().cipher_suites = {chacha20};
             s.close();
         },
         "closed_after_client_hello", "no_shared_cipher"},
        {"no group",
         [](Scene& s) {
             s.own_shape().groups = {secp256r1};
             s.refuse();
         },
         "no_shared_parameters", "no_shared_group"},
        {"no signature of an RSA key",
         [](Scene& s) {
             s.own_shape().signature_algorithms = {ecdsa_secp256r1_sha256, ed25519};
             s.success().chain = &rsa;
             s.refuse();
         },
         "no_shared_parameters", "no_shared_signature"},
        {"no signature of an EC key",
         [](Scene& s) {
             s.own_shape().signature_algorithms = {rsa_pss_rsae_sha256, rsa_pkcs1_sha256};
             s.success().chain = &curve;
             s.refuse();
         },
         "no_shared_parameters", "no_shared_signature"},
        {"no signature of an Ed25519 key",
         [](Scene& s) {
             s.own_shape().signature_algorithms = {ecdsa_secp256r1_sha256};
             s.success().chain = &edwards;
             s.refuse();
         },
         "no_shared_parameters", "no_shared_signature"},
        {"fewer signatures than all others, and the key is not seen",
         [](Scene& s) {
             s.own_shape().signature_algorithms = {ecdsa_secp256r1_sha256};
             s.refuse();
         },
         "no_shared_parameters", "no_shared_signature"},
    });
}

TEST(Reason, IsNoMissingOfferThatTheServerGetsOnWithout) {
    check_reasons({
        {"it takes TLS 1.2 too",
         [](Scene& s) {
             s.own_shape().versions = {tls12};
             s.succeed().version = tls12;
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"it takes the other suite too",
         [](Scene& s) {
             s.own_shape().cipher_suites = {0xc02f};
             s.succeed().cipher_suite = 0xc02f;
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"it takes the other group too",
         [](Scene& s) {
             s.own_shape().groups = {secp256r1};
             s.succeed().group = secp256r1;
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"a group is not always chosen",
         [](Scene& s) {
             s.own_shape().groups = {secp256r1};
             s.succeed().group = 0;
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"the key's signatures are offered",
         [](Scene& s) {
             s.own_shape().signature_algorithms = {rsa_pkcs1_sha256, ed25519};
             s.success().chain = &rsa;
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"it offers more than the others",
         [](Scene& s) {
             s.own_shape().cipher_suites.push_back(chacha20);
             s.own_shape().groups.push_back(24);
             s.own_shape().signature_algorithms.push_back(ed25519);
             s.refuse();
         },
         "no_shared_parameters", ""},
    });
}

}  // namespace
}  // namespace tlstriage::verdict
