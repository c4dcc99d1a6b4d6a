// Which flows stay when the page can't hold them all.
#include "html/flow_sample.h"

#include <gtest/gtest.h>

#include <map>

namespace tlstriage::html {
namespace {

/// Offers a row of so many bytes: cause, server, number.
void offer(FlowSample& sample, const std::string& cause, const std::string& server, int number,
           bool pinned = false) {
    sample.offer(cause, server, pinned, [&] {
        return FlowSample::Cells{cause, server, std::to_string(number)};
    });
}

std::map<std::string, int> kept_by(const FlowSample& sample, std::size_t cell) {
    std::map<std::string, int> counts;
    for (const FlowSample::Cells* const cells : sample.rows())
        ++counts[(*cells)[cell]];
    return counts;
}

constexpr std::size_t plenty = 1 << 20;

TEST(FlowSample, KeepsAllThatFit) {
    FlowSample sample(10, plenty);
    for (int i = 0; i < 10; ++i)
        offer(sample, i % 2 == 0 ? "a" : "b", "s", i);
    ASSERT_EQ(sample.size(), 10U);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ((*sample.rows()[static_cast<std::size_t>(i)])[2], std::to_string(i));
}

TEST(FlowSample, ARareCauseIsNotCrowdedOut) {
    FlowSample sample(10, plenty);
    for (int i = 0; i < 1000; ++i)
        offer(sample, "common", "s" + std::to_string(i), i);
    for (int i = 0; i < 3; ++i)
        offer(sample, "rare", "s", 1000 + i);
    const auto kept = kept_by(sample, 0);
    EXPECT_EQ(kept.at("rare"), 3);
    EXPECT_EQ(kept.at("common"), 7);
}

TEST(FlowSample, ServersShareWhatTheirCauseHas) {
    FlowSample sample(6, plenty);
    for (int i = 0; i < 100; ++i)
        offer(sample, "c", "busy", i);
    for (int i = 0; i < 2; ++i)
        offer(sample, "c", "quiet", 100 + i);
    const auto kept = kept_by(sample, 1);
    EXPECT_EQ(kept.at("quiet"), 2);
    EXPECT_EQ(kept.at("busy"), 4);
}

TEST(FlowSample, PinnedRowsStay) {
    FlowSample sample(2, plenty);
    for (int i = 0; i < 100; ++i)
        offer(sample, "c", "s" + std::to_string(i), i, i == 77);
    EXPECT_EQ(kept_by(sample, 2).count("77"), 1U);
}

TEST(FlowSample, KeepsWithinItsBytes) {
    FlowSample sample(1000, 100);
    for (int i = 0; i < 1000; ++i)
        sample.offer("c", "s", false, [] { return FlowSample::Cells{std::string(30, 'x')}; });
    EXPECT_EQ(sample.size(), 3U);
}

TEST(FlowSample, WhatWouldGoAtOnceIsNotMade) {
    FlowSample sample(2, plenty);
    int made = 0;
    for (int i = 0; i < 100; ++i) {
        sample.offer("c", "s", false, [&] {
            ++made;
            return FlowSample::Cells{"x"};
        });
    }
    EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace tlstriage::html
