// The flow table against std::unordered_map.
#include "flow/table.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace tlstriage::flow {
namespace {

struct Entry {
    std::uint64_t value = 0;
};

TEST(Table, FindsWhatAMapFinds) {
    Table<Entry> table(5000);
    std::unordered_map<std::uint64_t, Table<Entry>::Index> twin;
    std::mt19937_64 random(1);
    for (int step = 0; step < 200'000; ++step) {
        // Few distinct hashes with equal home slots: long probe sequences are the hard case.
        const std::uint64_t hash = (random() % 8192) << 30U;
        const auto same = [&](const Entry& e) { return e.value == hash; };
        const auto known = twin.find(hash);
        const auto found = table.find(hash, same);
        ASSERT_EQ(found == table.none, known == twin.end());
        if (known != twin.end()) {
            ASSERT_EQ(found, known->second);
            if (random() % 2 == 0) {
                table.erase(found);
                twin.erase(known);
            }
        } else if (!table.full()) {
            const auto index = table.insert(hash);
            table.at(index).value = hash;
            twin[hash] = index;
        }
        ASSERT_EQ(table.size(), twin.size());
    }
    EXPECT_GT(twin.size(), 1000U);
}

TEST(Table, SaysWhenItIsFull) {
    Table<Entry> table(3);
    for (std::uint64_t i = 0; i < 3; ++i) {
        ASSERT_FALSE(table.full());
        table.insert(i << 32U);
    }
    EXPECT_TRUE(table.full());
    table.erase(1);
    EXPECT_FALSE(table.full());
    EXPECT_FALSE(table.alive(1));
}

TEST(Table, DrainsAndIsAsNew) {
    Table<Entry> table(10'000);
    for (std::uint64_t i = 0; i < 3000; ++i)
        table.at(table.insert(i << 32U)).value = i;
    for (Table<Entry>::Index index = 0; index < 3000; index += 3)
        table.erase(index);
    int visited = 0;
    table.drain([&](const Entry& entry) {
        EXPECT_NE(entry.value % 3, 0U);
        ++visited;
    });
    EXPECT_EQ(visited, 2000);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.end_index(), 0U);
    EXPECT_EQ(table.find(std::uint64_t{1} << 32U, [](const Entry&) { return true; }), table.none);
    EXPECT_EQ(table.insert(std::uint64_t{1} << 32U), 0U);
}

}  // namespace
}  // namespace tlstriage::flow
