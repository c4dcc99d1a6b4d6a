#include "tls/certificate.h"

#include <gtest/gtest.h>

#include <limits>

#include "certificate_maker.h"
#include "real_messages.h"
#include "tls/messages.h"

namespace tlstriage::tls {
namespace {

constexpr Nanoseconds start_of_2024 = seconds(1'704'067'200);
constexpr Nanoseconds start_of_2025 = seconds(1'735'689'600);
constexpr Nanoseconds june_2024 = seconds(1'717'200'000);

/// Keys are slow to make, and secrets to nobody.
const KeyPair& curve_key() {
    static const KeyPair key = KeyPair::curve("prime256v1");
    return key;
}
const KeyPair& other_key() {
    static const KeyPair key = KeyPair::curve("secp384r1");
    return key;
}

std::shared_ptr<const Chain> read_chain(const std::vector<Octets>& ders) {
    ChainCache cache;
    return cache.chain({ders.begin(), ders.end()});
}

/// Blank where the leaf's DER is broken.
Certificate leaf_of(const std::shared_ptr<const Chain>& chain) {
    const Certificate* leaf = chain->leaf();
    return leaf == nullptr ? Certificate{} : *leaf;
}

Recipe leaf_recipe() {
    Recipe recipe;
    recipe.subject = {{"C", "US"}, {"O", "Example"}, {"CN", "host.example"}};
    recipe.issuer = {{"CN", "Intermediate"}};
    recipe.alternative_names = "DNS:host.example,DNS:*.wild.example,IP:192.0.2.7,IP:2001:db8::7";
    return recipe;
}
Recipe authority_recipe(const char* subject, const char* issuer) {
    Recipe recipe;
    recipe.subject = {{"CN", subject}};
    recipe.issuer = {{"CN", issuer}};
    recipe.is_ca = true;
    return recipe;
}

Octets leaf() {
    return make_certificate(leaf_recipe(), curve_key(), other_key());
}
Octets intermediate() {
    return make_certificate(authority_recipe("Intermediate", "Root"), other_key(), curve_key());
}
Octets root() {
    return make_certificate(authority_recipe("Root", "Root"), curve_key(), curve_key());
}

TEST(Certificate, Fields) {
    const auto chain = read_chain({leaf()});
    const Certificate certificate = leaf_of(chain);
    EXPECT_EQ(certificate.subject, "C=US, O=Example, CN=host.example");
    EXPECT_EQ(certificate.issuer, "CN=Intermediate");
    EXPECT_EQ(certificate.common_name, "host.example");
    EXPECT_EQ(certificate.dns_names, (std::vector<std::string>{"host.example", "*.wild.example"}));
    EXPECT_EQ(certificate.ip_names, (std::vector<std::string>{"192.0.2.7", "2001:db8::7"}));
    EXPECT_EQ(certificate.not_before, start_of_2024);
    EXPECT_EQ(certificate.not_after, start_of_2025);
    EXPECT_EQ(certificate.key, "EC-prime256v1");
    EXPECT_EQ(certificate.sha256.size(), 64U);
    EXPECT_FALSE(certificate.self_issued);
    EXPECT_FALSE(certificate.self_signed);
    EXPECT_FALSE(certificate.is_ca);
    EXPECT_FALSE(certificate.weak_key);
    EXPECT_FALSE(certificate.weak_signature);
}

/// httpsGoogle.pcap; the values are those of an independent reader (tshark and pyca/cryptography).
TEST(Certificate, RealChain) {
    const Octets message = from_hex(real::two_certificates);
    std::vector<Bytes> ders;
    ASSERT_TRUE(parse_certificates(body_of(message), ders));
    ChainCache cache;
    const auto chain = cache.chain(ders);
    EXPECT_EQ(leaf_of(chain).common_name, "*.google.de");
    EXPECT_NE(leaf_of(chain).issuer.find("CN=Google Internet Authority"), std::string::npos);
    EXPECT_EQ(leaf_of(chain).not_before, seconds(1'336'618'280));  // 2012-05-10T02:51:20Z
    EXPECT_EQ(leaf_of(chain).not_after, seconds(1'368'154'880));   // 2013-05-10T03:01:20Z
    EXPECT_EQ(leaf_of(chain).dns_names.size(), 2U);
    EXPECT_FALSE(leaf_of(chain).self_issued);
    ASSERT_NE(chain->certificates[1], nullptr);
    EXPECT_TRUE(chain->certificates[1]->is_ca);
    const Nanoseconds captured = seconds(1'337'774'652);
    EXPECT_EQ(judge_chain(*chain, captured, "google.de"),
              bit(Finding::weak_key) | bit(Finding::weak_signature));
}

TEST(Certificate, TextsKeepUtf8AndEscapeControls) {
    Recipe recipe = leaf_recipe();
    recipe.subject = {{"O", "Größe, 株式会社"}, {"CN", "a\nb"}, {"CN", "last.example"}};
    const auto chain = read_chain({make_certificate(recipe, curve_key(), other_key())});
    EXPECT_EQ(leaf_of(chain).subject, "O=Größe\\, 株式会社, CN=a\\0Ab, CN=last.example");
    EXPECT_EQ(leaf_of(chain).common_name, "last.example");
}

TEST(Certificate, TimesAreClamped) {
    Recipe recipe = leaf_recipe();
    recipe.not_before = "19500101000000Z";
    recipe.not_after = "99991231235959Z";
    const auto chain = read_chain({make_certificate(recipe, curve_key(), other_key())});
    EXPECT_EQ(leaf_of(chain).not_before, seconds(-631'152'000));
    EXPECT_EQ(leaf_of(chain).not_after, std::numeric_limits<Nanoseconds>::max());
    recipe.not_before = "00010101000000Z";
    EXPECT_EQ(leaf_of(read_chain({make_certificate(recipe, curve_key(), other_key())})).not_before,
              std::numeric_limits<Nanoseconds>::min());
}

TEST(Certificate, KeysAndSignatures) {
    const KeyPair small = KeyPair::rsa(1024);
    const KeyPair large = KeyPair::rsa(2048);
    const KeyPair edwards = KeyPair::ed25519();
    const KeyPair short_curve = KeyPair::curve("prime192v1");
    Recipe recipe = leaf_recipe();
    const auto read = [&](const KeyPair& key, const KeyPair& signer, const char* digest) {
        recipe.digest = digest;
        return read_chain({make_certificate(recipe, key, signer)});
    };
    auto chain = read(small, large, "SHA256");
    EXPECT_EQ(leaf_of(chain).key, "RSA-1024");
    EXPECT_TRUE(leaf_of(chain).weak_key);
    EXPECT_TRUE(chain->findings & bit(Finding::weak_key));
    EXPECT_FALSE(chain->findings & bit(Finding::weak_signature));
    chain = read(large, large, "SHA1");
    EXPECT_EQ(leaf_of(chain).key, "RSA-2048");
    EXPECT_FALSE(chain->findings & bit(Finding::weak_key));
    EXPECT_TRUE(chain->findings & bit(Finding::weak_signature));
    EXPECT_TRUE(leaf_of(read(large, large, "MD5")).weak_signature);
    EXPECT_FALSE(leaf_of(read(large, large, "SHA512")).weak_signature);
    chain = read(edwards, edwards, nullptr);
    EXPECT_EQ(leaf_of(chain).key, "ED25519");
    EXPECT_FALSE(leaf_of(chain).weak_key || leaf_of(chain).weak_signature);
    chain = read(short_curve, large, "SHA256");
    EXPECT_EQ(leaf_of(chain).key, "EC-prime192v1");
    EXPECT_TRUE(leaf_of(chain).weak_key);
}

TEST(Certificate, SelfSignedAndSelfIssued) {
    Recipe recipe = leaf_recipe();
    recipe.issuer = recipe.subject;
    recipe.digest = "SHA1";  // of no interest on one's own signature
    auto chain = read_chain({make_certificate(recipe, curve_key(), curve_key())});
    EXPECT_TRUE(leaf_of(chain).self_issued);
    EXPECT_TRUE(leaf_of(chain).self_signed);
    EXPECT_EQ(chain->findings, bit(Finding::self_signed));
    chain = read_chain({make_certificate(recipe, curve_key(), other_key())});
    EXPECT_TRUE(leaf_of(chain).self_issued);
    EXPECT_FALSE(leaf_of(chain).self_signed);
    EXPECT_EQ(chain->findings, bit(Finding::weak_signature));
}

TEST(Chain, OrderAndCompleteness) {
    EXPECT_EQ(read_chain({leaf(), intermediate(), root()})->findings, 0U);
    EXPECT_EQ(read_chain({leaf(), intermediate()})->findings, 0U);
    EXPECT_EQ(read_chain({leaf()})->findings, bit(Finding::incomplete_chain));
    EXPECT_EQ(read_chain({leaf(), root(), intermediate()})->findings,
              bit(Finding::misordered_chain));
    EXPECT_EQ(read_chain({leaf(), leaf(), intermediate()})->findings,
              bit(Finding::misordered_chain));
    EXPECT_EQ(read_chain({intermediate(), leaf()})->findings,
              bit(Finding::misordered_chain) | bit(Finding::incomplete_chain));
    const Octets stranger =
        make_certificate(authority_recipe("Stranger", "Stranger"), curve_key(), curve_key());
    EXPECT_EQ(read_chain({leaf(), intermediate(), stranger})->findings, 0U);
    EXPECT_EQ(read_chain({leaf(), stranger})->findings, bit(Finding::incomplete_chain));
    EXPECT_EQ(read_chain({})->findings, 0U);
}

/// RFC 5280 §7.1: names compare without case and with runs of space folded.
TEST(Chain, IssuerNamesAreComparedAsNames) {
    const Octets issuer =
        make_certificate(authority_recipe("intermediate  ", "Root"), other_key(), curve_key());
    EXPECT_EQ(read_chain({leaf(), issuer})->findings, 0U);
}

TEST(Chain, BrokenDer) {
    const Octets whole = leaf();
    EXPECT_EQ(read_chain({{1, 2, 3}})->certificates.size(), 1U);
    EXPECT_EQ(read_chain({{1, 2, 3}})->leaf(), nullptr);
    EXPECT_EQ(read_chain({Octets{}})->leaf(), nullptr);
    EXPECT_EQ(read_chain({whole + Octets{0}})->leaf(), nullptr);
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_EQ(read_chain({cut})->leaf(), nullptr) << length;
    }
    const auto chain = read_chain({whole, {0x30, 0x00}});
    ASSERT_EQ(chain->certificates.size(), 2U);
    EXPECT_NE(chain->leaf(), nullptr);
    EXPECT_EQ(chain->certificates[1], nullptr);
    EXPECT_EQ(chain->findings, 0U);  // the broken one may be the issuer
    EXPECT_EQ(judge_chain(*read_chain({{1}}), june_2024, "host.example"), 0U);
}

/// Bytes turned over one by one: never a crash, whatever OpenSSL says of them.
TEST(Chain, DamagedDer) {
    ChainCache cache;
    Octets der = leaf();
    for (std::uint8_t& octet : der) {
        octet = static_cast<std::uint8_t>(octet ^ 0xffU);
        const auto chain = cache.chain({Bytes(der)});
        judge_chain(*chain, june_2024, "host.example");
        octet = static_cast<std::uint8_t>(octet ^ 0xffU);
    }
    EXPECT_EQ(cache.parses(), der.size());
}

TEST(ChainCache, ParsesOnce) {
    const std::vector<Octets> ders{leaf(), intermediate(), root()};
    ChainCache cache;
    const auto chain = cache.chain({ders.begin(), ders.end()});
    EXPECT_EQ(cache.parses(), 3U);
    EXPECT_EQ(cache.chain({ders.begin(), ders.end()}), chain);
    const auto shorter = cache.chain({ders[0], ders[1]});
    EXPECT_EQ(cache.parses(), 3U);
    EXPECT_NE(shorter, chain);
    EXPECT_EQ(shorter->certificates[0], chain->certificates[0]);
    const Octets broken{1, 2};
    cache.chain({broken});
    cache.chain({broken, ders[0]});
    EXPECT_EQ(cache.parses(), 4U);
    ChainCache moved = std::move(cache);
    EXPECT_EQ(moved.chain({ders.begin(), ders.end()}), chain);
}

TEST(JudgeChain, Validity) {
    const auto chain = read_chain({leaf(), intermediate(), root()});
    EXPECT_EQ(judge_chain(*chain, june_2024, ""), 0U);
    EXPECT_EQ(judge_chain(*chain, start_of_2024, ""), 0U);
    EXPECT_EQ(judge_chain(*chain, start_of_2025, ""), 0U);  // RFC 5280 §4.1.2.5: inclusive
    EXPECT_EQ(judge_chain(*chain, start_of_2025 + 1, ""), bit(Finding::expired));
    EXPECT_EQ(judge_chain(*chain, start_of_2024 - 1, ""), bit(Finding::not_yet_valid));
}

TEST(JudgeChain, ValidityOfIntermediatesButNotRoots) {
    Recipe old = authority_recipe("Intermediate", "Root");
    old.not_after = "20240201000000Z";
    const Octets old_intermediate = make_certificate(old, other_key(), curve_key());
    EXPECT_EQ(judge_chain(*read_chain({leaf(), old_intermediate}), june_2024, ""),
              bit(Finding::expired));
    old = authority_recipe("Root", "Root");
    old.not_after = "20240201000000Z";
    const Octets old_root = make_certificate(old, curve_key(), curve_key());
    EXPECT_EQ(judge_chain(*read_chain({leaf(), intermediate(), old_root}), june_2024, ""), 0U);
}

TEST(JudgeChain, Names) {
    const auto chain = read_chain({leaf(), intermediate()});
    const auto judge = [&](std::string_view name) { return judge_chain(*chain, june_2024, name); };
    EXPECT_EQ(judge("host.example"), 0U);
    EXPECT_EQ(judge("HOST.example."), 0U);
    EXPECT_EQ(judge("a.wild.example"), 0U);
    EXPECT_EQ(judge("192.0.2.7"), 0U);
    EXPECT_EQ(judge("2001:DB8:0::7"), 0U);
    EXPECT_EQ(judge("wild.example"), bit(Finding::name_mismatch));
    EXPECT_EQ(judge("b.a.wild.example"), bit(Finding::name_mismatch));
    EXPECT_EQ(judge("192.0.2.8"), bit(Finding::name_mismatch));
}

TEST(JudgeChain, CommonNameOnly) {
    Recipe recipe = leaf_recipe();
    recipe.alternative_names = nullptr;
    const auto chain =
        read_chain({make_certificate(recipe, curve_key(), other_key()), intermediate()});
    EXPECT_EQ(judge_chain(*chain, june_2024, "host.example"), bit(Finding::cn_only));
    EXPECT_EQ(judge_chain(*chain, june_2024, "other.example"), bit(Finding::name_mismatch));
}

/// A wildcard never covers an address, and an address in a dNSName is none.
TEST(JudgeChain, AddressesAreNoDnsNames) {
    Recipe recipe = leaf_recipe();
    recipe.alternative_names = "DNS:*.0.2.7,DNS:192.0.2.7";
    const auto chain =
        read_chain({make_certificate(recipe, curve_key(), other_key()), intermediate()});
    EXPECT_EQ(judge_chain(*chain, june_2024, "192.0.2.7"), bit(Finding::name_mismatch));
}

TEST(Chain, UsageHasToFitTheRole) {
    struct Case {
        const char* usage;
        bool serves;
        bool visits;
    };
    for (const Case& c :
         {Case{nullptr, true, true}, Case{"serverAuth", true, false},
          Case{"clientAuth", false, true}, Case{"codeSigning", false, false},
          Case{"serverAuth,clientAuth", true, true}, Case{"anyExtendedKeyUsage", true, true}}) {
        Recipe recipe = leaf_recipe();
        recipe.usage = c.usage;
        const Octets der = make_certificate(recipe, curve_key(), other_key());
        ChainCache cache;
        const auto fits = [&](Role role) {
            return (cache.chain({der}, role)->findings & bit(Finding::wrong_usage)) == 0;
        };
        EXPECT_EQ(fits(Role::server), c.serves) << (c.usage == nullptr ? "none" : c.usage);
        EXPECT_EQ(fits(Role::client), c.visits) << (c.usage == nullptr ? "none" : c.usage);
        EXPECT_EQ(cache.parses(), 1U);
    }
}

TEST(Chain, IsIssuedByAListedAuthority) {
    const auto chain = read_chain({leaf(), intermediate()});
    const auto name_of = [](const Octets& der) { return leaf_of(read_chain({der})).subject_der; };
    const Octets top = name_of(root());
    const Octets middle = name_of(intermediate());
    const Octets shouted =
        name_of(make_certificate(authority_recipe("ROOT", "ROOT"), curve_key(), curve_key()));
    const Octets stranger = name_of(leaf());
    EXPECT_TRUE(is_issued_by(*chain, {stranger, top}));
    EXPECT_TRUE(is_issued_by(*chain, {middle}));
    EXPECT_TRUE(is_issued_by(*chain, {shouted}));  // RFC 5280 §7.1
    EXPECT_FALSE(is_issued_by(*read_chain({root()}), {middle}));
    EXPECT_FALSE(is_issued_by(*read_chain({leaf()}), {top}));
    EXPECT_FALSE(is_issued_by(*chain, {}));
    EXPECT_FALSE(is_issued_by(*chain, {Octets{0xff}}));
}

TEST(Finding, NamesAreThoseOfTheContract) {
    std::string names;
    for (unsigned i = 0; i < finding_count; ++i) {
        names += std::string(finding_name(static_cast<Finding>(i))) + ' ';
    }
    EXPECT_EQ(names,
              "expired not_yet_valid name_mismatch cn_only self_signed incomplete_chain "
              "misordered_chain untrusted revoked weak_key weak_signature wrong_usage ");
}

}  // namespace
}  // namespace tlstriage::tls
