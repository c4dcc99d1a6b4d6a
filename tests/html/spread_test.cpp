// Counts over time and of spans: exact, whatever the order.
#include <gtest/gtest.h>

#include <numeric>

#include "html/spans.h"
#include "html/time_line.h"

namespace tlstriage::html {
namespace {

TEST(TimeLine, CountsByBucketAndSeries) {
    TimeLine line;
    line.add(milliseconds(10), 0);
    line.add(milliseconds(10), 1);
    line.add(milliseconds(12), 0);
    EXPECT_EQ(line.width(), milliseconds(1));
    EXPECT_EQ(line.start(), milliseconds(10));
    EXPECT_EQ(line.counts(0), (std::vector<std::uint64_t>{1, 0, 1}));
    EXPECT_EQ(line.counts(1), (std::vector<std::uint64_t>{1, 0, 0}));
    EXPECT_EQ(line.counts(2), (std::vector<std::uint64_t>{0, 0, 0}));
}

TEST(TimeLine, WidensWithoutLosingAFlow) {
    TimeLine line;
    constexpr Nanoseconds day = seconds(86'400);
    for (int i = 0; i < 1000; ++i)
        line.add(i % 2 == 0 ? i * seconds(60) : day - i * seconds(7), 0);
    line.add(-seconds(1), 0);  // before 1970
    const auto counts = line.counts(0);
    EXPECT_LE(counts.size(), TimeLine::most_buckets);
    EXPECT_GE(counts.size(), 8U);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 1001U);
    EXPECT_EQ(counts.front(), 1U);
    EXPECT_EQ(line.start() % line.width(), 0);
    EXPECT_EQ(line.start(), -line.width());
}

TEST(TimeLine, SpansFarApartEnd) {
    TimeLine line;
    constexpr Nanoseconds centuries = seconds(86'400) * 73'000;  // two, as far as times reach
    line.add(-centuries, 0);
    line.add(centuries, 0);
    EXPECT_LE(line.counts(0).size(), TimeLine::most_buckets);
}

TEST(Spans, BucketsBeginAtTheirBounds) {
    Spans spans;
    spans.add(0);
    spans.add(99'999);
    spans.add(100'000);
    spans.add(seconds(3600));
    spans.add(-5);  // clocks differ: no time at all
    EXPECT_EQ(spans.counts().front(), 3U);
    EXPECT_EQ(spans.counts()[1], 1U);
    EXPECT_EQ(spans.counts().back(), 1U);
    EXPECT_EQ(spans.size(), 5U);
    EXPECT_EQ(spans.longest(), seconds(3600));
}

TEST(Spans, QuantilesAreExactWhileTheyCanBe) {
    Spans spans;
    for (int i = 100; i >= 0; --i)
        spans.add(milliseconds(i));
    EXPECT_TRUE(spans.exact());
    EXPECT_EQ(spans.quantile(0.5), milliseconds(50));
    EXPECT_EQ(spans.quantile(0.95), milliseconds(95));
}

TEST(Spans, QuantilesOfVeryManyAreAPercentOff) {
    Spans spans;
    constexpr std::int64_t count = 2'000'000;
    for (std::int64_t i = 1; i <= count; ++i)
        spans.add(i * 1000);
    EXPECT_FALSE(spans.exact());
    for (const double share : {0.001, 0.5, 0.95, 0.99}) {
        const double expected = share * count * 1000;
        EXPECT_NEAR(static_cast<double>(spans.quantile(share)), expected, expected * 0.01);
    }
    EXPECT_LE(spans.quantile(1), spans.longest());
}

}  // namespace
}  // namespace tlstriage::html
