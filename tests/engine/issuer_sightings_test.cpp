#include "engine/issuer_sightings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tls/certificate_maker.h"

namespace tlstriage::engine {
namespace {

using tls::operator+;
using tls::number;
using tls::Octets;
using tls::vector16;
using tls::vector24;

Octets certificate(const std::string& issuer, const std::string& subject) {
    static const tls::KeyPair key = tls::KeyPair::curve("P-256");
    return tls::make_certificate({.subject = {{"CN", subject}}, .issuer = {{"CN", issuer}}}, key,
                                 key);
}

class IssuerSightingsTest : public testing::Test {
  protected:
    void see(std::uint64_t flow, const Octets& segment) {
        sightings_.look({.network = segment.data(),
                         .flow_hash = flow,
                         .payload_length = static_cast<std::uint32_t>(segment.size()),
                         .captured = static_cast<std::uint32_t>(segment.size())});
    }
    void see(std::uint64_t flow, const std::string& issuer, const std::string& subject) {
        see(flow, segment_with(certificate(issuer, subject)));
    }
    void see_unreadable(std::uint64_t flow) {
        Octets segment = segment_with(certificate("x", "x"));
        segment.resize(20);
        see(flow, segment);
    }
    void see_fragment(std::uint8_t protocol) {
        Octets header(20);
        header[0] = 0x45;
        header[9] = protocol;
        sightings_.look({.network = header.data(), .outcome = wire::Outcome::fragment});
    }
    [[nodiscard]] bool has_all_of(const std::string& issuer) const {
        tls::ChainCache cache;
        const Octets der = certificate(issuer, "any");
        return sightings_.has_all_of_issuer(*cache.chain({Bytes(der)})->leaf());
    }
    [[nodiscard]] std::vector<std::uint64_t> flows() const {
        std::vector<std::uint64_t> flows = sightings_.flows();
        std::ranges::sort(flows);
        return flows;
    }

  private:
    static Octets segment_with(const Octets& der) {
        const Octets message = number(11, 1) + vector24(vector24(vector24(der)));
        return number(22, 1) + number(0x0303, 2) + vector16(message);
    }

    IssuerSightings sightings_;
};

TEST_F(IssuerSightingsTest, ListEachFlowOnce) {
    see(1, "a", "one");
    see(2, "b", "two");
    see(1, "a", "one");
    see_unreadable(3);
    see_unreadable(3);
    EXPECT_EQ(flows(), (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_TRUE(has_all_of("a"));
    EXPECT_TRUE(has_all_of("never seen"));
}

TEST_F(IssuerSightingsTest, KnowThatAnIssuerHasMoreFlows) {
    for (std::uint64_t flow = 0; flow < IssuerSightings::most_flows; ++flow)
        see(flow, "a", "host" + std::to_string(flow % 3) + ".one.test");
    EXPECT_TRUE(has_all_of("a"));
    see(1000, "a", "host1.one.test");
    EXPECT_FALSE(has_all_of("a"));
    EXPECT_TRUE(has_all_of("b"));
    EXPECT_EQ(flows().size(), IssuerSightings::most_flows);
    see(2000, "a", "host1.two.test");
    EXPECT_EQ(flows().back(), 2000U);
}

TEST_F(IssuerSightingsTest, ListFewFlowsOfAnIssuerOfMany) {
    for (std::uint64_t flow = 0; flow < 100; ++flow)
        see(flow, "a", "host.owner" + std::to_string(flow) + ".test");
    EXPECT_EQ(flows().size(), IssuerSightings::enough_owners);
    EXPECT_FALSE(has_all_of("a"));
}

TEST_F(IssuerSightingsTest, KnowThatThereAreMoreIssuers) {
    for (std::uint64_t flow = 0; flow < IssuerSightings::most_issuers; ++flow)
        see(flow, "issuer " + std::to_string(flow), "one");
    EXPECT_TRUE(has_all_of("another"));
    see(5000, "another", "one");
    EXPECT_FALSE(has_all_of("another"));
    EXPECT_TRUE(has_all_of("issuer 7"));
}

TEST_F(IssuerSightingsTest, KnowThatMoreCouldNotBeRead) {
    for (std::uint64_t flow = 0; flow < IssuerSightings::most_flows; ++flow)
        see_unreadable(flow);
    EXPECT_TRUE(has_all_of("a"));
    see_unreadable(5000);
    EXPECT_FALSE(has_all_of("a"));
}

TEST_F(IssuerSightingsTest, KnowOfSegmentsInFragments) {
    constexpr std::uint8_t tcp = 6;
    constexpr std::uint8_t udp = 17;
    see_fragment(udp);
    EXPECT_TRUE(has_all_of("a"));
    see_fragment(tcp);
    EXPECT_FALSE(has_all_of("a"));
}

}  // namespace
}  // namespace tlstriage::engine
