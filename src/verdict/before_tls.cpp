// Rules of verdicts.md §2: the connection never got to a ClientHello.
#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;
using sense::Protocol;

/// A PROXY header says nothing of its own.
bool anything_said(const Facts& facts) {
    const bool header_alone = facts.evidence.proxy == Protocol::proxy_header &&
                              facts.client.first_protocol == Protocol::silent;
    return (facts.client.first_data.seen() && !header_alone) || facts.server.first_data.seen();
}

/// Nothing came back from this endpoint in the whole archive, and other flows lack a side as well:
/// the capture point does not see that direction.
bool direction_is_blind(const Facts& facts) {
    return !facts.history.ever_heard && facts.history.others_one_sided;
}

Answer syn_unanswered(const Facts& facts) {
    constexpr Nanoseconds long_enough = seconds(3);
    const auto& client = facts.client;
    if (direction_is_blind(facts) && client.syn_count < 2) {
        return incomplete(Cause::one_sided, client.last_syn);
    }
    const bool left = facts.first_end.by(Side::client);
    const Nanoseconds wait =
        left ? facts.first_end.at.time - client.syn.time : facts.since(client.syn);
    if (left && client.syn_count < 2 && wait < long_enough) {
        return not_tls(Cause::tcp_probe, Actor::client, facts.first_end.at);
    }
    if (client.syn_count < 2 && wait < long_enough) {
        return incomplete(Cause::capture_ended, client.last_syn);
    }
    Verdict verdict =
        failed(Cause::syn_timeout, Actor::network, Confidence::likely, client.last_syn);
    verdict.wait = wait;
    return verdict;
}

Answer syn_ack_unanswered(const Facts& facts) {
    if (facts.first_end.by(Side::client)) {
        return not_tls(Cause::tcp_probe, Actor::client, facts.first_end.at);
    }
    if (!facts.client.first_segment.seen()) {
        return incomplete(Cause::one_sided, facts.server.last_syn);
    }
    if (facts.server.syn_count < 2 && !facts.first_end.seen()) {
        return incomplete(Cause::capture_ended, facts.server.last_syn);
    }
    return failed(Cause::syn_ack_unanswered, Actor::network, Confidence::likely,
                  facts.server.last_syn);
}

}  // namespace

Answer tcp_never_connected(const Facts& facts) {
    if (anything_said(facts) || facts.client_hello_seen()) return std::nullopt;
    const auto& client = facts.client;
    const auto& server = facts.server;
    if (client.syn.seen() && !server.syn.seen()) {
        if (server.rst.seen()) {
            return failed(Cause::connection_refused, Actor::server,
                          server.rst_answers_syn ? Confidence::proven : Confidence::likely,
                          server.rst);
        }
        if (const auto& icmp = facts.evidence.icmp; icmp && facts.evidence.icmp_about_syn) {
            return failed(Cause::unreachable, Actor::network, Confidence::proven, icmp->at);
        }
        if (!server.first_segment.seen()) return syn_unanswered(facts);
        return incomplete(Cause::capture_loss, client.syn);
    }
    if (server.syn.seen() && !facts.established.seen()) return syn_ack_unanswered(facts);
    return std::nullopt;
}

Answer nothing_was_said(const Facts& facts) {
    if (anything_said(facts) || !facts.established.seen()) return std::nullopt;
    constexpr Nanoseconds at_once = seconds(1);
    constexpr Nanoseconds idle = seconds(10);
    const End& end = facts.first_end;
    if (end.by(Side::client)) return not_tls(Cause::tcp_probe, Actor::client, end.at);
    if (end.by(Side::server)) {
        if (end.at.time - facts.established.time >= at_once) {
            return not_tls(Cause::idle_preconnect, Actor::none, end.at);
        }
        const bool reset = end.how == Ending::rst;
        return failed(reset ? Cause::reset_before_hello : Cause::closed_before_hello, Actor::server,
                      reset ? Confidence::likely : Confidence::proven, end.at);
    }
    if (facts.since(facts.established) >= idle) {
        return not_tls(Cause::idle_preconnect, Actor::none, facts.established);
    }
    return incomplete(Cause::capture_ended, facts.established);
}

Answer plaintext_to_tls_port(const Facts& facts) {
    const auto& client = facts.client;
    const auto& server = facts.server;
    if (!client.plaintext.seen() || facts.client_hello_seen() || client.first_record.seen() ||
        facts.evidence.proxy == Protocol::http_connect) {
        return std::nullopt;
    }
    if (!facts.evidence.alerts.empty() && facts.evidence.alerts.front().sender == Side::server) {
        return failed(Cause::plaintext_to_tls_port, Actor::client, Confidence::proven,
                      facts.evidence.alerts.front().at);
    }
    const bool wrong_http = server.http_status == 400 && client.first_protocol != Protocol::http &&
                            client.first_protocol != Protocol::unknown &&
                            (facts.history.spoke_tls || facts.history.tls_port);
    if (server.http_says_tls || wrong_http) {
        return failed(Cause::plaintext_to_tls_port, Actor::client, Confidence::proven,
                      server.plaintext);
    }
    const bool expects_tls = facts.history.spoke_tls || facts.history.tls_port;
    if (!server.first_data.seen() && facts.first_end.by(Side::server) && expects_tls &&
        client.first_protocol != Protocol::unknown) {
        return failed(Cause::plaintext_to_tls_port, Actor::client, Confidence::likely,
                      client.plaintext);
    }
    return std::nullopt;
}

Answer proxy_refused(const Facts& facts) {
    const auto& e = facts.evidence;
    const bool asked = e.proxy == Protocol::http_connect || e.proxy == Protocol::socks4 ||
                       e.proxy == Protocol::socks5;
    if (!asked || facts.client_hello_seen()) return std::nullopt;
    if (e.proxy_answered.seen()) {
        if (!e.proxy_refused) return std::nullopt;
        return failed(Cause::proxy_refused, Actor::server, Confidence::proven, e.proxy_answered);
    }
    // Not a word, and somebody had enough of it.
    const bool silent = e.proxy == Protocol::http_connect && !facts.server.first_data.seen();
    if (!silent || !facts.first_end.seen()) return std::nullopt;
    const bool by_server = facts.first_end.by(Side::server);
    return failed(Cause::proxy_refused, Actor::server,
                  by_server ? Confidence::likely : Confidence::possible,
                  by_server ? facts.first_end.at : facts.client.last_payload);
}

Answer starttls(const Facts& facts) {
    const auto& upgrade = facts.evidence.upgrade;
    if (!upgrade || (upgrade->accepted.seen() && !upgrade->refused.seen())) return std::nullopt;
    const bool hello_in_vain =
        upgrade->refused.seen() && facts.evidence.first_client_hello > upgrade->refused;
    if (facts.client_hello_seen() && !hello_in_vain) return std::nullopt;
    if (upgrade->asked.seen()) {
        const bool went_on = upgrade->went_on > upgrade->asked;
        if (upgrade->refused.seen() && went_on) {
            return not_tls(Cause::starttls_declined, Actor::server, upgrade->refused);
        }
        if (upgrade->refused.seen()) {
            return failed(Cause::starttls_refused, Actor::server, Confidence::proven,
                          upgrade->refused);
        }
        if (!went_on && facts.first_end.seen()) {
            return failed(Cause::starttls_refused, Actor::server, Confidence::possible,
                          upgrade->asked);
        }
        return std::nullopt;
    }
    if (!waited_in_vain_for_offer(facts.evidence)) return std::nullopt;
    return failed(Cause::starttls_refused, Actor::server, Confidence::likely, upgrade->no_offer);
}

bool waited_in_vain_for_offer(const evidence::Evidence& e) {
    if (!e.upgrade || !e.upgrade->no_offer.seen() || e.upgrade->went_on.seen()) return false;
    const auto& client = e.of_client();
    return client.fin.seen() || client.rst.seen();
}

}  // namespace tlstriage::verdict
