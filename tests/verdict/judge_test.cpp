// Evidence made by hand, judged as verdicts.md says.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "made_evidence.h"

namespace tlstriage::verdict {
namespace {

struct Case {
    const char* name;
    std::function<void(Evidence&)> see;
    Outcome outcome;
    Cause cause;
    Actor actor;
    std::int64_t decisive = -1;  ///< millisecond of the decisive frame, -1: not claimed
};

const std::vector<Case> cases{
    {"both finished", finish12, Outcome::ok, Cause::none, Actor::none},
    {"SYN twice, no answer",
     [](Evidence& e) {
         auto& client = e.side(Side::client);
         client.syn = client.first_segment = at(0);
         client.last_syn = at(1000);
         client.syn_count = 2;
     },
     Outcome::failed, Cause::syn_timeout, Actor::network, 1000},
    {"RST answers the SYN",
     [](Evidence& e) {
         e.side(Side::client).syn = e.side(Side::client).first_segment = at(0);
         auto& server = e.side(Side::server);
         server.rst = server.first_segment = at(5);
         server.rst_answers_syn = true;
     },
     Outcome::failed, Cause::connection_refused, Actor::server, 5},
    {"ICMP about the SYN",
     [](Evidence& e) {
         e.side(Side::client).syn = e.side(Side::client).first_segment = at(0);
         e.icmp = {{}, 3, 13, false, at(7)};
         e.icmp_about_syn = true;
     },
     Outcome::failed, Cause::unreachable, Actor::network, 7},
    {"client leaves without a byte",
     [](Evidence& e) {
         connect(e);
         e.side(Side::client).fin = at(30);
     },
     Outcome::not_tls, Cause::tcp_probe, Actor::client, 30},
    {"server closes at once",
     [](Evidence& e) {
         connect(e);
         e.side(Side::server).fin = at(30);
     },
     Outcome::failed, Cause::closed_before_hello, Actor::server, 30},
    {"server resets at once",
     [](Evidence& e) {
         connect(e);
         e.side(Side::server).rst = at(30);
     },
     Outcome::failed, Cause::reset_before_hello, Actor::server, 30},
    {"server closes an idle connection",
     [](Evidence& e) {
         connect(e);
         e.side(Side::server).fin = at(5000);
     },
     Outcome::not_tls, Cause::idle_preconnect, Actor::none},
    {"server resets the ClientHello",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server).rst = at(30);
     },
     Outcome::failed, Cause::reset_after_client_hello, Actor::server, 30},
    {"server closes on the ClientHello; the client's alert is in answer",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server).fin = at(30);
         alert(e, Side::client, 50);
     },
     Outcome::failed, Cause::closed_after_client_hello, Actor::server, 30},
    {"server is silent for 6 s",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::client).fin = at(6020);
     },
     Outcome::failed, Cause::server_silent, Actor::server, 20},
    {"client leaves after 300 ms",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::client).fin = at(320);
     },
     Outcome::failed, Cause::client_gave_up, Actor::client, 320},
    {"handshake_failure from the server before ServerHello",
     [](Evidence& e) {
         client_hello(e);
         alert(e, Side::server, 40);
         e.side(Side::server).rst = at(46);
     },
     Outcome::failed, Cause::no_shared_parameters, Actor::server, 45},
    {"protocol_version from the server",
     [](Evidence& e) {
         client_hello(e);
         alert(e, Side::server, 70);
     },
     Outcome::failed, Cause::protocol_version, Actor::server, 45},
    {"unrecognized_name, fatal",
     [](Evidence& e) {
         client_hello(e);
         alert(e, Side::server, 112);
     },
     Outcome::failed, Cause::sni_rejected, Actor::server},
    {"unrecognized_name as a warning is a note",
     [](Evidence& e) {
         finish12(e);
         alert(e, Side::server, 112, 1);
     },
     Outcome::ok, Cause::none, Actor::none},
    {"no_application_protocol",
     [](Evidence& e) {
         client_hello(e);
         alert(e, Side::server, 120);
     },
     Outcome::failed, Cause::alpn_mismatch, Actor::server},
    {"unknown_ca without a finding",
     [](Evidence& e) {
         server_hello(e, tls12);
         alert(e, Side::client, 48);
     },
     Outcome::failed, Cause::certificate_unknown_ca, Actor::client, 45},
    {"illegal_parameter from the client after ServerHello",
     [](Evidence& e) {
         server_hello(e, tls12);
         alert(e, Side::client, 47);
     },
     Outcome::failed, Cause::server_parameters_rejected, Actor::client},
    {"bad_certificate from the server after an empty Certificate",
     [](Evidence& e) {
         server_hello(e, tls12);
         e.certificate_request = at(41);
         static const tls::Chain empty_chain;
         e.side(Side::client).chain = &empty_chain;
         alert(e, Side::server, 42);
     },
     Outcome::failed, Cause::client_certificate_missing, Actor::server},
    {"decrypt_error between ClientKeyExchange and Finished",
     [](Evidence& e) {
         server_hello(e, tls12);
         e.client_key_exchange = at(42);
         alert(e, Side::server, 51);
     },
     Outcome::failed, Cause::key_exchange_failed, Actor::server},
    {"TLS 1.3: an alert's size instead of Finished, then FIN",
     [](Evidence& e) {
         server_hello(e, tls13);
         const auto data = tls::ContentType::application_data;
         e.side(Side::server).application_data = at(41);
         e.side(Side::server).opaque_records = {{data, 900, at(41)}};
         e.side(Side::client).opaque_records = {{data, 19, at(50)}};
         e.side(Side::client).fin = at(51);
     },
     Outcome::failed, Cause::encrypted_rejection, Actor::client},
    {"TLS 1.3: Finished, request and answer",
     [](Evidence& e) {
         server_hello(e, tls13);
         const auto data = tls::ContentType::application_data;
         e.side(Side::server).opaque_records = {{data, 900, at(41)}, {data, 400, at(70)}};
         e.side(Side::client).opaque_records = {{data, 53, at(50)}, {data, 120, at(51)}};
     },
     Outcome::ok, Cause::none, Actor::none},
    {"SSH answers the ClientHello",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server).first_protocol = sense::Protocol::ssh;
         e.side(Side::server).plaintext = at(30);
         alert(e, Side::client, 70);
     },
     Outcome::failed, Cause::server_not_tls, Actor::server, 30},
    {"the capture lost acknowledged bytes",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server).lost_bytes = 100;
         e.side(Side::server).first_loss = at(40);
     },
     Outcome::incomplete, Cause::capture_loss, Actor::none},
    {"a stated cause is told in spite of loss",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server).lost_bytes = 100;
         alert(e, Side::server, 40);
     },
     Outcome::failed, Cause::no_shared_parameters, Actor::server},
    {"one direction only",
     [](Evidence& e) {
         client_hello(e);
         e.side(Side::server) = evidence::SideEvidence{};
     },
     Outcome::incomplete, Cause::one_sided, Actor::none},
    {"evicted",
     [](Evidence& e) {
         client_hello(e);
         e.cut = evidence::Cut::evicted;
     },
     Outcome::incomplete, Cause::evicted, Actor::none},
    {"evicted after two SYNs, whose answer nobody may have looked at any more",
     [](Evidence& e) {
         auto& client = e.side(Side::client);
         client.syn = client.first_segment = at(0);
         client.last_syn = at(1000);
         client.syn_count = 2;
         e.cut = evidence::Cut::evicted;
     },
     Outcome::incomplete, Cause::evicted, Actor::none},
    {"evicted after the SYN was refused",
     [](Evidence& e) {
         e.side(Side::client).syn = e.side(Side::client).first_segment = at(0);
         auto& server = e.side(Side::server);
         server.rst = server.first_segment = at(5);
         server.rst_answers_syn = true;
         e.cut = evidence::Cut::evicted;
     },
     Outcome::failed, Cause::connection_refused, Actor::server, 5},
};

TEST(Judge, SaysWhatTheContractSays) {
    for (const Case& c : cases) {
        Evidence e;
        c.see(e);
        ServerHistory history;
        history.capture_end = at(7000).time;
        history.tls_port = true;
        const Verdict verdict = judge(e, history);
        EXPECT_EQ(name(verdict.outcome), name(c.outcome)) << c.name;
        EXPECT_EQ(name(verdict.cause), name(c.cause)) << c.name;
        EXPECT_EQ(name(verdict.actor), name(c.actor)) << c.name;
        if (c.decisive >= 0) {
            EXPECT_EQ(verdict.decisive, at(c.decisive)) << c.name;
        }
    }
}

/// A capture of several queues can show the answer to a FIN before that FIN.
TEST(Judge, GoesByNumbersWhereTheCaptureSwapsTwoCloses) {
    ServerHistory history;
    history.capture_end = at(7000).time;
    for (const bool swapped : {false, true}) {
        Evidence e;
        client_hello(e);
        e.side(Side::server).fin = at(30);
        e.side(Side::server).fin_sequence = 5000;
        e.side(Side::client).fin = at(swapped ? 29 : 31);
        e.side(Side::client).fin_acknowledgement = 5001;
        EXPECT_EQ(judge(e, history).cause, Cause::closed_after_client_hello);
        EXPECT_EQ(judge(e, history).decisive, at(30));
        e.side(Side::client).fin_acknowledgement = 5000;  // it had not seen the server's
        EXPECT_EQ(judge(e, history).cause,
                  swapped ? Cause::client_gave_up : Cause::closed_after_client_hello);
        e.side(Side::client).fin = Moment{};
        e.side(Side::client).rst = at(swapped ? 29 : 31);
        e.side(Side::client).rst_acknowledgement = 5001;
        EXPECT_EQ(judge(e, history).cause, Cause::closed_after_client_hello);
    }
}

TEST(Judge, GoesByNumbersWhereTheCaptureSwapsAnAlertAndAClose) {
    Evidence e;
    client_hello(e);
    alert(e, Side::server, 40);
    e.alerts.back().end = 5007;
    e.side(Side::client).fin = at(44);
    e.side(Side::client).fin_acknowledgement = 5007;
    ASSERT_LT(e.side(Side::client).fin, e.alerts.back().at);
    EXPECT_EQ(judge(e, {}).cause, Cause::no_shared_parameters);
    e.side(Side::client).fin_acknowledgement = 5000;  // it left without having heard of it
    EXPECT_EQ(judge(e, {}).cause, Cause::client_gave_up);
    // A goodbye before the alert stays before it, though the FIN behind both acknowledges that.
    e.alerts.push_back({Side::client, 1, 0, at(43)});
    e.side(Side::client).fin = at(46);
    e.side(Side::client).fin_acknowledgement = 5007;
    EXPECT_EQ(judge(e, {}).cause, Cause::client_gave_up);
}

/// The signature of a ServerKeyExchange, by what the client offered and by its hash.
TEST(Judge, FindsASignatureThatWasNotOffered) {
    const auto judged = [](std::uint16_t signature, std::vector<std::uint16_t> offered) {
        Evidence e;
        server_hello(e, tls12);
        evidence::HelloShape shape;
        shape.signature_algorithms = std::move(offered);
        e.client_hello->shape = &shape;
        e.server_hello->signature_algorithm = signature;
        alert(e, Side::client, 47);
        return judge(e, {});
    };
    const auto reason = [&](std::uint16_t signature, std::vector<std::uint16_t> offered) {
        return judged(signature, std::move(offered)).reason;
    };
    EXPECT_EQ(judged(0x0401, {0x0403, 0x0804}).confidence, Confidence::proven);
    EXPECT_EQ(judged(0x0201, {0x0201}).confidence, Confidence::likely);  // it may be something else
    EXPECT_EQ(reason(0x0401, {0x0403, 0x0804}), Word::weak_signature);
    EXPECT_EQ(reason(0x0401, {0x0403, 0x0401}), Word::none);
    EXPECT_EQ(reason(0x0201, {0x0201}), Word::weak_signature);  // SHA-1
    EXPECT_EQ(reason(0x0401, {}), Word::none);                  // none said: nothing to compare
    EXPECT_EQ(reason(0, {0x0403}), Word::none);
}

TEST(Judge, NeedsASilenceToBeLongEnough) {
    Evidence e;
    client_hello(e);
    ServerHistory history;
    history.capture_end = at(20 + 4999).time;
    EXPECT_EQ(judge(e, history).cause, Cause::capture_ended);
    history.capture_end = at(20 + 5000).time;
    EXPECT_EQ(judge(e, history).cause, Cause::server_silent);
}

TEST(Attempt, NeedsTlsOrAPlaceWhereItIsSpoken) {
    Evidence e;
    connect(e);
    EXPECT_FALSE(is_attempt(e, {}));
    EXPECT_TRUE(is_attempt(e, {.tls_port = true}));
    EXPECT_TRUE(is_attempt(e, {.spoke_tls = true}));
    client_hello(e);
    EXPECT_TRUE(is_attempt(e, {}));
}

}  // namespace
}  // namespace tlstriage::verdict
