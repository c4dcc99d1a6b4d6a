// What comes before TLS: STARTTLS and its kin, proxies, the PROXY header (verdicts.md §2).
#include <gtest/gtest.h>

#include <functional>

#include "made_evidence.h"

namespace tlstriage::verdict {
namespace {

using sense::Protocol;

struct Case {
    const char* name;
    std::function<void(Evidence&)> see;
    std::string verdict;  ///< "outcome cause actor confidence stage"
    std::int64_t decisive;
};

std::string text_of(const Verdict& verdict) {
    std::string text;
    for (const std::string_view word :
         {name(verdict.outcome), name(verdict.cause), name(verdict.actor), name(verdict.confidence),
          name(verdict.stage)}) {
        text += (text.empty() ? "" : " ") + std::string(word);
    }
    return text;
}

void check(const std::vector<Case>& cases, std::int64_t capture_end = 7000) {
    for (const Case& c : cases) {
        Evidence e;
        connect(e);
        c.see(e);
        const ServerHistory history{.capture_end = at(capture_end).time, .tls_port = true};
        const Verdict verdict = judge(e, history);
        EXPECT_EQ(text_of(verdict), c.verdict) << c.name;
        EXPECT_EQ(verdict.decisive, at(c.decisive)) << c.name;
        EXPECT_TRUE(is_attempt(e, history)) << c.name;
    }
}

/// Clear SMTP went both ways, to 40 ms.
void talk(Evidence& e) {
    for (const Side side : {Side::client, Side::server}) {
        auto& s = e.side(side);
        s.first_data = s.plaintext = at(20);
        s.last_data = s.last_payload = at(40);
        s.first_protocol = side == Side::client ? Protocol::smtp_client : Protocol::smtp;
    }
    e.upgrade.emplace();
    e.upgrade->kind = plain::DialogueKind::smtp;
}
void leave(Evidence& e, Side side, std::int64_t when) {
    e.side(side).fin = at(when);
    e.last = at(when);
}

TEST(StartTls, IsJudgedByItsSteps) {
    check({
        {"refused, and left",
         [](Evidence& e) {
             talk(e);
             e.upgrade->asked = at(50);
             e.upgrade->refused = at(60);
             leave(e, Side::client, 70);
         },
         "failed starttls_refused server proven starttls", 60},
        {"refused, and went on in the clear",
         [](Evidence& e) {
             talk(e);
             e.upgrade->asked = at(50);
             e.upgrade->refused = at(60);
             e.upgrade->went_on = at(65);
             leave(e, Side::client, 70);
         },
         "not_tls starttls_declined server proven starttls", 60},
        {"no answer, and left",
         [](Evidence& e) {
             talk(e);
             e.upgrade->asked = at(50);
             leave(e, Side::client, 70);
         },
         "failed starttls_refused server possible starttls", 50},
        {"no answer, and thrown out",
         [](Evidence& e) {
             talk(e);
             e.upgrade->asked = at(50);
             e.side(Side::server).rst = at(60);
         },
         "failed starttls_refused server possible starttls", 50},
        {"not offered, and left",
         [](Evidence& e) {
             talk(e);
             e.upgrade->no_offer = at(50);
             leave(e, Side::client, 60);
         },
         "failed starttls_refused server likely starttls", 50},
        {"refused, and TLS begun all the same",
         [](Evidence& e) {
             client_hello(e);
             e.upgrade.emplace();
             e.upgrade->asked = at(5);
             e.upgrade->refused = at(15);
             leave(e, Side::client, 70);
         },
         "failed starttls_refused server proven starttls", 15},
        {"granted, then the ClientHello is reset",
         [](Evidence& e) {
             client_hello(e);
             e.upgrade.emplace();
             e.upgrade->asked = at(14);
             e.upgrade->accepted = at(15);
             e.side(Side::server).rst = at(40);
         },
         "failed reset_after_client_hello server likely client_hello", 40},
    });
}

TEST(StartTls, IsNoAttemptOfAClientThatDoesNotCare) {
    Evidence e;
    connect(e);
    talk(e);
    e.upgrade->no_offer = at(50);
    EXPECT_FALSE(is_attempt(e, {}));  // still there
    leave(e, Side::server, 60);
    EXPECT_FALSE(is_attempt(e, {}));  // it is the server that left
    leave(e, Side::client, 60);
    EXPECT_TRUE(is_attempt(e, {}));
    e.upgrade->went_on = at(55);
    EXPECT_FALSE(is_attempt(e, {}));
    e.upgrade->asked = at(57);
    EXPECT_TRUE(is_attempt(e, {}));
}

TEST(StartTls, IsStillUndecidedAtTheCapturesEnd) {
    Evidence e;
    connect(e);
    talk(e);
    e.upgrade->asked = at(50);
    e.last = at(50);
    const Verdict verdict = judge(e, {.capture_end = at(60).time});
    EXPECT_EQ(name(verdict.outcome), "incomplete");
    EXPECT_EQ(name(verdict.cause), "capture_ended");
}

void connect_through(Evidence& e, Protocol proxy) {
    e.proxy = proxy;
    auto& client = e.side(Side::client);
    client.first_protocol = proxy;
    client.first_data = client.plaintext = client.last_data = client.last_payload = at(20);
}
void answer(Evidence& e, std::uint16_t status, bool refused) {
    e.proxy_status = status;
    e.proxy_answered = at(30);
    e.proxy_refused = refused;
    auto& server = e.side(Side::server);
    server.first_data = server.plaintext = server.last_data = server.last_payload = at(30);
    if (e.proxy == Protocol::http_connect) {
        server.first_protocol = Protocol::http_response;
    } else {
        server.first_protocol =
            e.proxy == Protocol::socks4 ? Protocol::socks4_reply : Protocol::socks5_reply;
    }
}

TEST(Proxy, RefusesOrDoesNot) {
    check({
        {"CONNECT: 403",
         [](Evidence& e) {
             connect_through(e, Protocol::http_connect);
             answer(e, 403, true);
             leave(e, Side::server, 40);
         },
         "failed proxy_refused server proven proxy", 30},
        {"CONNECT: 502, still open",
         [](Evidence& e) {
             connect_through(e, Protocol::http_connect);
             answer(e, 502, true);
         },
         "failed proxy_refused server proven proxy", 30},
        {"SOCKS4: 91",
         [](Evidence& e) {
             connect_through(e, Protocol::socks4);
             answer(e, 91, true);
         },
         "failed proxy_refused server proven proxy", 30},
        {"SOCKS5: 5, connection refused",
         [](Evidence& e) {
             connect_through(e, Protocol::socks5);
             answer(e, 5, true);
         },
         "failed proxy_refused server proven proxy", 30},
        {"CONNECT: the proxy closes without a word",
         [](Evidence& e) {
             connect_through(e, Protocol::http_connect);
             leave(e, Side::server, 40);
         },
         "failed proxy_refused server likely proxy", 40},
        {"CONNECT: the client leaves without an answer",
         [](Evidence& e) {
             connect_through(e, Protocol::http_connect);
             leave(e, Side::client, 5000);
         },
         "failed proxy_refused server possible proxy", 20},
        {"CONNECT: granted, then the ClientHello is reset",
         [](Evidence& e) {
             client_hello(e);
             e.proxy = Protocol::http_connect;
             e.proxy_status = 200;
             e.proxy_answered = at(15);
             e.side(Side::server).rst = at(40);
         },
         "failed reset_after_client_hello server likely client_hello", 40},
    });
}

TEST(Proxy, GrantedIsNotRefused) {
    for (const Protocol proxy : {Protocol::http_connect, Protocol::socks4, Protocol::socks5}) {
        Evidence e;
        connect(e);
        connect_through(e, proxy);
        answer(e, proxy == Protocol::http_connect ? 200 : 0, false);
        leave(e, Side::client, 40);
        EXPECT_NE(judge(e, {}).cause, Cause::proxy_refused);
    }
}

TEST(ProxyHeader, AloneSaysNothing) {
    const auto header = [](Evidence& e) {
        e.proxy = Protocol::proxy_header;
        auto& client = e.side(Side::client);
        client.first_data = client.last_data = client.last_payload = at(20);
    };
    check({
        {"the server closes at once",
         [&](Evidence& e) {
             header(e);
             leave(e, Side::server, 30);
         },
         "failed closed_before_hello server proven proxy", 30},
        {"the server resets it",
         [&](Evidence& e) {
             header(e);
             e.side(Side::server).rst = at(30);
         },
         "failed reset_before_hello server likely proxy", 30},
        {"the client leaves: a health check",
         [&](Evidence& e) {
             header(e);
             leave(e, Side::client, 30);
         },
         "not_tls tcp_probe client proven proxy", 30},
        {"the server closes after a while",
         [&](Evidence& e) {
             header(e);
             leave(e, Side::server, 1011);
         },
         "not_tls idle_preconnect none proven proxy", 1011},
    });
}

TEST(Connection, IsJudgedByItsTimes) {
    const auto silent_until = [](std::int64_t when) {
        return [when](Evidence& e) { leave(e, Side::server, when); };
    };
    // The handshake is over at 11 ms.
    check({
        {"999 ms", silent_until(1010), "failed closed_before_hello server proven established",
         1010},
        {"1 s", silent_until(1011), "not_tls idle_preconnect none proven established", 1011},
        {"nothing for less than 10 s", [](Evidence&) {},
         "incomplete capture_ended none likely established", 11},
    });
    check({{"nothing for 10 s", [](Evidence&) {}, "not_tls idle_preconnect none proven established",
            11}},
          10'011);
}

TEST(Syn, IsJudgedByItsRepetitionsAndTime) {
    const auto judged = [](std::uint32_t syns, std::int64_t end, bool heard, bool one_sided) {
        Evidence e;
        auto& client = e.side(Side::client);
        client.syn = client.last_syn = client.first_segment = e.first = e.last = at(0);
        client.syn_count = syns;
        ServerHistory history{.capture_end = at(end).time};
        history.ever_heard = heard;
        history.others_one_sided = one_sided;
        return std::string(name(judge(e, history).cause));
    };
    EXPECT_EQ(judged(1, 2999, true, false), "capture_ended");
    EXPECT_EQ(judged(1, 3000, true, false), "syn_timeout");
    EXPECT_EQ(judged(2, 100, true, false), "syn_timeout");
    EXPECT_EQ(judged(1, 9000, false, true), "one_sided");
    EXPECT_EQ(judged(1, 9000, true, true), "syn_timeout");
    EXPECT_EQ(judged(1, 9000, false, false), "syn_timeout");
}

}  // namespace
}  // namespace tlstriage::verdict
