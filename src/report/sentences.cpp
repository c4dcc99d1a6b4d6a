#include "report/sentences.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "report/format.h"
#include "tls/names.h"

namespace tlstriage::report {
namespace {

using evidence::Evidence;
using verdict::Verdict;

std::string alert_text(const Evidence& evidence, const Verdict& verdict) {
    for (const auto& alert : evidence.alerts) {
        if (alert.at == verdict.decisive) return tls::alert_name(alert.description);
    }
    return evidence.alerts.empty() ? "" : tls::alert_name(evidence.alerts.front().description);
}

std::string offered_text(const Evidence& evidence) {
    if (!evidence.client_hello) return "nothing readable";
    const std::string& versions = evidence.client_hello->shape->versions_text;
    return versions.empty() ? "an unknown version" : versions;
}

std::string version_text(const Evidence& evidence) {
    return evidence.server_hello ? tls::version_name(evidence.server_hello->version)
                                 : "version not seen";
}

/// What a proxy did instead of letting the client through.
std::string refusal_text(const Evidence& evidence) {
    const std::string client = readable(evidence.client);
    if (evidence.proxy_status) {
        return fmt::format("refused the CONNECT request of {} with status {}", client,
                           *evidence.proxy_status);
    }
    // SOCKS5 has replies before the request, of another kind (RFC 1928 §3, RFC 1929).
    return evidence.proxy_answered.seen()
               ? fmt::format("refused {} at the authentication, before any CONNECT request", client)
               : fmt::format("did not answer the CONNECT request of {}", client);
}

std::string fill(std::string_view format, const Evidence& evidence, const Verdict& verdict) {
    if (format.empty()) return {};
    const auto& hello = evidence.client_hello;
    const bool client_speaks = verdict.cause == verdict::Cause::plaintext_to_tls_port;
    std::string spoken = client_speaks ? speaks(evidence.of_client()) : server_speaks(evidence);
    if (spoken.empty()) spoken = "something that is not TLS";
    const auto& peer = verdict.actor == verdict::Actor::client ? evidence.client : evidence.server;
    const bool is_peer =
        verdict.actor == verdict::Actor::client || verdict.actor == verdict::Actor::server;
    return fmt::format(
        fmt::runtime(format), fmt::arg("client", readable(evidence.client)),
        fmt::arg("server", readable(evidence.server)),
        fmt::arg("sni", hello && hello->server_name ? *hello->server_name : "(no SNI)"),
        fmt::arg("alert", alert_text(evidence, verdict)),
        fmt::arg("actor", is_peer ? fmt::format("{} {}", name(verdict.actor), readable(peer))
                                  : std::string(name(verdict.actor))),
        fmt::arg("stage", name(verdict.stage)), fmt::arg("speaks", spoken),
        fmt::arg("refusal", refusal_text(evidence)), fmt::arg("version", version_text(evidence)),
        fmt::arg("offered", offered_text(evidence)), fmt::arg("wait", readable_span(verdict.wait)),
        fmt::arg("count", evidence.of_client().syn_count));
}

}  // namespace

std::string speaks(const evidence::SideEvidence& side) {
    using sense::Protocol;
    switch (side.first_protocol) {
        case Protocol::silent:
        case Protocol::tls:
        case Protocol::ssl2: return {};
        case Protocol::http_response: return fmt::format("http {}", side.http_status);
        case Protocol::greeting_220: return "smtp or ftp";
        case Protocol::smtp_client: return "smtp";
        case Protocol::imap_client: return "imap";
        case Protocol::pop3_client: return "pop3";
        case Protocol::ftp_client: return "ftp";
        case Protocol::socks4_reply: return "socks4";
        case Protocol::socks5_reply: return "socks5";
        default: return std::string(name(side.first_protocol));
    }
}

std::string server_speaks(const Evidence& evidence) {
    using sense::Protocol;
    const auto& server = evidence.of_server();
    const bool vague = server.first_protocol == Protocol::greeting_220 ||
                       server.first_protocol == Protocol::unknown;
    if (vague && evidence.upgrade) return std::string(name(evidence.upgrade->kind));
    return speaks(server);
}

void append_success(const Evidence& evidence, Buffer& out) {
    out += "The TLS handshake of ";
    append_endpoint(evidence.client, out);
    out += " with ";
    append_endpoint(evidence.server, out);
    out += " succeeded (";
    out += std::string_view(version_text(evidence));
    out += ").";
}

std::string explanation(const Evidence& evidence, const Verdict& verdict) {
    if (verdict.cause == verdict::Cause::none) {
        if (verdict.outcome != verdict::Outcome::ok) {
            return fill("{client} and {server} spoke {speaks}, not TLS.", evidence, verdict);
        }
        Buffer out;
        append_success(evidence, out);
        return out.text();
    }
    std::string sentence = fill(info(verdict.cause).explanation, evidence, verdict);
    const auto add = [&](std::string_view another) {
        if (another.empty()) return;
        sentence += ' ';
        sentence += another;
    };
    add(text(verdict.reason));
    if (verdict.actor == verdict::Actor::middlebox) {
        add("Its reset was most likely forged on the way: it does not look like what that host "
            "sends.");
    }
    return sentence;
}

std::string next_step(const Evidence& evidence, const Verdict& verdict) {
    return fill(info(verdict.cause).next_step, evidence, verdict);
}

}  // namespace tlstriage::report
