// Reasons that other flows to the same server give (verdicts.md §4.3): each word but those of
// missing offers, and when there is none.
#include "narrowing_scene.h"

namespace tlstriage::verdict {
namespace {

TEST(Reason, IsTheName) {
    check_reasons({
        {"none is asked for",
         [](Scene& s) {
             s.e.client_hello->server_name.reset();
             s.refuse();
         },
         "no_shared_parameters", "sni_missing"},
        {"another one is asked for",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             s.refuse();
         },
         "no_shared_parameters", "sni_not_served"},
        {"another one, and it is closed",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             s.close();
         },
         "closed_after_client_hello", "sni_not_served"},
        {"another one, and it is reset",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             s.reset();
         },
         "reset_after_client_hello", "sni_filtered"},
        {"another one, and nobody answers",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             s.keep_silent();
         },
         "server_silent", "sni_filtered"},
        {"internal_error of a server that does not have it",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             alert(s.e, Side::server, 80);
         },
         "internal_error", "sni_not_served"},
        {"that name came through once",
         [](Scene& s) {
             s.e.client_hello->server_name = "b.test";
             s.succeed().server_name = Scene::hash_of("b.test");
             s.refuse();
         },
         "no_shared_parameters", ""},
    });
}

TEST(Reason, IsTheSize) {
    const auto large = [](Scene& s) { s.e.side(Side::client).hello_end = 100 + 1800; };
    check_reasons({
        {"a large one is reset",
         [&](Scene& s) {
             large(s);
             s.reset();
         },
         "reset_after_client_hello", "large_client_hello"},
        {"another large one came through",
         [&](Scene& s) {
             large(s);
             s.succeed().hello_bytes = 1700;
             s.reset();
         },
         "reset_after_client_hello", ""},
        {"it fits in a segment",
         [](Scene& s) {
             s.e.side(Side::client).hello_end = 100 + 1400;
             s.reset();
         },
         "reset_after_client_hello", ""},
    });
}

TEST(Reason, IsTls13OnTheWay) {
    const auto without = [](Scene& s) {
        s.shapes_differ = true;
        s.others.versions = {tls12};
        s.success().version = tls12;
        s.success().cipher_suite = 0xc02f;
        s.history.client_got_through_without_tls13 = true;
    };
    check_reasons({
        {"its retry without it succeeds",
         [&](Scene& s) {
             without(s);
             s.reset();
         },
         "reset_after_client_hello", "tls13_interference"},
        {"others do without it, but not this client",
         [&](Scene& s) {
             without(s);
             s.history.client_got_through_without_tls13 = false;
             s.reset();
         },
         "reset_after_client_hello", ""},
        {"some get through with it",
         [&](Scene& s) {
             without(s);
             s.succeed().shape = &s.shape;
             s.reset();
         },
         "reset_after_client_hello", ""},
        {"an alert comes from the server itself",
         [&](Scene& s) {
             without(s);
             s.refuse();
         },
         "no_shared_parameters", ""},
    });
}

TEST(Reason, IsTheProxyHeader) {
    check_reasons({
        {"the others have one",
         [](Scene& s) {
             s.success().proxy_header = true;
             s.close();
         },
         "closed_after_client_hello", "proxy_protocol_mismatch"},
        {"the others have none",
         [](Scene& s) {
             s.e.proxy = sense::Protocol::proxy_header;
             s.close();
         },
         "closed_after_client_hello", "proxy_protocol_mismatch"},
        {"some have one",
         [](Scene& s) {
             s.success().proxy_header = true;
             s.succeed();
             s.close();
         },
         "closed_after_client_hello", ""},
        {"the server has answered",
         [](Scene& s) {
             s.success().proxy_header = true;
             server_hello(s.e, tls12);
             s.e.client_hello->server_name = "a.test";
             alert(s.e, Side::client, 48);
         },
         "certificate_unknown_ca", ""},
    });
}

TEST(Reason, IsNoneWhereNothingTells) {
    check_reasons({
        {"nothing differs", [](Scene& s) { s.refuse(); }, "no_shared_parameters", ""},
        {"nothing differs, reset", [](Scene& s) { s.reset(); }, "reset_after_client_hello", ""},
        {"no other flow",
         [](Scene& s) {
             s.profiles.clear();
             s.e.client_hello->server_name.reset();
             s.refuse();
         },
         "no_shared_parameters", ""},
        {"no other flow came through",
         [](Scene& s) {
             s.success().ok = false;
             s.e.client_hello->server_name.reset();
             s.refuse();
         },
         "no_shared_parameters", ""},
    });
}

/// Its ClientHello was not captured, a PROXY header was.
TEST(Reason, IsNotLookedForInAFlowWithoutClientHello) {
    Scene scene;
    scene.shapes_differ = true;
    scene.e.proxy = sense::Protocol::proxy_header;
    scene.refuse();
    const std::vector<Profile> profiles{
        {.version = tls13, .cipher_suite = aes_128_gcm, .ok = true, .proxy_header = true}};
    scene.e.client_hello->shape = &scene.shape;
    scene.history.profiles = profiles;
    const Verdict verdict = judge(scene.e, scene.history);
    EXPECT_EQ(name(verdict.cause), "no_shared_parameters");
    EXPECT_EQ(verdict.reason, Word::none);
}

/// A certificate for "other.test", valid since 1970.
tls::Chain misnamed_chain() {
    auto leaf = std::make_shared<tls::Certificate>();
    leaf->dns_names = {"other.test"};
    leaf->not_after = seconds(2'000'000'000);
    leaf->key = "RSA-2048";
    tls::Chain chain;
    chain.certificates = {std::move(leaf)};
    return chain;
}

TEST(Reason, IsTheDefaultCertificate) {
    const tls::Chain chain = misnamed_chain();
    const auto reason = [&](const std::string& other_name) {
        Scene scene;
        server_hello(scene.e, tls12);
        scene.e.client_hello->server_name = "a.test";
        auto& server = scene.e.side(Side::server);
        server.certificate = at(41);
        server.chain = &chain;
        alert(scene.e, Side::client, 46);
        scene.success().chain = &chain;
        scene.success().server_name = Scene::hash_of(other_name);
        const Verdict verdict = scene.verdict();
        EXPECT_EQ(name(verdict.cause), "certificate_name_mismatch");
        return std::string(name(verdict.reason));
    };
    EXPECT_EQ(reason("a.test"), "");
    EXPECT_EQ(reason("other.test"), "default_certificate");
}

TEST(Reason, IsInterception) {
    for (const bool intercepts : {false, true}) {
        Scene scene;
        server_hello(scene.e, tls12);
        alert(scene.e, Side::client, 48);
        scene.history.issuer_intercepts = intercepts;
        const Verdict verdict = scene.verdict();
        EXPECT_EQ(name(verdict.cause), "certificate_unknown_ca");
        EXPECT_EQ(name(verdict.reason), intercepts ? "tls_interception" : "");
    }
}

}  // namespace
}  // namespace tlstriage::verdict
