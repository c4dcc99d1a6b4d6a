// A flow's surroundings through a line of text, and lines that nobody honest wrote.
#include "engine/carried_history.h"

#include <gtest/gtest.h>

namespace tlstriage::engine {
namespace {

using evidence::Evidence;
using verdict::Profile;
using verdict::ServerHistory;

struct Scene {
    Evidence evidence;
    evidence::HelloShape own_shape;
    evidence::HelloShape other_shape;
    tls::Chain chain;
    std::vector<Profile> profiles;
    ServerHistory history;

    Scene() {
        evidence.client.port = 50'000;
        evidence.first = {milliseconds(5), 1};
        evidence.client_hello.emplace();
        evidence.client_hello->shape = &own_shape;
        evidence.client_hello->server_name = "a.test";
        evidence.dns.emplace();
        other_shape.legacy_version = 0x0303;
        other_shape.versions = {0x0304, 0x0303};
        other_shape.signature_algorithms = {0x0403};
        auto leaf = std::make_shared<tls::Certificate>();
        leaf->key = "EC-prime256v1";
        chain.certificates.push_back(std::move(leaf));
        const Profile own = verdict::profile_of(evidence, true);
        profiles.push_back(own);
        profiles.push_back({.shape = &other_shape,
                            .chain = &chain,
                            .server_name = 77,
                            .hello_bytes = 517,
                            .version = 0x0304,
                            .cipher_suite = 0x1301,
                            .group = 29,
                            .ok = true});
        profiles.push_back({.proxy_header = true});
        history.capture_end = -3;
        history.server_hops = 57;
        history.spoke_tls = history.raced = history.issuer_intercepts = true;
        history.ever_heard = false;
        history.profiles = profiles;
    }
    [[nodiscard]] std::string note() const {
        return history_note(evidence::identity(evidence), evidence, history, {.profiles = true});
    }
};

TEST(CarriedHistory, ComesBackAsItWas) {
    Scene scene;
    CarriedHistories carried;
    ASSERT_TRUE(carried.read(scene.note())) << scene.note();
    ServerHistory back;
    std::vector<verdict::Profile> profiles;
    carried.replace(scene.evidence, back, profiles);
    EXPECT_EQ(back.capture_end, -3);
    EXPECT_EQ(back.server_hops, 57);
    EXPECT_TRUE(back.spoke_tls && back.raced && back.issuer_intercepts);
    EXPECT_FALSE(back.ever_heard || back.tls_port || back.others_one_sided ||
                 back.client_sent_data || back.comes_evenly ||
                 back.client_got_through_without_tls13);
    EXPECT_TRUE(scene.evidence.dns);
    ASSERT_EQ(back.profiles.size(), 3U);
    EXPECT_EQ(back.profiles[0], scene.profiles[0]);
    const Profile& other = back.profiles[1];
    EXPECT_NE(other.server_name, scene.profiles[0].server_name);
    EXPECT_NE(other.server_name, 0U);
    EXPECT_EQ(other.shape->versions, scene.other_shape.versions);
    EXPECT_EQ(other.shape->legacy_version, 0x0303);
    EXPECT_EQ(other.shape->signature_algorithms, scene.other_shape.signature_algorithms);
    EXPECT_EQ(other.chain->leaf()->key, "EC-prime256v1");
    EXPECT_EQ(other.hello_bytes, 517U);
    EXPECT_EQ(other.cipher_suite, 0x1301);
    EXPECT_EQ(other.group, 29);
    EXPECT_TRUE(other.ok);
    EXPECT_TRUE(back.profiles[2].proxy_header);
    EXPECT_EQ(back.profiles[2].shape, nullptr);
}

TEST(CarriedHistory, IsOfItsFlowAlone) {
    Scene scene;
    CarriedHistories carried;
    ASSERT_TRUE(carried.read(scene.note()));
    scene.evidence.client.port = 1;
    ServerHistory back;
    std::vector<verdict::Profile> profiles;
    carried.replace(scene.evidence, back, profiles);
    EXPECT_TRUE(back.ever_heard);
    EXPECT_TRUE(back.profiles.empty());
}

TEST(CarriedHistory, TakesALookupAwayThatIsAnothers) {
    Scene scene;
    scene.evidence.dns.reset();
    CarriedHistories carried;
    ASSERT_TRUE(carried.read(scene.note()));
    scene.evidence.dns.emplace();
    ServerHistory back;
    std::vector<verdict::Profile> profiles;
    carried.replace(scene.evidence, back, profiles);
    EXPECT_FALSE(scene.evidence.dns);
}

TEST(CarriedHistory, RefusesWhatItDoesNotKnow) {
    const std::string flow = "tlstriage-history 1 flow=0123456789abcdef";
    EXPECT_TRUE(CarriedHistories().read(flow));
    for (const std::string& note :
         {std::string(), std::string("tlstriage-history 2 flow=0123456789abcdef"),
          std::string("tlstriage-history 1 "), std::string("tlstriage-history 1 end=1"),
          std::string("tlstriage-history 1 flow=123"), flow + " hops=256",
          flow + " hops=", flow + " end=x", flow + " flags=evil", flow + " lookup=2",
          flow + " profile=ok:2", flow + " profile=name:mine", flow + " profile=key:<b>",
          flow + " profile=shape:1/2/70000", flow + " profile=key:" + std::string(65, 'a'),
          flow + " nonsense", flow + " =", flow + " profile=bytes:4294967296"}) {
        EXPECT_FALSE(CarriedHistories().read(note)) << note;
    }
    std::string many = flow;
    for (int i = 0; i < 65; ++i)
        many += " profile=ok:1";
    EXPECT_FALSE(CarriedHistories().read(many));
}

/// Every cut and every changed byte of a good note is refused or understood, never more.
TEST(CarriedHistory, SurvivesSpoiltNotes) {
    const std::string good = Scene().note();
    for (std::size_t i = 0; i < good.size(); ++i) {
        CarriedHistories().read(good.substr(0, i));
        for (const char c : {'\0', ' ', ':', ';', '.', '/', '9', '\xff'}) {
            std::string spoilt = good;
            spoilt[i] = c;
            Scene scene;
            CarriedHistories carried;
            carried.read(spoilt);
            std::vector<verdict::Profile> profiles;
            carried.replace(scene.evidence, scene.history, profiles);
            for (const Profile& profile : scene.history.profiles) {
                if (profile.chain == nullptr || profile.chain->leaf() == nullptr) continue;
                EXPECT_LE(profile.chain->leaf()->key.size(), 64U);
            }
        }
    }
}

}  // namespace
}  // namespace tlstriage::engine
