// Which lookup led to a connection, and which lookups came to nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lookups_maker.h"

namespace tlstriage::engine {
namespace {

/// An index of what `tell` says, in one archive that ends at `end`.
template <class Tell>
LookupIndex index_of(Tell tell, std::int64_t end = 600'000) {
    LookupCollector collector;
    tell(collector);
    collector.end_archive(0);
    return {collector.lookups(), {ms(end).time}};
}

std::string name_of(const Lookup* lookup) {
    return lookup == nullptr ? "" : lookup->name;
}

TEST(LookupIndex, FindsTheLastAnswerBefore) {
    const LookupIndex index = index_of([](LookupCollector& c) {
        Asker{c, "old.test"}.asks(0);
        Asker{c, "old.test"}.is_told(10, {1});
        Asker{c, "new.test", type_a, 2}.asks(20);
        Asker{c, "new.test", type_a, 2}.is_told(30, {1, 2});
        Asker{c, "late.test", type_a, 3}.asks(25);
        Asker{c, "late.test", type_a, 3}.is_told(100, {1});
    });
    const auto found = [&](std::uint8_t server, std::int64_t at) {
        return name_of(index.find(0, ip(10), ip(server), ms(at).time));
    };
    EXPECT_EQ(found(1, 9), "");
    EXPECT_EQ(found(1, 10), "old.test");
    EXPECT_EQ(found(1, 29), "old.test");
    EXPECT_EQ(found(1, 30), "new.test");
    EXPECT_EQ(found(1, 99), "new.test");
    EXPECT_EQ(found(1, 100), "late.test");
    EXPECT_EQ(found(1, 500'000), "late.test");
    EXPECT_EQ(found(2, 50), "new.test");
    EXPECT_EQ(found(3, 50), "");
    EXPECT_EQ(index.find(0, ip(11), ip(1), ms(50).time), nullptr);  // another client
    EXPECT_EQ(index.find(1, ip(10), ip(1), ms(50).time), nullptr);  // another archive
}

TEST(LookupIndex, GoesByTheAnswersNotTheQuestions) {
    const LookupIndex index = index_of([](LookupCollector& c) {
        Asker{c, "slow.test", type_a, 1}.asks(0);
        Asker{c, "quick.test", type_a, 2}.asks(10);
        Asker{c, "quick.test", type_a, 2}.is_told(20, {1});
        Asker{c, "slow.test", type_a, 1}.is_told(30, {1});
    });
    EXPECT_EQ(name_of(index.find(0, ip(10), ip(1), ms(40).time)), "slow.test");
}

TEST(LookupIndex, FindsNothingInAFailure) {
    const LookupIndex index = index_of([](LookupCollector& c) {
        Asker{c, "a.test"}.asks(0);
        Asker{c, "a.test"}.is_told(10, {1}, 2);
    });
    EXPECT_EQ(index.find(0, ip(10), ip(1), ms(50).time), nullptr);
    EXPECT_EQ(index_of([](LookupCollector&) {}).find(0, ip(10), ip(1), ms(0).time), nullptr);
}

TEST(LookupIndex, FindsWhoeverAskedIfItWasOneAlone) {
    const auto tell = [](LookupCollector& c) {
        Asker{c, "a.test"}.asks(0);
        Asker{c, "a.test"}.is_told(10, {1});
        Asker second{c, "a.test"};
        second.client = ip(11);
        second.asks(5000);
        second.is_told(5010, {1});
    };
    const LookupIndex index = index_of(tell);
    const auto found = [&](std::int64_t at) { return index.find_any(0, ip(1), ms(at).time); };
    EXPECT_EQ(found(9), nullptr);
    ASSERT_NE(found(10), nullptr);
    EXPECT_EQ(found(4000)->client, ip(10));
    EXPECT_EQ(found(6000), nullptr);  // two clients asked in these 10 s
    ASSERT_NE(found(10'011), nullptr);
    EXPECT_EQ(found(10'011)->client, ip(11));
    EXPECT_EQ(found(15'011), nullptr);  // too long ago
    EXPECT_EQ(index.find_any(0, ip(2), ms(4000).time), nullptr);
    EXPECT_EQ(index.find_any(1, ip(1), ms(4000).time), nullptr);
}

TEST(LookupIndex, CountsTheTriesBeforeTheAnswer) {
    const LookupIndex index = index_of([](LookupCollector& c) {
        Asker{c, "a.test", type_aaaa, 9}.asks(0);  // another question
        Asker{c, "a.test", type_a, 1}.asks(1000);  // no answer
        Asker other{c, "a.test", type_a, 2};
        other.resolver = ip(54);
        other.asks(6000);
        other.is_told(6100, {}, 2);  // SERVFAIL
        Asker{c, "a.test", type_a, 3}.asks(11'000);
        Asker{c, "a.test", type_a, 3}.is_told(11'020, {1});
        Asker{c, "a.test", type_a, 4}.asks(20'000);
        Asker{c, "a.test", type_a, 4}.is_told(20'010, {2});
        Asker{c, "a.test", type_a, 5}.asks(100'000);
        Asker{c, "a.test", type_a, 5}.is_told(100'010, {3});
    });
    const auto first_asked = [&](std::uint8_t server, std::int64_t at) {
        return index.first_asked(*index.find(0, ip(10), ip(server), ms(at).time));
    };
    EXPECT_EQ(first_asked(1, 12'000), ms(1000));
    EXPECT_EQ(first_asked(2, 21'000), ms(20'000));    // a success lies between
    EXPECT_EQ(first_asked(3, 101'000), ms(100'000));  // too long after anything
}

TEST(LookupIndex, TriesLongAgoAreAnotherQuestion) {
    const LookupIndex index = index_of([](LookupCollector& c) {
        Asker{c, "a.test", type_a, 1}.asks(0);
        Asker{c, "a.test", type_a, 2}.asks(30'001);
        Asker{c, "a.test", type_a, 2}.is_told(30'010, {1});
    });
    EXPECT_EQ(index.first_asked(*index.find(0, ip(10), ip(1), ms(40'000).time)), ms(30'001));
}

TEST(LookupIndex, KeepsArchivesApart) {
    LookupCollector collector;
    Asker{collector, "one.test"}.asks(0);
    Asker{collector, "one.test"}.is_told(10, {1});
    collector.end_archive(0);
    Asker{collector, "two.test"}.asks(5);
    Asker{collector, "two.test"}.is_told(15, {1});
    collector.end_archive(1);
    const LookupIndex index(collector.lookups(), {ms(1000).time, ms(1000).time});
    EXPECT_EQ(name_of(index.find(0, ip(10), ip(1), ms(20).time)), "one.test");
    EXPECT_EQ(name_of(index.find(1, ip(10), ip(1), ms(20).time)), "two.test");
    EXPECT_EQ(name_of(index.find_any(0, ip(1), ms(20).time)), "one.test");
    EXPECT_EQ(name_of(index.find_any(1, ip(1), ms(20).time)), "two.test");
}

TEST(LookupIndex, DoesNotDependOnTheOrderOfItsLookups) {
    LookupCollector collector;
    for (std::int64_t i = 0; i < 12; ++i) {
        const auto number = static_cast<std::uint8_t>(i);
        Asker asker{collector, i % 3 == 0 ? "a.test" : "b.test", i % 2 == 0 ? type_a : type_aaaa};
        asker.id = number;
        asker.client = ip(static_cast<std::uint8_t>(10 + i % 2));
        asker.asks(i * 700);
        if (i % 4 != 3) asker.is_told(i * 700 + 1500, {1}, i % 5 == 0 ? 2 : 0);
    }
    collector.end_archive(0);
    const auto told = [](const LookupIndex& index) {
        std::string text;
        for (std::int64_t at = 0; at < 15'000; at += 500) {
            for (const std::uint8_t client : {std::uint8_t{10}, std::uint8_t{11}}) {
                const Lookup* found = index.find(0, ip(client), ip(1), ms(at).time);
                text +=
                    std::to_string(found == nullptr ? 0 : index.first_asked(*found).frame) + ' ';
            }
            const Lookup* any = index.find_any(0, ip(1), ms(at).time);
            text += std::to_string(any == nullptr ? 0 : any->asked.frame) + '\n';
        }
        for (const NameTrouble& trouble : index.troubles()) {
            text += std::to_string(trouble.lookup.asked.frame) + std::string(trouble.reason) +
                    std::to_string(trouble.lookup.tries) + '\n';
        }
        return text;
    };
    std::vector<Lookup> lookups = collector.lookups();
    const std::string expected = told({lookups, {ms(20'000).time}});
    EXPECT_NE(expected.find_first_of("123456789"), std::string::npos);
    std::mt19937 random(11);
    for (int round = 0; round < 50; ++round) {
        std::ranges::shuffle(lookups, random);
        EXPECT_EQ(told({lookups, {ms(20'000).time}}), expected);
    }
}

}  // namespace
}  // namespace tlstriage::engine
