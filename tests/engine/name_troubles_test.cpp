// The rows of dns.csv: names that could not be looked up, or took long.
#include <gtest/gtest.h>

#include <functional>

#include "lookups_maker.h"

namespace tlstriage::engine {
namespace {

struct Case {
    const char* name;
    std::function<void(LookupCollector&)> tell;
    /// "name reason tries ms-of-the-first-question" each; a slow one has the reason "slow"
    std::vector<std::string> troubles;
    std::int64_t end = 600'000;
};

Asker other_resolver(LookupCollector& c, const std::string& name, std::uint16_t id) {
    Asker asker{c, name, type_a, id};
    asker.resolver = ip(54);
    return asker;
}

const std::vector<Case> cases{
    {"a good answer",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(999, {1});
     },
     {}},
    {"NXDOMAIN",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 3);
     },
     {"a.test nxdomain 1 0"}},
    {"SERVFAIL",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 2);
     },
     {"a.test servfail 1 0"}},
    {"REFUSED",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 5);
     },
     {"a.test refused 1 0"}},
    {"a name without addresses",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {});
     },
     {"a.test no_address 1 0"}},
    {"an answer that is truncated says nothing: TCP follows",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 0, plain::dns::truncated_bit);
     },
     {}},
    {"no address of one family, but of the other",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_a, 1}.asks(0);
         Asker{c, "a.test", type_aaaa, 2}.asks(1);
         Asker{c, "a.test", type_a, 1}.is_told(10, {1});
         Asker{c, "a.test", type_aaaa, 2}.is_told(11, {});
     },
     {}},
    {"neither family",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_a, 1}.asks(0);
         Asker{c, "a.test", type_aaaa, 2}.asks(1);
         Asker{c, "a.test", type_a, 1}.is_told(10, {});
         Asker{c, "a.test", type_aaaa, 2}.is_told(11, {});
     },
     {"a.test no_address 1 0", "a.test no_address 1 1"}},
    {"the other family's address came to another client",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_aaaa, 2}.asks(1);
         Asker{c, "a.test", type_aaaa, 2}.is_told(11, {});
         Asker second{c, "a.test", type_a, 1};
         second.client = ip(11);
         second.asks(2);
         second.is_told(12, {1});
     },
     {"a.test no_address 1 1"}},
    {"no answer, asked once, long ago",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
     },
     {"a.test no_answer 1 0"},
     3000},
    {"no answer, asked once, a moment before the end",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
     },
     {},
     2999},
    {"no answer, asked twice",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.asks(2000);
     },
     {"a.test no_answer 2 0"},
     2500},
    {"no answer from one resolver, one from the other",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         other_resolver(c, "a.test", 1).asks(500);
         other_resolver(c, "a.test", 1).is_told(510, {1});
     },
     {}},
    {"no answer from either resolver is one trouble",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         other_resolver(c, "a.test", 1).asks(500);
         Asker{c, "a.test"}.asks(1000);
     },
     {"a.test no_answer 3 0"}},
    {"SERVFAIL, then none: the answer tells more",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 2);
         other_resolver(c, "a.test", 2).asks(20);
     },
     {"a.test servfail 2 0"}},
    {"SERVFAIL, then found",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(10, {}, 2);
         other_resolver(c, "a.test", 2).asks(20);
         other_resolver(c, "a.test", 2).is_told(30, {1});
     },
     {}},
    {"found, then no more",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_a, 1}.asks(0);
         Asker{c, "a.test", type_a, 1}.is_told(10, {1});
         Asker{c, "a.test", type_a, 2}.asks(1000);
         Asker{c, "a.test", type_a, 2}.is_told(1010, {}, 3);
     },
     {"a.test nxdomain 1 1000"}},
    {"the same name again half a minute later",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_a, 1}.asks(0);
         Asker{c, "a.test", type_a, 1}.is_told(10, {}, 3);
         Asker{c, "a.test", type_a, 2}.asks(30'001);
         Asker{c, "a.test", type_a, 2}.is_told(30'010, {}, 3);
     },
     {"a.test nxdomain 1 0", "a.test nxdomain 1 30001"}},
    {"a search list: the name with a suffix, then found with another one",
     [](LookupCollector& c) {
         Asker{c, "host.corp.test", type_a, 1}.asks(0);
         Asker{c, "host.corp.test", type_a, 1}.is_told(10, {}, 3);
         Asker{c, "host.example.test", type_a, 2}.asks(20);
         Asker{c, "host.example.test", type_a, 2}.is_told(30, {1});
     },
     {}},
    {"a search list: the suffix first, then the name itself",
     [](LookupCollector& c) {
         Asker{c, "www.example.org.corp.test", type_a, 1}.asks(0);
         Asker{c, "www.example.org.corp.test", type_a, 1}.is_told(10, {}, 3);
         Asker{c, "www.example.org", type_a, 2}.asks(20);
         Asker{c, "www.example.org", type_a, 2}.is_told(30, {1});
     },
     {}},
    {"another name that was found excuses nothing",
     [](LookupCollector& c) {
         Asker{c, "a.test", type_a, 1}.asks(0);
         Asker{c, "a.test", type_a, 1}.is_told(10, {}, 3);
         Asker{c, "b.test", type_a, 2}.asks(20);
         Asker{c, "b.test", type_a, 2}.is_told(30, {1});
     },
     {"a.test nxdomain 1 0"}},
    {"a search step long after is none",
     [](LookupCollector& c) {
         Asker{c, "host.corp.test", type_a, 1}.asks(0);
         Asker{c, "host.corp.test", type_a, 1}.is_told(10, {}, 3);
         Asker{c, "host.example.test", type_a, 2}.asks(10'001);
         Asker{c, "host.example.test", type_a, 2}.is_told(10'010, {1});
     },
     {"host.corp.test nxdomain 1 0"}},
    {"slow",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.asks(0);
         Asker{c, "a.test"}.is_told(1000, {1});
     },
     {"a.test slow 1 0"}},
    {"an answer whose question is not in the capture",
     [](LookupCollector& c) {
         Asker{c, "a.test"}.is_told(10, {}, 3);
     },
     {}},
    {"other types are not asked for addresses",
     [](LookupCollector& c) {
         Asker{c, "a.test", 65}.asks(0);
         Asker{c, "a.test", 65}.is_told(10, {}, 3);
         Asker{c, "a.test", 15, 2}.asks(0);
     },
     {}},
    {"two clients have a trouble each, by time",
     [](LookupCollector& c) {
         Asker second{c, "b.test"};
         second.client = ip(11);
         second.asks(0);
         Asker{c, "a.test"}.asks(5);
         Asker{c, "a.test"}.is_told(10, {}, 3);
         second.is_told(20, {}, 3);
     },
     {"b.test nxdomain 1 0", "a.test nxdomain 1 5"}},
};

TEST(NameTroubles, AreThoseOfTheClient) {
    for (const Case& c : cases) {
        LookupCollector collector;
        c.tell(collector);
        collector.end_archive(0);
        const LookupIndex index(collector.lookups(), {ms(c.end).time});
        std::vector<std::string> told;
        for (const NameTrouble& trouble : index.troubles()) {
            EXPECT_EQ(trouble.failed, !trouble.reason.empty()) << c.name;
            told.push_back(trouble.lookup.name + ' ' +
                           (trouble.failed ? std::string(trouble.reason) : "slow") + ' ' +
                           std::to_string(trouble.lookup.tries) + ' ' +
                           std::to_string(trouble.lookup.asked.frame - 1));
        }
        EXPECT_EQ(told, c.troubles) << c.name;
    }
}

TEST(NameTroubles, OfAnArchiveAreMeasuredByItsOwnEnd) {
    LookupCollector collector;
    Asker{collector, "one.test"}.asks(0);
    collector.end_archive(0);
    Asker{collector, "two.test"}.asks(0);
    collector.end_archive(1);
    const LookupIndex index(collector.lookups(), {ms(100).time, ms(5000).time});
    const std::vector<NameTrouble> troubles = index.troubles();
    ASSERT_EQ(troubles.size(), 1);
    EXPECT_EQ(troubles.front().lookup.name, "two.test");
}

}  // namespace
}  // namespace tlstriage::engine
