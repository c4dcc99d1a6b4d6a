// Questions and answers put together.
#include <gtest/gtest.h>

#include "lookups_maker.h"

namespace tlstriage::engine {
namespace {

TEST(LookupCollector, JoinsAQuestionAndItsAnswer) {
    LookupCollector collector;
    const Asker asker{collector, "a.test", type_a, 77};
    asker.asks(0);
    asker.is_told(25, {1, 2});
    ASSERT_EQ(collector.lookups().size(), 1);
    const Lookup& lookup = collector.lookups().front();
    EXPECT_EQ(lookup.client, ip(10));
    EXPECT_EQ(lookup.resolver, (Endpoint{ip(53), 53}));
    EXPECT_EQ(lookup.name, "a.test");
    EXPECT_EQ(lookup.type, type_a);
    EXPECT_EQ(lookup.rcode, 0);
    EXPECT_EQ(lookup.tries, 1);
    EXPECT_EQ(lookup.asked, ms(0));
    EXPECT_EQ(lookup.last_asked, ms(0));
    EXPECT_EQ(lookup.answered, ms(25));
    EXPECT_EQ(lookup.addresses, (std::vector{ip(1), ip(2)}));
    EXPECT_TRUE(lookup.succeeded());
    EXPECT_FALSE(lookup.over_tcp);
}

TEST(LookupCollector, CountsRepetitionsOfTheSameQuestion) {
    LookupCollector collector;
    const Asker asker{collector, "a.test"};
    asker.asks(0);
    asker.asks(5000);
    asker.asks(10'000);
    asker.is_told(10'020, {1});
    ASSERT_EQ(collector.lookups().size(), 1);
    const Lookup& lookup = collector.lookups().front();
    EXPECT_EQ(lookup.tries, 3);
    EXPECT_EQ(lookup.asked, ms(0));
    EXPECT_EQ(lookup.last_asked, ms(10'000));
    EXPECT_EQ(lookup.answered, ms(10'020));
}

/// The `any` interface and SPAN ports show each frame twice.
TEST(LookupCollector, CopiesOfTheCaptureAreNoRepetitions) {
    LookupCollector collector;
    const Asker asker{collector, "a.test"};
    asker.asks(0);
    asker.asks(1);
    asker.is_told(30, {1});
    asker.is_told(31, {1});
    ASSERT_EQ(collector.lookups().size(), 1);
    EXPECT_EQ(collector.lookups().front().tries, 1);
    EXPECT_EQ(collector.lookups().front().last_asked, ms(0));
    EXPECT_EQ(collector.lookups().front().answered, ms(30));
}

TEST(LookupCollector, TellsQuestionsApart) {
    LookupCollector collector;
    const Asker base{collector, "a.test"};
    std::vector<Asker> askers{base};
    const auto vary = [&](auto change) {
        Asker asker = base;
        change(asker);
        askers.push_back(asker);
    };
    vary([](Asker& a) { a.id = 2; });
    vary([](Asker& a) { a.type = type_aaaa; });
    vary([](Asker& a) { a.name = "b.test"; });
    vary([](Asker& a) { a.client = ip(11); });
    vary([](Asker& a) { a.resolver = ip(54); });
    vary([](Asker& a) { a.port = 40'001; });
    for (const Asker& asker : askers)
        asker.asks(0);
    ASSERT_EQ(collector.lookups().size(), askers.size());
    // Each answer finds its own question.
    for (std::size_t i = askers.size(); i-- > 0;)
        askers[i].is_told(static_cast<std::int64_t>(10 + i), {1});
    ASSERT_EQ(collector.lookups().size(), askers.size());
    for (std::size_t i = 0; i < askers.size(); ++i) {
        EXPECT_EQ(collector.lookups()[i].answered, ms(static_cast<std::int64_t>(10 + i))) << i;
    }
}

TEST(LookupCollector, BelievesNoAnswerFromAnotherPort) {
    LookupCollector collector;
    collector.message(as_bytes(plain::dns::query(1, "a.test", 1)), {ip(10), 40'000}, {ip(53), 5353},
                      false, 0, ms(0));
    EXPECT_TRUE(collector.lookups().empty());
}

TEST(LookupCollector, NamesAreComparedWithoutCase) {
    LookupCollector collector;
    Asker asker{collector, "A.TeSt"};
    asker.asks(0);
    asker.name = "a.test";
    asker.is_told(5, {1});
    ASSERT_EQ(collector.lookups().size(), 1);
    EXPECT_TRUE(collector.lookups().front().succeeded());
}

TEST(LookupCollector, KeepsAnAnswerWithoutItsQuestion) {
    LookupCollector collector;
    Asker{collector, "a.test"}.is_told(5, {1});
    ASSERT_EQ(collector.lookups().size(), 1);
    const Lookup& lookup = collector.lookups().front();
    EXPECT_EQ(lookup.tries, 0);
    EXPECT_EQ(lookup.answered, ms(5));
    EXPECT_EQ(lookup.addresses, std::vector{ip(1)});
}

TEST(LookupCollector, AsksAnewAfterAnAnswerAndAfterALongTime) {
    LookupCollector collector;
    const Asker asker{collector, "a.test"};
    asker.asks(0);
    asker.is_told(5, {1});
    asker.asks(100);  // the same id again: another lookup
    EXPECT_EQ(collector.lookups().size(), 2);
    asker.asks(100 + 30'000);  // still the same question
    EXPECT_EQ(collector.lookups().size(), 2);
    asker.asks(100 + 30'000 + 30'001);
    ASSERT_EQ(collector.lookups().size(), 3);
    asker.is_told(100 + 30'000 + 30'002, {2});
    EXPECT_FALSE(collector.lookups()[1].answered.seen());
    EXPECT_TRUE(collector.lookups()[2].answered.seen());
}

TEST(LookupCollector, NotesRcodeTruncationAndOrigin) {
    LookupCollector collector;
    Asker asker{collector, "a.test"};
    asker.file = 4;
    asker.asks(0);
    asker.is_told(1, {}, 3, plain::dns::truncated_bit);
    collector.message(as_bytes(plain::dns::query(9, "b.test", 1)), {ip(10), 1}, {ip(53), 53}, true,
                      4, ms(2));
    ASSERT_EQ(collector.lookups().size(), 2);
    EXPECT_EQ(collector.lookups()[0].rcode, 3);
    EXPECT_TRUE(collector.lookups()[0].truncated);
    EXPECT_FALSE(collector.lookups()[0].succeeded());
    EXPECT_EQ(collector.lookups()[0].file, 4);
    EXPECT_TRUE(collector.lookups()[1].over_tcp);
}

TEST(LookupCollector, KeepsArchivesApart) {
    LookupCollector collector;
    const Asker asker{collector, "a.test"};
    asker.asks(0);
    collector.end_archive(0);
    asker.is_told(5, {1});  // no answer to a question of another archive
    collector.end_archive(1);
    ASSERT_EQ(collector.lookups().size(), 2);
    EXPECT_EQ(collector.lookups()[0].archive, 0);
    EXPECT_FALSE(collector.lookups()[0].answered.seen());
    EXPECT_EQ(collector.lookups()[1].archive, 1);
    EXPECT_EQ(collector.lookups()[1].tries, 0);
}

TEST(LookupCollector, IgnoresWhatIsNoDns) {
    LookupCollector collector;
    collector.message(as_bytes("not a message at all"), {ip(10), 1}, {ip(53), 53}, false, 0, ms(0));
    collector.message({}, {ip(10), 1}, {ip(53), 53}, false, 0, ms(0));
    EXPECT_TRUE(collector.lookups().empty());
}

}  // namespace
}  // namespace tlstriage::engine
