// Signs that a reset is not its sender's own (verdicts.md §5), and bytes that are missing where a
// stream ends.
#include <gtest/gtest.h>

#include "played_flow.h"

namespace tlstriage::evidence {
namespace {

struct IdCase {
    const char* name;
    std::vector<std::uint16_t> ids;  ///< of the server's segments, the SYN-ACK first
    std::uint16_t rst_id;
    bool breaks;
};

TEST(ResetSigns, AnIdThatBreaksACount) {
    const std::vector<IdCase> cases{
        {"goes on", {100, 101, 102, 103}, 104, false},
        {"goes on after a few to others", {100, 110, 115, 150}, 190, false},
        {"breaks it", {100, 101, 102, 103}, 30'000, true},
        {"falls behind", {100, 101, 102, 103}, 50, true},
        {"0 says nothing", {100, 101, 102, 103}, 0, false},
        {"data of ID 0 do not count", {0, 0, 0, 0}, 30'000, false},
        {"random", {4711, 17, 60'000, 333}, 9, false},
        {"too short a count", {0, 0, 102, 103}, 30'000, false},
        {"a SYN-ACK of 0 before a count", {0, 101, 102, 103, 104}, 30'000, true},
        {"over the end of 16 bits", {65'533, 65'534, 65'535, 1}, 2, false},
        {"over the end of 16 bits, broken", {65'533, 65'534, 65'535, 1}, 65'000, true},
    };
    for (const IdCase& c : cases) {
        PlayedFlow flow;
        flow.send(Side::client, {.at = 0, .flags = syn}, 1460);
        flow.server({.at = 10, .flags = syn | ack, .id = c.ids[0]});
        std::uint32_t offset = 0;
        for (std::size_t i = 1; i < c.ids.size(); ++i) {
            flow.server({.at = 20 + static_cast<std::int64_t>(i),
                         .offset = offset,
                         .data = some(10),
                         .id = c.ids[i]});
            offset += 10;
        }
        flow.server({.at = 50, .offset = offset, .flags = rst, .id = c.rst_id});
        EXPECT_EQ(flow.evidence.of_server().reset_signs.rst_breaks_ids, c.breaks) << c.name;
    }
}

TEST(ResetSigns, HopsOfDataAndOfTheReset) {
    PlayedFlow flow;
    flow.send(Side::client, {.at = 0, .flags = syn}, 1460);
    flow.server({.at = 10, .flags = syn | ack, .hops = 64, .place = 2});  // a proxy's
    flow.server({.at = 15, .hops = 63});
    flow.server({.at = 20, .data = some(10), .hops = 52, .place = 2});
    flow.server({.at = 21, .offset = 10, .data = some(10), .hops = 52, .place = 2});
    flow.server({.at = 30, .offset = 20, .flags = rst, .hops = 61, .place = 3});
    const SideEvidence& server = flow.evidence.of_server();
    EXPECT_EQ(server.syn_hops, 64);
    EXPECT_EQ(server.data_hops, 52);
    EXPECT_EQ(server.rst_hops, 61);
    EXPECT_EQ(server.reset_signs.data_place, 2);
    EXPECT_EQ(server.reset_signs.rst_place, 3);
    EXPECT_FALSE(server.reset_signs.data_hops_vary);
}

TEST(ResetSigns, HopsThatVaryAtOnePlace) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(10), .hops = 52});
    flow.server({.at = 31, .offset = 10, .data = some(10), .hops = 51, .place = 1});
    EXPECT_FALSE(flow.evidence.of_server().reset_signs.data_hops_vary);  // seen elsewhere
    flow.server({.at = 32, .offset = 20, .hops = 51});
    EXPECT_FALSE(flow.evidence.of_server().reset_signs.data_hops_vary);  // carries no data
    flow.server({.at = 33, .offset = 20, .data = some(10), .hops = 51});
    EXPECT_TRUE(flow.evidence.of_server().reset_signs.data_hops_vary);
}

TEST(ResetSigns, NewPayloadAfterTheReset) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(10)});
    flow.server({.at = 40, .offset = 10, .flags = rst | ack});
    const Moment& after = flow.evidence.of_server().reset_signs.new_payload_after;
    flow.server({.at = 50, .offset = 10});
    flow.server({.at = 51, .offset = 0, .data = some(10)});
    EXPECT_FALSE(after.seen());  // an acknowledgement and a repetition may have crossed it
    flow.server({.at = 52, .offset = 10, .data = some(10)});
    EXPECT_EQ(after, ms(52));
    flow.server({.at = 53, .offset = 20, .data = some(10)});
    EXPECT_EQ(after, ms(52));
}

TEST(ResetSigns, TheFirstResetCounts) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .flags = rst, .hops = 40});
    flow.server({.at = 31, .flags = rst, .hops = 50});
    EXPECT_EQ(flow.evidence.of_server().rst, ms(30));
    EXPECT_EQ(flow.evidence.of_server().rst_hops, 40);
    EXPECT_EQ(flow.evidence.of_server().rst_count, 2);
}

TEST(ResetSigns, AnswersToASyn) {
    const auto answers = [](bool after_syn_ack, std::uint8_t flags, std::uint32_t acks) {
        PlayedFlow flow;
        flow.send(Side::client, {.at = 0, .flags = syn}, 1460);
        if (after_syn_ack) flow.server({.at = 5, .flags = syn | ack});
        flow.server({.at = 10, .acks = acks, .flags = flags});
        return flow.evidence.of_server().rst_answers_syn;
    };
    EXPECT_TRUE(answers(false, rst | ack, 0));  // RFC 9293 §3.10.7.1: ACK = SEG.SEQ + SEG.LEN
    EXPECT_FALSE(answers(false, rst | ack, 100));
    EXPECT_FALSE(answers(false, rst, 0));
    EXPECT_FALSE(answers(true, rst | ack, 0));
}

/// RFC 9293 §3.5.3: a reset may hold text that explains it. It is not of the stream.
TEST(Reset, ItsTextIsNoData) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = "sorry, no more connections", .flags = rst | ack});
    EXPECT_FALSE(flow.evidence.of_server().first_data.seen());
    EXPECT_FALSE(flow.evidence.of_server().last_payload.seen());
    EXPECT_EQ(flow.evidence.of_server().largest_segment, 0);
}

TEST(Fin, ItsNumberIsBehindItsData) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100), .flags = ack | fin});
    flow.finish();
    const SideEvidence& server = flow.evidence.of_server();
    EXPECT_EQ(server.fin, ms(30));
    EXPECT_EQ(server.fin_sequence, PlayedFlow::server_isn + 1 + 100);
    EXPECT_EQ(server.hole_bytes, 0);
    EXPECT_EQ(server.lost_bytes, 0);
}

TEST(Hole, BeforeAFin) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100)});
    flow.client({.at = 35, .acks = 100});
    flow.server({.at = 40, .offset = 600, .flags = ack | fin});
    flow.client({.at = 45, .acks = 100});
    flow.finish();
    const SideEvidence& server = flow.evidence.of_server();
    EXPECT_EQ(server.hole_bytes, 500);
    EXPECT_EQ(server.first_hole, ms(40));
    EXPECT_EQ(server.lost_bytes, 0);
}

TEST(Hole, OfAllThatWasSent) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 40, .offset = 600, .flags = ack | fin});
    flow.finish();
    EXPECT_EQ(flow.evidence.of_server().hole_bytes, 600);
}

TEST(Hole, NoneWhenTheFinIsAcknowledged) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100)});
    flow.server({.at = 40, .offset = 100, .flags = ack | fin});
    flow.client({.at = 45, .acks = 101});
    flow.finish();
    EXPECT_EQ(flow.evidence.of_server().hole_bytes, 0);
    EXPECT_EQ(flow.evidence.of_server().lost_bytes, 0);
}

TEST(Hole, IsTheCapturesWhenItIsAcknowledged) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100)});
    flow.server({.at = 40, .offset = 300, .data = some(100)});
    flow.client({.at = 45, .acks = 400});
    flow.finish();
    const SideEvidence& server = flow.evidence.of_server();
    EXPECT_EQ(server.lost_bytes, 200);
    EXPECT_EQ(server.first_loss, ms(40));
    EXPECT_EQ(server.hole_bytes, 0);
}

TEST(Hole, StaysTheNetworksWhenItIsNot) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100)});
    flow.server({.at = 40, .offset = 300, .data = some(100)});
    flow.client({.at = 45, .acks = 100, .sack_from = 300, .sack_to = 400});
    flow.finish();
    const SideEvidence& server = flow.evidence.of_server();
    EXPECT_EQ(server.hole_bytes, 200);
    EXPECT_EQ(server.first_hole, ms(40));
    EXPECT_EQ(server.lost_bytes, 0);
}

TEST(Hole, ThatIsFilledWasNone) {
    PlayedFlow flow;
    flow.connect();
    const std::string hello = client_hello_record();
    flow.client({.at = 30, .offset = 20, .data = hello.substr(20)});
    EXPECT_EQ(flow.evidence.client_hellos, 0);
    flow.client({.at = 31, .offset = 0, .data = hello.substr(0, 20)});
    flow.finish();
    EXPECT_EQ(flow.evidence.client_hellos, 1);
    EXPECT_EQ(flow.evidence.client_hello_at, ms(31));
    EXPECT_EQ(flow.evidence.of_client().hole_bytes, 0);
}

TEST(Tail, AcknowledgedAndNeverSeenIsLost) {
    PlayedFlow flow;
    flow.connect();
    flow.server({.at = 30, .data = some(100)});
    flow.client({.at = 45, .acks = 400});
    flow.finish();
    EXPECT_EQ(flow.evidence.of_server().lost_bytes, 300);
}

}  // namespace
}  // namespace tlstriage::evidence
