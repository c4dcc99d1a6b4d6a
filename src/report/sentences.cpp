#include "report/sentences.h"

#include <fmt/format.h>

#include <stdexcept>

#include "report/format.h"
#include "tls/names.h"

namespace tlstriage::report {
namespace {

using evidence::Evidence;
using verdict::Verdict;

std::string_view alert_text(const Evidence& evidence, const Verdict& verdict) {
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

std::string_view version_text(const Evidence& evidence) {
    return evidence.server_hello ? tls::version_name(evidence.server_hello->version)
                                 : "version not seen";
}

std::string spoken_text(const Evidence& evidence, const Verdict& verdict) {
    const bool client_speaks = verdict.cause == verdict::Cause::plaintext_to_tls_port;
    std::string spoken = client_speaks ? speaks(evidence.of_client()) : server_speaks(evidence);
    return spoken.empty() ? "something that is not TLS" : spoken;
}

std::string actor_text(const Evidence& evidence, const Verdict& verdict) {
    std::string actor(name(verdict.actor));
    switch (verdict.actor) {
        case verdict::Actor::client: return actor + ' ' + readable(evidence.client);
        case verdict::Actor::server: return actor + ' ' + readable(evidence.server);
        default: return actor;
    }
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

/// What a sentence's placeholder stands for.
std::string value_of(std::string_view placeholder, const Evidence& evidence,
                     const Verdict& verdict) {
    const auto& hello = evidence.client_hello;
    if (placeholder == "client") return readable(evidence.client);
    if (placeholder == "server") return readable(evidence.server);
    if (placeholder == "sni") {
        return hello && hello->server_name ? *hello->server_name : "(no SNI)";
    }
    if (placeholder == "alert") return std::string(alert_text(evidence, verdict));
    if (placeholder == "actor") return actor_text(evidence, verdict);
    if (placeholder == "stage") return std::string(name(verdict.stage));
    if (placeholder == "speaks") return spoken_text(evidence, verdict);
    if (placeholder == "refusal") return refusal_text(evidence);
    if (placeholder == "version") return std::string(version_text(evidence));
    if (placeholder == "offered") return offered_text(evidence);
    if (placeholder == "wait") return readable_span(verdict.wait);
    if (placeholder == "count") return fmt::to_string(evidence.of_client().syn_count);
    throw std::logic_error("a sentence has {" + std::string(placeholder) + "}");
}

/// The sentence with the values of its {placeholders}: only those that it has are worked out.
std::string fill(std::string_view sentence, const Evidence& evidence, const Verdict& verdict) {
    std::string filled;
    while (true) {
        const std::size_t begin = sentence.find('{');
        filled += sentence.substr(0, begin);
        if (begin == sentence.npos) return filled;
        const std::size_t end = sentence.find('}', begin);
        filled += value_of(sentence.substr(begin + 1, end - begin - 1), evidence, verdict);
        sentence.remove_prefix(end + 1);
    }
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
    out += version_text(evidence);
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
