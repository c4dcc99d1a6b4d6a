// Sessions that came about and were not used, and clients that had another one (verdicts.md §6).
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "made_evidence.h"

namespace tlstriage::verdict {
namespace {

/// For "other.test", until `not_after`.
tls::Chain chain_until(Nanoseconds not_after) {
    auto leaf = std::make_shared<tls::Certificate>();
    leaf->dns_names = {"other.test"};
    leaf->not_after = not_after;
    leaf->key = "RSA-2048";
    tls::Chain chain;
    chain.certificates = {std::move(leaf)};
    return chain;
}

const tls::Chain good = chain_until(seconds(2'000'000'000));
const tls::Chain expired = chain_until(seconds(1));  // at() begins there

/// TLS 1.2, done at 60 ms; the client, which asked for `name`, closes at 100 ms.
void use_nothing(Evidence& e, const char* name, const tls::Chain& chain = good) {
    finish12(e);
    if (name != nullptr) e.client_hello->server_name = name;
    e.side(Side::server).chain = &chain;
    e.side(Side::server).certificate = at(42);
    e.side(Side::client).fin = e.last = at(100);
}

struct Case {
    const char* name;
    std::function<void(Evidence&, ServerHistory&)> see;
    std::string verdict;  ///< "outcome cause actor confidence phase"
    bool noted_unused;
};

bool has(const Verdict& verdict, Word word) {
    return std::ranges::find(verdict.notes, word) != verdict.notes.end();
}

TEST(ClosedUnused, MayBeARefusedCertificate) {
    const std::string refused = " client possible after_tls";
    const std::string fine = "ok none none proven after_tls";
    const std::vector<Case> cases{
        {"another name", [](Evidence& e, ServerHistory&) { use_nothing(e, "a.test"); },
         "failed certificate_name_mismatch" + refused, false},
        {"expired", [](Evidence& e, ServerHistory&) { use_nothing(e, "other.test", expired); },
         "failed certificate_expired" + refused, false},
        {"nothing wrong with it", [](Evidence& e, ServerHistory&) { use_nothing(e, "other.test"); },
         fine, true},
        {"no name was asked for", [](Evidence& e, ServerHistory&) { use_nothing(e, nullptr); },
         fine, true},
        {"no name was asked for, and it is expired",
         [](Evidence& e, ServerHistory&) { use_nothing(e, nullptr, expired); },
         "failed certificate_expired" + refused, false},
        {"the client sends data there at other times",
         [](Evidence& e, ServerHistory& h) {
             use_nothing(e, "a.test");
             h.client_sent_data = true;
         },
         fine, true},
        {"a health check",
         [](Evidence& e, ServerHistory& h) {
             use_nothing(e, "a.test");
             h.comes_evenly = true;
         },
         fine, true},
        {"it was used",
         [](Evidence& e, ServerHistory&) {
             use_nothing(e, "a.test");
             e.side(Side::client).application_data = at(70);
             e.side(Side::server).application_data = at(80);
         },
         fine, false},
        {"the server ends it",
         [](Evidence& e, ServerHistory&) {
             use_nothing(e, "a.test");
             e.side(Side::client).fin = {};
             e.side(Side::server).fin = at(100);
         },
         "failed closed_after_finished server possible during_tls", false},
        {"nobody ends it",
         [](Evidence& e, ServerHistory&) {
             use_nothing(e, "a.test");
             e.side(Side::client).fin = {};
         },
         fine, false},
        {"with a close_notify",
         [](Evidence& e, ServerHistory&) {
             use_nothing(e, "a.test");
             e.side(Side::client).encrypted_alert = e.side(Side::client).last_encrypted_alert =
                 at(99);
         },
         "failed certificate_name_mismatch" + refused, false},
    };
    for (const Case& c : cases) {
        Evidence e;
        ServerHistory history{.capture_end = at(7000).time};
        c.see(e, history);
        const Verdict verdict = judge(e, history);
        std::string text;
        for (const std::string_view word :
             {name(verdict.outcome), name(verdict.cause), name(verdict.actor),
              name(verdict.confidence), name(verdict.phase)}) {
            text += (text.empty() ? "" : " ") + std::string(word);
        }
        EXPECT_EQ(text, c.verdict) << c.name;
        EXPECT_EQ(has(verdict, Word::closed_unused), c.noted_unused) << c.name;
    }
}

TEST(ClosedUnused, SaysLessInTls13) {
    Evidence e;
    server_hello(e, tls13);
    const auto data = tls::ContentType::application_data;
    e.side(Side::server).opaque_records = {{data, 900, at(41)}};
    e.side(Side::server).application_data = at(41);
    e.side(Side::client).opaque_records = {{data, 53, at(50)}};
    e.side(Side::client).last_record = {data, 53, at(50)};
    e.side(Side::client).fin = at(60);
    const Verdict verdict = judge(e, {.capture_end = at(7000).time});
    EXPECT_EQ(name(verdict.outcome), "ok");
    EXPECT_TRUE(has(verdict, Word::closed_unused));
    EXPECT_EQ(verdict.alternatives,
              (std::vector<std::string_view>{"certificate_name_mismatch", "certificate_rejected"}));
    // A resumed session has shown no certificate.
    e.server_hello->pre_shared_key = true;
    EXPECT_TRUE(judge(e, {.capture_end = at(7000).time}).alternatives.empty());
}

struct Race {
    const char* name;
    std::function<void(Evidence&)> see;
    std::string verdict;  ///< "outcome cause actor"
};

TEST(Raced, IsAbortedIfTheClientEndedIt) {
    const std::string aborted = "incomplete client_aborted client";
    const std::vector<Race> races{
        {"before a byte",
         [](Evidence& e) {
             connect(e);
             e.side(Side::client).fin = at(30);
         },
         aborted},
        {"on its ClientHello",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::client).fin = at(300);
         },
         aborted},
        {"on a silent server",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::client).fin = at(3000);
         },
         aborted},
        {"the server's reset is its own",
         [](Evidence& e) {
             client_hello(e);
             e.side(Side::server).rst = at(60);
         },
         "failed reset_after_client_hello server"},
        {"an alert tells something else",
         [](Evidence& e) {
             server_hello(e, tls12);
             alert(e, Side::client, 48);
             e.side(Side::client).fin = at(46);
         },
         "failed certificate_unknown_ca client"},
        {"a refused connection",
         [](Evidence& e) {
             e.side(Side::client).syn = e.side(Side::client).first_segment = at(0);
             e.side(Side::server).rst = e.side(Side::server).first_segment = at(5);
             e.side(Side::server).rst_answers_syn = true;
         },
         "failed connection_refused server"},
    };
    for (const Race& race : races) {
        Evidence e;
        race.see(e);
        ServerHistory history{.capture_end = at(7000).time, .tls_port = true};
        EXPECT_FALSE(has(judge(e, history), Word::raced)) << race.name;
        EXPECT_NE(judge(e, history).cause, Cause::client_aborted) << race.name;
        history.raced = true;
        const Verdict verdict = judge(e, history);
        EXPECT_EQ(std::string(name(verdict.outcome)) + ' ' + std::string(name(verdict.cause)) +
                      ' ' + std::string(name(verdict.actor)),
                  race.verdict)
            << race.name;
        EXPECT_TRUE(has(verdict, Word::raced)) << race.name;
    }
}

TEST(Raced, IsNotTheOneThatCameThrough) {
    Evidence e;
    finish12(e);
    ServerHistory history{.capture_end = at(7000).time};
    history.raced = true;
    const Verdict verdict = judge(e, history);
    EXPECT_EQ(name(verdict.outcome), "ok");
    EXPECT_FALSE(has(verdict, Word::raced));
}

}  // namespace
}  // namespace tlstriage::verdict
