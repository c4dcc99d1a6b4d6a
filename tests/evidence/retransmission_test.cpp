// What a sender repeats in vain, what it knows to have arrived, and frames that the capture holds
// twice.
#include <gtest/gtest.h>

#include "played_flow.h"

namespace tlstriage::evidence {
namespace {

TEST(Stuck, IsWhatIsRepeatedAndNotAcknowledged) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .offset = 0, .data = some(1460)});
    flow.server({.at = 31, .offset = 1460, .data = some(500)});
    const StuckRange& stuck = flow.evidence.of_server().stuck;
    EXPECT_EQ(stuck.repeats, 0);
    flow.client({.at = 40, .sack_from = 1460, .sack_to = 1960});
    EXPECT_TRUE(stuck.later_acknowledged);
    flow.server({.at = 250, .offset = 0, .data = some(1460)});
    flow.server({.at = 700, .offset = 0, .data = some(1460)});
    flow.server({.at = 1600, .offset = 0, .data = some(1460)});
    EXPECT_EQ(stuck.bytes, 1460);
    EXPECT_EQ(stuck.repeats, 3);
    EXPECT_EQ(stuck.first_repeat, ms(250));
    EXPECT_EQ(stuck.last_repeat, ms(1600));
    EXPECT_EQ(flow.evidence.of_server().retransmits, 3);
    EXPECT_FALSE(flow.evidence.of_server().full_segment_acknowledged);
    // It arrives in the end.
    flow.client({.at = 1700, .acks = 1960});
    EXPECT_EQ(stuck.repeats, 0);
    EXPECT_EQ(stuck.bytes, 0);
    EXPECT_FALSE(stuck.later_acknowledged);
    EXPECT_TRUE(flow.evidence.of_server().full_segment_acknowledged);
}

TEST(Stuck, IsNotWhatLiesFurtherOn) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .offset = 0, .data = some(100)});
    flow.server({.at = 31, .offset = 100, .data = some(100)});
    flow.server({.at = 300, .offset = 100, .data = some(100)});
    EXPECT_EQ(flow.evidence.of_server().stuck.repeats, 0);
    EXPECT_EQ(flow.evidence.of_server().retransmits, 1);
    // What was acknowledged is repeated: that is an acknowledgement lost.
    flow.client({.at = 310, .acks = 200});
    flow.server({.at = 600, .offset = 100, .data = some(100)});
    EXPECT_EQ(flow.evidence.of_server().stuck.repeats, 0);
}

TEST(Stuck, BeginsAtTheFirstByteThatIsMissing) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .offset = 0, .data = some(3000)});  // a super-frame
    flow.client({.at = 40, .acks = 1000});
    flow.server({.at = 300, .offset = 1000, .data = some(1460)});
    flow.server({.at = 600, .offset = 1000, .data = some(400)});
    const StuckRange& stuck = flow.evidence.of_server().stuck;
    EXPECT_EQ(stuck.repeats, 2);
    EXPECT_EQ(stuck.bytes, 1460);  // the longest that began there
    // A repetition that begins before it covers it as well.
    flow.server({.at = 900, .offset = 500, .data = some(2000)});
    EXPECT_EQ(stuck.repeats, 3);
    EXPECT_EQ(stuck.bytes, 1500);
}

TEST(Stuck, OfTheClientToo) {
    PlayedFlow flow;
    flow.connect();
    flow.client({.at = 30, .data = client_hello_record()});
    flow.client({.at = 230, .data = client_hello_record()});
    flow.client({.at = 630, .data = client_hello_record()});
    const SideEvidence& client = flow.evidence.of_client();
    EXPECT_EQ(client.stuck.repeats, 2);
    EXPECT_EQ(client.stuck.bytes, client_hello_record().size());
    EXPECT_EQ(client.last_payload, ms(630));
    EXPECT_EQ(client.first_data, ms(30));
    EXPECT_EQ(flow.evidence.client_hellos, 1);
    EXPECT_EQ(flow.evidence.client_hello_at, ms(30));
    EXPECT_EQ(client.hello_end, PlayedFlow::client_isn + 1 + 50);
}

TEST(FullSegment, IsKnownToHaveArrivedByAnAcknowledgement) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .offset = 0, .data = some(200)});
    flow.server({.at = 31, .offset = 200, .data = some(1448)});
    flow.client({.at = 40, .acks = 200});
    EXPECT_FALSE(flow.evidence.of_server().full_segment_acknowledged);
    flow.client({.at = 41, .acks = 1647});
    EXPECT_FALSE(flow.evidence.of_server().full_segment_acknowledged);
    flow.client({.at = 42, .acks = 1648});
    EXPECT_TRUE(flow.evidence.of_server().full_segment_acknowledged);
}

TEST(FullSegment, IsKnownToHaveArrivedSelectively) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .offset = 0, .data = some(1448)});
    flow.server({.at = 31, .offset = 1448, .data = some(1448)});
    flow.client({.at = 40, .sack_from = 1448, .sack_to = 1548});  // a short one
    EXPECT_FALSE(flow.evidence.of_server().full_segment_acknowledged);
    flow.client({.at = 41, .sack_from = 1448, .sack_to = 2896});
    EXPECT_TRUE(flow.evidence.of_server().full_segment_acknowledged);
}

TEST(FullSegment, IsMeasuredByTheSmallerMss) {
    for (const bool client_smaller : {true, false}) {
        PlayedFlow flow;
        flow.connect(client_smaller ? 600 : 1460, client_smaller ? 1460 : 600);
        flow.server({.at = 30, .offset = 0, .data = some(500)});
        flow.client({.at = 40, .acks = 500});
        EXPECT_FALSE(flow.evidence.of_server().full_segment_acknowledged);
        flow.server({.at = 50, .offset = 500, .data = some(588)});
        flow.client({.at = 60, .acks = 1088});
        EXPECT_TRUE(flow.evidence.of_server().full_segment_acknowledged);
    }
}

/// A payload segment of the server and another one behind it.
struct Pair {
    const char* name;
    Sent first;
    Sent second;
    bool duplicate;
};

TEST(Duplicates, AreToldFromRepetitions) {
    const Sent numbered{.at = 30, .data = "hello", .id = 7};
    const Sent stamped{.at = 30, .data = "hello", .clock = 77};
    const Sent bare{.at = 30, .data = "hello"};
    const auto again = [](Sent sent, auto change) {
        sent.at = 31;
        change(sent);
        return sent;
    };
    const std::vector<Pair> pairs{
        {"at another interface", numbered, again(numbered, [](Sent& s) { s.place = 1; }), true},
        {"routed", numbered, again(numbered, [](Sent& s) { s.hops = 63; }), true},
        {"20 ms later", numbered, again(numbered, [](Sent& s) { s.at = 50; }), true},
        {"21 ms later", numbered, again(numbered, [](Sent& s) { s.at = 51; }), false},
        {"another IP ID", numbered, again(numbered, [](Sent& s) { s.id = 8; }), false},
        {"another payload", numbered, again(numbered, [](Sent& s) { s.data = "hallo"; }), false},
        {"another acknowledgement", numbered, again(numbered, [](Sent& s) { s.acks = 1; }), false},
        {"other flags", numbered, again(numbered, [](Sent& s) { s.flags = ack | fin; }), false},
        {"the same clock elsewhere", stamped, again(stamped, [](Sent& s) { s.place = 1; }), true},
        {"the same clock, routed", stamped, again(stamped, [](Sent& s) { s.hops = 63; }), true},
        {"the same clock at the same place", stamped, again(stamped, [](Sent&) {}), false},
        {"another clock", stamped, again(stamped, [](Sent& s) { s.clock = 78, s.place = 1; }),
         false},
        {"neither number nor clock", bare, again(bare, [](Sent& s) { s.place = 1; }), false},
    };
    for (const Pair& pair : pairs) {
        PlayedFlow flow;
        flow.connect();
        EXPECT_NE(flow.server(pair.first), Progress::duplicate) << pair.name;
        EXPECT_EQ(flow.server(pair.second) == Progress::duplicate, pair.duplicate) << pair.name;
        EXPECT_EQ(flow.evidence.duplicates, pair.duplicate ? 1 : 0) << pair.name;
        EXPECT_EQ(flow.evidence.of_server().retransmits, pair.duplicate ? 0 : 1) << pair.name;
    }
}

TEST(Duplicates, AreUsedForNothing) {
    PlayedFlow flow;
    for (const std::uint16_t place : {std::uint16_t{0}, std::uint16_t{1}}) {
        flow.send(Side::client, {.at = 0, .flags = syn, .id = 1, .place = place}, 1460);
    }
    for (const std::uint16_t place : {std::uint16_t{0}, std::uint16_t{1}}) {
        flow.send(Side::server, {.at = 10, .flags = syn | ack, .hops = 60, .id = 9, .place = place},
                  1460);
    }
    flow.client({.at = 20, .id = 2});
    flow.server({.at = 30, .flags = rst | ack, .id = 10, .place = 0});
    flow.server({.at = 31, .flags = rst | ack, .id = 10, .place = 1});
    EXPECT_EQ(flow.evidence.duplicates, 3);
    EXPECT_EQ(flow.evidence.of_client().syn_count, 1);
    EXPECT_EQ(flow.evidence.of_server().syn_count, 1);
    EXPECT_EQ(flow.evidence.of_server().rst_count, 1);
    EXPECT_EQ(flow.evidence.of_server().rst, ms(30));
}

TEST(Duplicates, OfOneDirectionAreNoneOfTheOther) {
    PlayedFlow flow;
    flow.connect();
    const Sent sent{.at = 30, .data = "hello", .id = 7};
    EXPECT_NE(flow.client(sent), Progress::duplicate);
    EXPECT_NE(flow.server(sent), Progress::duplicate);
}

}  // namespace
}  // namespace tlstriage::evidence
