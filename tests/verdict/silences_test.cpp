// Waiting in vain (verdicts.md §3): what the packets show of where it stuck.
#include <gtest/gtest.h>

#include <functional>

#include "made_evidence.h"

namespace tlstriage::verdict {
namespace {

constexpr std::string_view black_hole_or_loss = "mtu_black_hole loss_stall";

struct Case {
    const char* name;
    std::function<void(Evidence&)> see;
    std::string verdict;  ///< "cause actor confidence", then the reason when there is one
    std::int64_t decisive;
    std::int64_t wait = 0;  ///< ms; not claimed when 0
    std::string_view alternatives = {};
};

void check(const std::vector<Case>& cases, std::int64_t capture_end = 9000) {
    for (const Case& c : cases) {
        Evidence e;
        c.see(e);
        const Verdict verdict = judge(e, {.capture_end = at(capture_end).time, .tls_port = true});
        std::string text = std::string(name(verdict.cause)) + ' ' +
                           std::string(name(verdict.actor)) + ' ' +
                           std::string(name(verdict.confidence));
        if (verdict.reason != Word::none) text += ' ' + std::string(name(verdict.reason));
        EXPECT_EQ(text, c.verdict) << c.name;
        EXPECT_EQ(verdict.decisive, at(c.decisive)) << c.name;
        if (c.wait != 0) {
            EXPECT_EQ(verdict.wait, milliseconds(c.wait)) << c.name;
        }
        std::string alternatives;
        for (const std::string_view alternative : verdict.alternatives)
            alternatives += (alternatives.empty() ? "" : " ") + std::string(alternative);
        EXPECT_EQ(alternatives, c.alternatives) << c.name;
    }
}

/// Answers of the server come at once, those of the client 19 ms later.
void capture_at_server(Evidence& e) {
    e.side(Side::server).syn = at(1);
    e.side(Side::client).acknowledgement = at(20);
}
void client_leaves(Evidence& e, std::int64_t when) {
    e.side(Side::client).fin = at(when);
    e.last = at(when);
}
/// In the middle of a TLS 1.2 flight: everything sent has arrived.
void within_flight(Evidence& e) {
    server_hello(e, tls12);
    auto& server = e.side(Side::server);
    server.last_data = server.last_payload = at(45);
    server.certificate = at(44);
}
void flight_done(Evidence& e) {
    within_flight(e);
    e.server_hello_done = at(45);
}

TEST(ServerSilent, BeforeItsFlight) {
    check({
        {"seen from the client's side",
         [](Evidence& e) {
             client_hello(e);
             client_leaves(e, 6020);
         },
         "server_silent server possible", 20, 6000, black_hole_or_loss},
        {"seen from the server's side",
         [](Evidence& e) {
             client_hello(e);
             capture_at_server(e);
             client_leaves(e, 6020);
         },
         "server_silent server likely", 20, 6000},
        {"the client has enough after 1 s",
         [](Evidence& e) {
             client_hello(e);
             client_leaves(e, 1020);
         },
         "server_silent server possible", 20, 1000, black_hole_or_loss},
        {"nobody closes", [](Evidence& e) { client_hello(e); }, "server_silent server possible", 20,
         8980, black_hole_or_loss},
        {"after a HelloRetryRequest",
         [](Evidence& e) {
             client_hello(e);
             e.hello_retry = true;
             e.client_hellos = 2;
             e.side(Side::server).first_record = e.side(Side::server).first_data = at(30);
             e.side(Side::server).last_data = at(30);
             e.client_hello_at = at(35);
             client_leaves(e, 5000);
         },
         "server_silent server possible", 35, 4965, black_hole_or_loss},
    });
}

TEST(ServerSilent, WithinItsFlight) {
    check({
        {"TLS 1.2",
         [](Evidence& e) {
             within_flight(e);
             client_leaves(e, 2045);
         },
         "server_silent server possible", 45, 2000, black_hole_or_loss},
        {"TLS 1.2, seen from the server's side",
         [](Evidence& e) {
             within_flight(e);
             capture_at_server(e);
             client_leaves(e, 2045);
         },
         "server_silent server possible", 45, 2000, black_hole_or_loss},
        {"TLS 1.3, within a record",
         [](Evidence& e) {
             server_hello(e, tls13);
             e.side(Side::server).last_data = at(45);
             e.side(Side::server).unfinished_record = true;
             client_leaves(e, 2045);
         },
         "server_silent server possible", 45, 2000, black_hole_or_loss},
        {"TLS 1.2, before its Finished",
         [](Evidence& e) {
             flight_done(e);
             e.client_key_exchange = at(50);
             e.side(Side::client).change_cipher_spec = e.side(Side::client).finished = at(51);
             client_leaves(e, 3051);
         },
         "server_silent server possible", 51, 3000, black_hole_or_loss},
    });
}

TEST(ServerSilent, IsNotOneThatHasNotHeard) {
    check({
        {"nothing of the ClientHello arrived",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).highest_acknowledgement = 100;
             e.side(Side::client).retransmits = 3;
             e.side(Side::client).last_payload = at(3000);
             client_leaves(e, 6020);
         },
         "client_hello_lost network likely", 3000, 6000},
        {"only its beginning arrived",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).highest_acknowledgement = 200;
             e.side(Side::client).retransmits = 3;
             e.side(Side::client).last_payload = at(3000);
             client_leaves(e, 6020);
         },
         "client_hello_lost network likely large_client_hello", 3000, 6000},
        {"lost without a repetition, for 1 s",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).highest_acknowledgement = 100;
             client_leaves(e, 1020);
         },
         "client_hello_lost network likely", 20, 1000},
        {"not acknowledged yet, when the client leaves",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).highest_acknowledgement = 100;
             client_leaves(e, 1019);
         },
         "client_gave_up client likely", 1019, 999},
        {"what came behind the ClientHello does not count",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::client).hello_end = 250;
             e.side(Side::server).highest_acknowledgement = 250;
             client_leaves(e, 6020);
         },
         "server_silent server possible", 20, 6000, black_hole_or_loss},
        {"it closed",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).fin = at(6020);
         },
         "closed_after_client_hello server likely", 6020},
    });
}

/// The server repeats its first bytes three times, to 2 s.
void stuck(Evidence& e, std::uint32_t bytes) {
    server_hello(e, tls12);
    e.side(Side::client).highest_acknowledgement = 2000;
    auto& range = e.side(Side::server).stuck;
    range.bytes = bytes;
    range.repeats = 3;
    range.first_repeat = at(300);
    range.last_repeat = at(2000);
    range.later_acknowledged = true;
    client_leaves(e, 6000);
}

TEST(BlackHole, SeenAtTheSender) {
    check({
        {"full segments do not arrive, short ones do", [](Evidence& e) { stuck(e, 1460); },
         "mtu_black_hole network likely", 2000},
        {"options took 12 bytes of them", [](Evidence& e) { stuck(e, 1448); },
         "mtu_black_hole network likely", 2000},
        {"by the smaller MSS",
         [](Evidence& e) {
             stuck(e, 988);
             e.side(Side::client).mss = 1000;
             e.side(Side::server).mss = 1460;
         },
         "mtu_black_hole network likely", 2000},
        {"a full one arrived before",
         [](Evidence& e) {
             stuck(e, 1460);
             e.side(Side::server).full_segment_acknowledged = true;
         },
         "loss_stall network likely", 2000},
        {"a short one is lost", [](Evidence& e) { stuck(e, 700); }, "loss_stall network likely",
         2000},
        {"nothing at all arrives",
         [](Evidence& e) {
             stuck(e, 1460);
             e.side(Side::server).stuck.later_acknowledged = false;
             e.side(Side::server).initial_sequence = 1999;
             e.side(Side::server).data_end = 5000;
         },
         "loss_stall network likely", 2000},
        {"the client's own",
         [](Evidence& e) {
             client_hello(e);
             e.hello_retry = true;  // what is stuck is not the first ClientHello
             auto& range = e.side(Side::client).stuck;
             range.bytes = 1460;
             range.repeats = 3;
             range.first_repeat = at(300);
             range.last_repeat = at(2000);
             range.later_acknowledged = true;
             e.side(Side::server).first_record = e.side(Side::server).last_data = at(30);
             e.side(Side::server).first_data = at(30);
             client_leaves(e, 6000);
         },
         "mtu_black_hole network likely", 2000},
    });
}

/// The server's bytes have a hole from 60 ms on.
void hole(Evidence& e, std::uint32_t bytes, std::uint32_t largest) {
    server_hello(e, tls12);
    auto& server = e.side(Side::server);
    server.hole_bytes = bytes;
    server.first_hole = at(60);
    server.largest_segment = largest;
    e.side(Side::client).last_segment = at(61);
    client_leaves(e, 6000);
}

TEST(BlackHole, SeenAtTheReceiver) {
    check({
        {"a full segment is missing, none ever came", [](Evidence& e) { hole(e, 1448, 900); },
         "mtu_black_hole network likely", 60},
        {"full segments do come", [](Evidence& e) { hole(e, 1448, 1448); },
         "loss_stall network likely", 60},
        {"less than a full segment is missing", [](Evidence& e) { hole(e, 600, 900); },
         "loss_stall network likely", 60},
        {"the client does not wait for it",
         [](Evidence& e) {
             hole(e, 1448, 900);
             client_leaves(e, 900);
         },
         "capture_loss none likely", 60},
    });
}

TEST(BlackHole, ToldByIcmp) {
    const auto too_big = [](Evidence& e) {
        server_hello(e, tls12);
        e.icmp_size = {{}, 3, 4, false, at(100)};
        e.icmp_size_about = Side::server;
        e.side(Side::client).acknowledged = at(50);
        client_leaves(e, 6000);
    };
    check({
        {"nothing is acknowledged after it", too_big, "mtu_black_hole network proven", 100},
        {"the sender took it to heart",
         [&](Evidence& e) {
             too_big(e);
             e.server_hello_done = at(160);
             e.side(Side::client).acknowledged = at(150);
             e.side(Side::server).last_data = at(160);
         },
         "server_hello_rejected client possible", 6000},
    });
}

TEST(LossStall, NeedsTime) {
    const auto stalled = [](std::int64_t left) {
        Evidence e;
        stuck(e, 700);
        e.side(Side::server).stuck.repeats = 2;
        client_leaves(e, left);
        return judge(e, {.capture_end = at(9000).time}).cause;
    };
    EXPECT_EQ(stalled(1300), Cause::loss_stall);
    EXPECT_NE(stalled(1299), Cause::loss_stall);
}

TEST(LossStall, IsNotWhatTheOtherSideEnded) {
    Evidence e;
    client_hello(e);
    auto& client = e.side(Side::client);
    client.stuck.bytes = 201;
    client.stuck.repeats = 3;
    client.stuck.first_repeat = at(200);
    client.stuck.last_repeat = at(2000);
    e.side(Side::server).rst = at(3000);
    EXPECT_EQ(name(judge(e, {.capture_end = at(9000).time}).cause), "reset_after_client_hello");
}

TEST(ClientSilent, AfterTheServersFlight) {
    check({
        {"nobody closes", flight_done, "client_silent client likely", 45, 8955},
        {"the server has enough after 6 s",
         [](Evidence& e) {
             flight_done(e);
             e.side(Side::server).fin = at(6045);
         },
         "client_silent client likely", 45, 6000},
        {"the flight has not arrived",
         [](Evidence& e) {
             flight_done(e);
             e.side(Side::client).highest_acknowledgement = 1500;
         },
         "capture_ended none likely", 11},
        {"the server has enough after 4.9 s",
         [](Evidence& e) {
             flight_done(e);
             e.side(Side::server).fin = at(4945);
         },
         "closed_after_client_hello server possible", 4945},
    });
    check({{"long enough", flight_done, "client_silent client likely", 45, 5000}}, 45 + 5000);
    check({{"not long enough", flight_done, "capture_ended none likely", 11}}, 45 + 4999);
}

TEST(ClientGaveUp, WhileTheServerOwesBytes) {
    check({
        {"the first",
         [](Evidence& e) {
             client_hello(e);
             client_leaves(e, 1019);
         },
         "client_gave_up client likely", 1019, 999},
        {"the rest of its flight",
         [](Evidence& e) {
             within_flight(e);
             e.side(Side::server).certificate = {};
             client_leaves(e, 1044);
         },
         "client_gave_up client likely", 1044, 999},
        {"its Finished",
         [](Evidence& e) {
             flight_done(e);
             e.client_key_exchange = at(50);
             e.side(Side::client).change_cipher_spec = e.side(Side::client).finished = at(51);
             client_leaves(e, 551);
         },
         "client_gave_up client likely", 551, 500},
        {"with a reset",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::client).rst = at(520);
         },
         "client_gave_up client likely", 520, 500},
    });
}

}  // namespace
}  // namespace tlstriage::verdict
