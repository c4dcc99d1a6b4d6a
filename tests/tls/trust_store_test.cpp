// Paths to the user's own authorities, and revocation lists.
#include "tls/trust_store.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "certificate_maker.h"
#include "support/paths.h"
#include "tls/certificate.h"

namespace tlstriage::tls {
namespace {

constexpr Nanoseconds june_2024 = seconds(1'717'200'000);

Recipe recipe(const char* subject, const char* issuer, bool ca) {
    Recipe made;
    made.subject = {{"CN", subject}};
    made.issuer = {{"CN", issuer}};
    made.is_ca = ca;
    if (!ca) made.alternative_names = "DNS:host.example";
    return made;
}

/// A root, an intermediate and a leaf of it.
struct Authority {
    explicit Authority(std::string its_name = "root") : name(std::move(its_name)) {}

    std::string name;
    KeyPair root_key = KeyPair::curve("P-256");
    KeyPair middle_key = KeyPair::curve("P-256");
    KeyPair leaf_key = KeyPair::curve("P-256");
    Octets root = make_certificate(recipe(name.c_str(), name.c_str(), true), root_key, root_key);
    Octets middle = make_certificate(recipe("middle", name.c_str(), true), middle_key, root_key);
    Octets leaf = make_certificate(recipe("leaf", "middle", false), leaf_key, middle_key);
};

std::string write_pem(const std::filesystem::path& path, const Octets& der) {
    const std::uint8_t* at = der.data();
    X509* const certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    std::FILE* const file = std::fopen(path.c_str(), "a");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    X509_free(certificate);
    return path;
}

/// A list of `key`'s authority that revokes one certificate.
std::string write_list(const std::filesystem::path& path, const Octets& issuer, const KeyPair& key,
                       const Octets& revoked) {
    const std::uint8_t* at = issuer.data();
    X509* const authority = d2i_X509(nullptr, &at, static_cast<long>(issuer.size()));
    at = revoked.data();
    X509* const certificate = d2i_X509(nullptr, &at, static_cast<long>(revoked.size()));
    X509_CRL* const list = X509_CRL_new();
    X509_CRL_set_issuer_name(list, X509_get_subject_name(authority));
    ASN1_TIME* const now = ASN1_TIME_set(nullptr, 1'717'000'000);
    X509_CRL_set1_lastUpdate(list, now);
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
    X509_REVOKED_set_revocationDate(entry, now);
    X509_CRL_add0_revoked(list, entry);
    X509_CRL_sort(list);
    X509_CRL_sign(list, key.key, EVP_sha256());
    std::FILE* const file = std::fopen(path.c_str(), "w");
    PEM_write_X509_CRL(file, list);
    std::fclose(file);
    ASN1_TIME_free(now);
    X509_CRL_free(list);
    X509_free(certificate);
    X509_free(authority);
    return path;
}

Findings findings(const std::shared_ptr<const TrustStore>& store, const std::vector<Octets>& ders,
                  Nanoseconds time = june_2024) {
    ChainCache cache(store);
    return judge_chain(*cache.chain({ders.begin(), ders.end()}), time, "host.example");
}

TEST(TrustStore, FindsThePathOrSaysThatThereIsNone) {
    const test::ScratchFolder folder;
    const Authority known;
    const Authority stranger;
    const auto store = std::make_shared<const TrustStore>(
        write_pem(folder.path() / "root.pem", known.root), std::vector<std::string>{});
    EXPECT_EQ(findings(store, {known.leaf, known.middle}), 0U);
    EXPECT_EQ(findings(store, {known.leaf, known.middle, known.root}), 0U);
    EXPECT_EQ(findings(store, {stranger.leaf, stranger.middle}), bit(Finding::untrusted));
    EXPECT_EQ(findings(store, {known.leaf}),
              bit(Finding::untrusted) | bit(Finding::incomplete_chain));
}

TEST(TrustStore, AFolderOfAuthoritiesIsOneStore) {
    const test::ScratchFolder folder;
    const Authority one;
    const Authority another("another root");
    write_pem(folder.path() / "one.pem", one.root);
    write_pem(folder.path() / "another.pem", another.root);
    const auto store =
        std::make_shared<const TrustStore>(folder.path().string(), std::vector<std::string>{});
    EXPECT_EQ(findings(store, {one.leaf, one.middle}), 0U);
    EXPECT_EQ(findings(store, {another.leaf, another.middle}), 0U);
}

TEST(TrustStore, AnIntermediateThatIsTrustedCompletesTheChain) {
    const test::ScratchFolder folder;
    const Authority known;
    const std::string path = folder.path() / "store.pem";
    write_pem(path, known.root);
    write_pem(path, known.middle);
    const auto store = std::make_shared<const TrustStore>(path, std::vector<std::string>{});
    EXPECT_EQ(findings(store, {known.leaf}), 0U);
}

TEST(TrustStore, ThePathsOwnTimesCount) {
    const test::ScratchFolder folder;
    const Authority known;
    Recipe long_lived = recipe("leaf", "middle", false);
    long_lived.not_after = "20300101000000Z";
    const Octets leaf = make_certificate(long_lived, known.leaf_key, known.middle_key);
    const auto store = std::make_shared<const TrustStore>(
        write_pem(folder.path() / "root.pem", known.root), std::vector<std::string>{});
    const Nanoseconds in_2026 = june_2024 + seconds(2 * 365 * 86'400LL);
    EXPECT_EQ(findings(store, {leaf, known.middle}, in_2026), bit(Finding::expired));
}

TEST(TrustStore, RevocationNeedsNoStore) {
    const test::ScratchFolder folder;
    const Authority known;
    const auto store = std::make_shared<const TrustStore>(
        "", std::vector<std::string>{write_list(folder.path() / "list.pem", known.middle,
                                                known.middle_key, known.leaf)});
    EXPECT_EQ(findings(store, {known.leaf, known.middle}), bit(Finding::revoked));
    const Authority stranger;
    EXPECT_EQ(findings(store, {stranger.middle, stranger.root}) & bit(Finding::revoked), 0U);
}

TEST(TrustStore, WhatIsNoStoreIsRefused) {
    const test::ScratchFolder folder;
    const std::string empty = folder.path() / "empty.pem";
    std::fclose(std::fopen(empty.c_str(), "w"));
    EXPECT_THROW(TrustStore(empty, {}), std::runtime_error);
    EXPECT_THROW(TrustStore(empty + ".not-there", {}), std::runtime_error);
    EXPECT_THROW(TrustStore("", {empty}), std::runtime_error);
}

}  // namespace
}  // namespace tlstriage::tls
