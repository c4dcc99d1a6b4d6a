#include "engine/recollection.h"

#include <gtest/gtest.h>

namespace tlstriage::engine {
namespace {

IpAddress host(std::uint8_t number) {
    const std::uint8_t bytes[] = {192, 0, 2, number};
    return IpAddress::v4(bytes);
}

class RecollectionTest : public testing::Test {
  protected:
    void see(Nanoseconds start, std::uint8_t client, std::uint16_t client_port,
             std::uint16_t server_port = 443) {
        evidence::Evidence e;
        e.client = {host(client), client_port};
        e.server = {host(200), server_port};
        e.first = {start, 1};
        store.add(e);
    }
    void end_window(Recollection& recollection, Nanoseconds horizon = 0) {
        recollection.add(store);
        store.clear();
        recollection.forget(horizon);
    }

    EvidenceStore store;
};

TEST_F(RecollectionTest, KeepsTheLatestOfThoseThatDifferInTimeAndPortAlone) {
    Recollection recollection(1000);
    for (std::uint16_t window = 0; window < 10; ++window) {
        for (std::uint16_t i = 0; i < 10; ++i)
            see(seconds(window * 10 + i), 1, static_cast<std::uint16_t>(40'000 + i));
        end_window(recollection);
    }
    const auto& records = recollection.records();
    ASSERT_EQ(records.size(), Recollection::most_alike);
    for (unsigned i = 0; i < records.size(); ++i)
        EXPECT_EQ(records[i].start, seconds(100 - Recollection::most_alike + i));
}

TEST_F(RecollectionTest, KeepsWhatDiffersInAnythingElse) {
    Recollection recollection(1000);
    for (std::uint8_t client = 1; client <= 50; ++client)
        see(seconds(client), client, 40'000);
    for (std::uint16_t port = 1; port <= 50; ++port)
        see(seconds(100 + port), 1, 40'000, port);
    end_window(recollection);
    EXPECT_EQ(recollection.records().size(), 100);
}

TEST_F(RecollectionTest, ForgetsByTimeAndBeyondItsMost) {
    Recollection recollection(3);
    for (std::uint8_t client = 1; client <= 5; ++client)
        see(seconds(client), client, 40'000);
    end_window(recollection);
    ASSERT_EQ(recollection.records().size(), 3);
    EXPECT_EQ(recollection.records().front().start, seconds(3));
    end_window(recollection, seconds(5));
    ASSERT_EQ(recollection.records().size(), 1);
    EXPECT_EQ(recollection.records().front().start, seconds(5));
}

}  // namespace
}  // namespace tlstriage::engine
