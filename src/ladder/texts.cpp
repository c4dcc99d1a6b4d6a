#include "ladder/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/format.h"
#include "report/sentences.h"
#include "tls/certificate.h"
#include "tls/names.h"
#include "wire/icmp.h"

namespace tlstriage::ladder {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::Evidence;
using evidence::Side;
using tls::Finding;

constexpr std::size_t longest_name = 160;

/// Long names keep their beginning and their end.
std::string shortened(const std::string& text) {
    if (text.size() <= longest_name) return text;
    constexpr std::size_t half = longest_name / 2 - 2;
    return text.substr(0, half) + "..." + text.substr(text.size() - half);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) {
        if (part.empty()) continue;
        if (!all.empty()) all += ", ";
        all += part;
    }
    return all;
}

std::string day(Nanoseconds time) {
    report::Buffer text;
    report::append_time(time, text);
    return std::string(text.view().substr(0, std::string_view("2026-11-23").size()));
}

std::string age(Nanoseconds span) {
    constexpr Nanoseconds of_a_day = seconds(86'400);
    return span < 2 * of_a_day ? fmt::format("{} hours", span / seconds(3'600))
                               : fmt::format("{} days", span / of_a_day);
}

void describe_client_hello(const Evidence& e, Words& words) {
    const auto& hello = e.client_hello;
    if (!hello) return;
    const auto& shape = *hello->shape;
    constexpr std::size_t short_enough = 48;
    const std::string name =
        hello->server_name ? "SNI " + shortened(*hello->server_name) : "no SNI";
    (name.size() <= short_enough ? words.title : words.details).push_back(name);
    const auto suites = std::ranges::count_if(
        shape.cipher_suites, [](std::uint16_t suite) { return !tls::is_grease(suite); });
    words.details.push_back(
        joined({shape.versions_text, fmt::format("{} suites", suites),
                shape.alpn_text.empty() ? "no ALPN" : "ALPN " + shortened(shape.alpn_text)}));
    std::vector<std::string> more;
    for (const std::uint16_t group : shape.key_share_groups) {
        if (!tls::is_grease(group))
            more.push_back(fmt::format("key share {}", tls::group_name(group)));
    }
    if (hello->pre_shared_key) more.emplace_back("a pre-shared key");
    if (hello->session_ticket) more.emplace_back("a session ticket");
    if (hello->early_data) more.emplace_back("early data");
    if (shape.encrypted_client_hello) more.emplace_back("encrypted ClientHello");
    if (!hello->whole) more.emplace_back("cut by the capture");
    if (!more.empty()) words.details.push_back(joined(more));
}

void describe_server_hello(const Evidence& e, Words& words) {
    const auto& hello = e.server_hello;
    if (!hello) return;
    if (!hello->whole) {
        words.details.emplace_back("cut by the capture");
        return;
    }
    std::vector<std::string> parts;
    parts.emplace_back(tls::version_name(hello->version));
    parts.emplace_back(tls::cipher_suite_name(hello->cipher_suite));
    if (hello->group) parts.emplace_back(tls::group_name(*hello->group));
    if (hello->dh_prime_bits) {
        parts.push_back(fmt::format("{} bits of Diffie-Hellman", *hello->dh_prime_bits));
    }
    words.details.push_back(joined(parts));
    parts.clear();
    if (!hello->alpn.empty()) parts.push_back("ALPN " + shortened(hello->alpn));
    const bool resumed = tls::is_tls13(hello->version)
                             ? hello->pre_shared_key
                             : hello->session_id_echoed && e.of_server().chain == nullptr;
    if (resumed) parts.emplace_back("resumes a session");
    if (!parts.empty()) words.details.push_back(joined(parts));
}

std::string finding_text(Finding finding, const tls::Certificate& leaf, Nanoseconds now) {
    switch (finding) {
        case Finding::expired:
            return leaf.not_after < now ? fmt::format("it ended {} ago", age(now - leaf.not_after))
                                        : "a certificate above it has ended";
        case Finding::not_yet_valid:
            return leaf.not_before > now
                       ? fmt::format("it begins in {}", age(leaf.not_before - now))
                       : "a certificate above it is not valid yet";
        case Finding::name_mismatch: return "it is not for the name asked for";
        case Finding::cn_only: return "the name is in its CN only";
        case Finding::self_signed: return "its own key signed it";
        case Finding::incomplete_chain: return "its issuer's certificate was not sent";
        case Finding::misordered_chain: return "the chain is out of order";
        case Finding::untrusted: return "no path to the given trust store";
        case Finding::revoked: return "it is on a revocation list";
        case Finding::weak_key: return "its key is short";
        case Finding::weak_signature: return "signed with MD5 or SHA-1";
        case Finding::wrong_usage: return "its key usage does not allow this";
    }
    return {};
}

void describe_certificate(const tls::Chain& chain, tls::Findings findings, Nanoseconds now,
                          Words& words) {
    const tls::Certificate* const leaf = chain.leaf();
    if (leaf == nullptr) {
        words.details.emplace_back("not readable");
        return;
    }
    words.details.push_back(
        "certificate of " + (leaf->subject.empty() ? "nobody" : shortened(leaf->subject)) +
        (leaf->names_text.empty() ? "" : ", for " + shortened(leaf->names_text)));
    words.details.push_back(
        fmt::format("from {}{}", shortened(leaf->issuer),
                    chain.certificates.size() > 1
                        ? fmt::format(", {} certificates sent", chain.certificates.size())
                        : ""));
    words.details.push_back(fmt::format("valid {} to {}, {}, {}", day(leaf->not_before),
                                        day(leaf->not_after), leaf->key, leaf->signature));
    for (unsigned i = 0; i < tls::finding_count; ++i) {
        const auto finding = static_cast<Finding>(i);
        if ((findings & tls::bit(finding)) == 0) continue;
        words.details.push_back(
            fmt::format("! {}: {}", tls::finding_name(finding), finding_text(finding, *leaf, now)));
    }
}

void describe_certificate(const Event& event, const Evidence& e, const verdict::Verdict& verdict,
                          Words& words) {
    const tls::Chain* const chain = e.side(event.side).chain;
    if (chain == nullptr || e.side(event.side).certificate != event.at) return;
    const bool of_server = event.side == Side::server;
    describe_certificate(
        *chain, of_server ? verdict.cert_findings : tls::judge_chain(*chain, event.at.time, {}),
        event.at.time, words);
}

std::string alert_text(const Event& event) {
    constexpr unsigned warning = 1;
    const unsigned level = event.detail >> 8U;
    const auto description = static_cast<std::uint8_t>(event.detail & 0xffU);
    return fmt::format("{}alert {}", level == warning ? "warning " : "fatal ",
                       tls::alert_name(description));
}

constexpr std::array event_texts{
#define EVENT(symbol, text) std::string_view{text},
#include "evidence/events.def"
#undef EVENT
};

std::string plain_text(const Event& event, const Evidence& e) {
    switch (event.kind) {
        case EventKind::established: return "ACK";
        case EventKind::syn_retransmitted: return "SYN";
        case EventKind::syn_ack_retransmitted: return "SYN-ACK";
        case EventKind::alert: return alert_text(event);
        case EventKind::plaintext: {
            const std::string spoken = event.side == Side::server
                                           ? report::server_speaks(e)
                                           : report::speaks(e.side(event.side));
            return spoken.empty() ? "bytes that are no TLS" : spoken;
        }
        case EventKind::http_status: return fmt::format("HTTP status {}", event.detail);
        default: return std::string(event_texts[static_cast<std::size_t>(event.kind)]);
    }
}

bool is_of_upgrade(EventKind kind) {
    return kind == EventKind::starttls_asked || kind == EventKind::starttls_accepted ||
           kind == EventKind::starttls_refused || kind == EventKind::starttls_not_offered;
}

}  // namespace

std::string bytes_text(std::uint64_t count) {
    return report::grouped(count) + (count == 1 ? " byte" : " bytes");
}

void add_event(const Event& event, const Evidence& e, const verdict::Verdict& verdict,
               Words& words) {
    std::string text = plain_text(event, e);
    if (event.kind == EventKind::gap || event.kind == EventKind::hole) {
        words.details.push_back("! before it, " + text);
        return;
    }
    if (is_of_upgrade(event.kind) && e.upgrade) {
        text += fmt::format(" ({}{})", name(e.upgrade->kind),
                            event.detail != 0 ? fmt::format(" {}", event.detail) : "");
    }
    if (event.kind == EventKind::socks_refused && event.detail != 0) {
        text += fmt::format(" (reply {})", event.detail);
    }
    words.title.push_back(std::move(text));
    switch (event.kind) {
        case EventKind::client_hello:
            if (event.at == e.client_hello_at) describe_client_hello(e, words);
            break;
        case EventKind::server_hello:
            if (event.at == e.server_hello_at) describe_server_hello(e, words);
            break;
        case EventKind::certificate: describe_certificate(event, e, verdict, words); break;
        default: break;
    }
}

void add_reset(const Frame& frame, const Evidence& e, Words& words) {
    const evidence::SideEvidence& side = e.side(frame.side);
    const unsigned hops = frame.segment.hops;
    const char* const limit = e.client.address.is_v4() ? "TTL" : "hop limit";
    if (side.data_hops != 0 && side.data_hops != hops) {
        words.details.push_back(fmt::format(
            "{} {}, but the {}'s data came with {}", limit, hops,
            name(frame.side == Side::client ? verdict::Actor::client : verdict::Actor::server),
            side.data_hops));
    } else if (side.data_hops == 0 && side.syn_hops != 0 && side.syn_hops != hops) {
        words.details.push_back(fmt::format("{} {}, but the {} came with {}", limit, hops,
                                            frame.side == Side::client ? "SYN" : "SYN-ACK",
                                            side.syn_hops));
    }
    if (side.rst == frame.at && side.reset_signs.rst_breaks_ids) {
        words.details.emplace_back("its IP ID breaks that host's sequence");
    }
    if (side.rst == frame.at && side.reset_signs.new_payload_after.seen()) {
        words.details.push_back(fmt::format("yet that side goes on sending: frame {}",
                                            side.reset_signs.new_payload_after.frame));
    }
}

}  // namespace tlstriage::ladder
