// Who sent that reset: the signs of verdicts.md §5, alone and together.
#include <gtest/gtest.h>

#include <functional>

#include "made_evidence.h"

namespace tlstriage::verdict {
namespace {

/// A flow whose server, 10 ms away, resets it 20 ms after the ClientHello. Both numbers of hops are
/// 60.
struct Flow {
    Evidence e;
    ServerHistory history;

    Flow() {
        client_hello(e);
        auto& server = e.side(Side::server);
        server.rst = at(40);
        server.rst_count = 1;
        server.rst_hops = server.data_hops = 60;
        history.capture_end = at(7000).time;
    }
    evidence::SideEvidence& server() { return e.side(Side::server); }
    evidence::SideEvidence& client() { return e.side(Side::client); }
    [[nodiscard]] Verdict verdict() const { return judge(e, history); }
};

struct Sign {
    const char* name;
    std::function<void(Flow&)> show;
    int weight;
};

const std::vector<Sign> signs{
    {"one hop more", [](Flow& f) { f.server().rst_hops = 61; }, 1},
    {"breaks the count of IP IDs", [](Flow& f) { f.server().reset_signs.rst_breaks_ids = true; },
     1},
    {"new payload after it", [](Flow& f) { f.server().reset_signs.new_payload_after = at(55); }, 1},
    {"one to the client too",
     [](Flow& f) {
         f.client().rst = f.server().rst;
         f.client().rst.time += milliseconds(10);
         f.client().rst.frame += 10;
     },
     1},
    {"faster than the SYN-ACK",
     [](Flow& f) {
         f.server().rst = at(23);
         if (f.client().rst.seen()) f.client().rst = at(25);
     },
     1},
    {"two hops less", [](Flow& f) { f.server().rst_hops = 58; }, 2},
};

void expect_sender(const Verdict& verdict, int weight, const std::string& what) {
    EXPECT_EQ(name(verdict.cause), "reset_after_client_hello") << what;
    const bool doubtful = weight == 1;
    EXPECT_EQ(name(verdict.actor), weight >= 2 ? "middlebox" : "server") << what;
    EXPECT_EQ(name(verdict.confidence), "likely") << what;
    EXPECT_EQ(verdict.alternatives, doubtful ? std::vector<std::string_view>{"middlebox"}
                                             : std::vector<std::string_view>{})
        << what;
}

TEST(Reset, WithoutASignIsTheServers) {
    expect_sender(Flow().verdict(), 0, "no sign");
}

TEST(Reset, OneSignMakesAnAlternative) {
    for (const Sign& sign : signs) {
        Flow flow;
        sign.show(flow);
        expect_sender(flow.verdict(), sign.weight, sign.name);
    }
}

TEST(Reset, TwoSignsMakeAMiddlebox) {
    for (std::size_t i = 0; i < signs.size(); ++i) {
        for (std::size_t j = i + 1; j < signs.size(); ++j) {
            Flow flow;
            signs[i].show(flow);
            signs[j].show(flow);
            expect_sender(flow.verdict(), 2, std::string(signs[i].name) + ", " + signs[j].name);
        }
    }
}

TEST(Reset, WhatIsNoSign) {
    const std::vector<Sign> none{
        {"data captured at another place",
         [](Flow& f) {
             f.server().rst_hops = 50;
             f.server().reset_signs.data_place = 1;
             f.server().reset_signs.rst_place = 2;
         },
         0},
        {"its data's hops vary",
         [](Flow& f) {
             f.server().rst_hops = 50;
             f.server().reset_signs.data_hops_vary = true;
         },
         0},
        {"hops are not known",
         [](Flow& f) {
             f.server().data_hops = 0;
             f.server().rst_hops = 50;
         },
         0},
        {"both resets, but more than a round trip apart", [](Flow& f) { f.client().rst = at(51); },
         0},
        {"both resets, but data crossed the first",
         [](Flow& f) {
             f.client().last_payload = at(41);
             f.client().rst = at(45);
         },
         0},
        {"a SYN that was repeated measures no round trip",
         [](Flow& f) {
             f.server().rst = at(23);
             f.client().syn_count = 2;
         },
         0},
        {"a round trip too short to measure",
         [](Flow& f) {
             f.server().syn = at(1);
             f.client().acknowledgement = at(2);
             f.server().rst = at(20);
             f.server().rst.frame = 22;
         },
         0},
    };
    for (const Sign& sign : none) {
        Flow flow;
        sign.show(flow);
        expect_sender(flow.verdict(), 0, sign.name);
    }
}

TEST(Reset, HopsOfTheServersOtherFlowsCount) {
    Flow flow;
    flow.server().data_hops = 0;
    flow.server().rst_hops = 50;
    flow.history.server_hops = 51;
    expect_sender(flow.verdict(), 1, "one hop");
    flow.history.server_hops = 52;
    expect_sender(flow.verdict(), 2, "two hops");
    // Its own count first.
    flow.server().data_hops = 50;
    expect_sender(flow.verdict(), 0, "its own");
}

TEST(Reset, OfTheClientMayBeForgedToo) {
    Flow flow;
    server_hello(flow.e, tls12);
    flow.e.server_hello_done = at(42);
    flow.server().rst = {};
    flow.client().rst = at(60);
    flow.client().data_hops = 64;
    flow.client().rst_hops = 64;
    EXPECT_EQ(name(flow.verdict().actor), "client");
    flow.client().rst_hops = 61;
    EXPECT_EQ(name(flow.verdict().cause), "server_hello_rejected");
    EXPECT_EQ(name(flow.verdict().actor), "middlebox");
    EXPECT_EQ(name(flow.verdict().confidence), "likely");
    EXPECT_EQ(flow.verdict().decisive, at(60));
}

TEST(Reset, InAnswerToASynMayBeForgedToo) {
    Flow flow;
    flow.e = {};
    flow.client().syn = flow.client().first_segment = at(0);
    flow.server().rst = flow.server().first_segment = at(5);
    flow.server().rst_answers_syn = true;
    flow.server().rst_hops = 63;
    EXPECT_EQ(name(flow.verdict().cause), "connection_refused");
    EXPECT_EQ(name(flow.verdict().actor), "server");
    EXPECT_EQ(name(flow.verdict().confidence), "proven");
    flow.history.server_hops = 50;
    EXPECT_EQ(name(flow.verdict().cause), "connection_refused");
    EXPECT_EQ(name(flow.verdict().actor), "middlebox");
    EXPECT_EQ(name(flow.verdict().confidence), "likely");
}

TEST(Reset, BeforeTheHelloMayBeForgedToo) {
    Flow flow;
    flow.e = {};
    connect(flow.e);
    flow.server().rst = at(40);
    flow.server().reset_signs.rst_breaks_ids = true;
    flow.server().reset_signs.new_payload_after = at(50);
    EXPECT_EQ(name(flow.verdict().cause), "reset_before_hello");
    EXPECT_EQ(name(flow.verdict().actor), "middlebox");
}

TEST(Reset, ThatIsNotTheCauseIsNotQuestioned) {
    Flow flow;
    alert(flow.e, Side::server, 40);  // at 45
    flow.server().rst = at(46);
    flow.server().rst_hops = 40;
    EXPECT_EQ(name(flow.verdict().cause), "no_shared_parameters");
    EXPECT_EQ(name(flow.verdict().actor), "server");
    EXPECT_TRUE(flow.verdict().alternatives.empty());
}

}  // namespace
}  // namespace tlstriage::verdict
