#include "report/columns.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "wire/icmp.h"

namespace tlstriage::report {
namespace {

using evidence::EventKind;
using evidence::Side;
using sense::Protocol;

/// Words of a list, one space between them.
class List {
  public:
    explicit List(Buffer& out) : out_(out) {}
    void add(std::string_view word) {
        if (word.empty()) return;
        if (!first_) out_ += ' ';
        first_ = false;
        out_ += word;
    }

  private:
    Buffer& out_;
    bool first_ = true;
};

/// Copied whole, which costs less than copying as much as it has.
struct Meaning {
    std::array<char, 31> text{};
    std::uint8_t length = 0;
};
constexpr Meaning meaning(std::string_view text) {
    Meaning meaning;
    for (const char c : text)
        meaning.text[meaning.length++] = c;
    return meaning;
}

/// Side and meaning of an event, by evidence::Side and evidence::EventKind.
constexpr std::array client_meanings{
#define EVENT(symbol, text) meaning(":client:" #symbol),
#include "evidence/events.def"
#undef EVENT
};
constexpr std::array server_meanings{
#define EVENT(symbol, text) meaning(":server:" #symbol),
#include "evidence/events.def"
#undef EVENT
};
constexpr std::array meanings{client_meanings, server_meanings};

/// "frame:side:meaning+milliseconds since the flow began" for one event after the other; its
/// detail, an alert's name or a number, follows the meaning. Several are often of one packet: its
/// numbers are written once.
class EventWriter {
  public:
    static constexpr std::size_t longest = 2 * longest_number + longest_milliseconds + 128;

    explicit EventWriter(const Row& row) : row_(row) { write_numbers(row.evidence.first); }

    /// `at` has room for the longest one.
    char* write(const evidence::Event& event, char* at) {
        if (event.at != at_) write_numbers(event.at);
        at = copy(frame_, at);
        const auto side = static_cast<std::size_t>(event.side);
        const Meaning& said = meanings[side][static_cast<std::size_t>(event.kind)];
        std::memcpy(at, said.text.data(), said.text.size());
        at += said.length;
        if (event.kind == EventKind::alert) {
            *at++ = ':';
            const auto code = static_cast<std::uint8_t>(event.detail & 0xffU);
            at = std::ranges::copy(tls::alert_name(code), at).out;
        } else if (event.detail != 0) {
            *at++ = ':';
            at = write_number(event.detail, at);
        }
        return copy(since_, at);
    }

  private:
    struct Text {
        std::array<char, longest_milliseconds + 2> bytes{};
        std::size_t length = 0;
    };
    static char* copy(const Text& text, char* at) {
        std::memcpy(at, text.bytes.data(), text.bytes.size());
        return at + text.length;
    }
    void write_numbers(Moment at) {
        at_ = at;
        char* end = frame_.bytes.data();
        if (row_.has_frames()) end = write_number(at.frame, end);
        frame_.length = static_cast<std::size_t>(end - frame_.bytes.data());
        since_.bytes[0] = '+';
        end = write_milliseconds(at.time - row_.evidence.first.time, &since_.bytes[1]);
        since_.length = static_cast<std::size_t>(end - since_.bytes.data());
    }

    const Row& row_;
    Moment at_;
    Text frame_;
    Text since_;
};

}  // namespace

void append_alternatives(const Row& row, Buffer& out) {
    List list(out);
    for (const std::string_view word : row.verdict.alternatives)
        list.add(word);
}

void append_notes(const Row& row, Buffer& out) {
    List list(out);
    for (const verdict::Word word : row.verdict.notes)
        list.add(name(word));
}

void append_findings(const Row& row, Buffer& out) {
    if (row.verdict.cert_findings == 0) return;
    List list(out);
    for (unsigned i = 0; i < tls::finding_count; ++i) {
        const auto finding = static_cast<tls::Finding>(i);
        if ((row.verdict.cert_findings & tls::bit(finding)) != 0) {
            list.add(tls::finding_name(finding));
        }
    }
}

/// In the order of time. Live, the frame is empty.
void append_evidence(const Row& row, Buffer& out) {
    const auto& events = row.evidence.events;
    if (events.empty()) return;
    EventWriter writer(row);
    out.write(events.size() * (EventWriter::longest + 1), [&](char* at) {
        for (const evidence::Event& event : events) {
            at = writer.write(event, at);
            *at++ = ' ';
        }
        return at - 1;
    });
}

/// The error's name and the router that sent it.
void append_icmp(const Row& row, Buffer& out) {
    const auto& icmp = row.evidence.icmp;
    if (!icmp) return;
    out += std::string_view(wire::icmp_name(icmp->v6, icmp->type, icmp->code));
    out += ' ';
    append_address(icmp->router, out);
}

std::string_view proxy_cell(const Row& row) {
    switch (row.evidence.proxy) {
        case Protocol::silent: return {};
        case Protocol::http_connect: return "connect";
        case Protocol::proxy_header: return "proxy_header";
        default: return name(row.evidence.proxy);
    }
}

std::string_view starttls_cell(const Row& row) {
    const auto& upgrade = row.evidence.upgrade;
    return upgrade && (upgrade->asked.seen() || upgrade->no_offer.seen()) ? name(upgrade->kind)
                                                                          : std::string_view{};
}

std::string_view resumed_cell(const Row& row) {
    const auto& hello = row.evidence.server_hello;
    if (!hello || !hello->whole) return {};
    if (tls::is_tls13(hello->version)) return yes_or_no(hello->pre_shared_key);
    return yes_or_no(hello->session_id_echoed && row.evidence.of_server().chain == nullptr &&
                     !row.evidence.server_hello_done.seen());
}

std::string_view client_auth_cell(const Row& row) {
    const auto& chain = row.evidence.of_client().chain;
    if (chain != nullptr) return chain->certificates.empty() ? "empty" : "sent";
    return row.evidence.certificate_request.seen() ? "requested" : "";
}

namespace {

std::string_view earlier(Moment client, Moment server) {
    if (!client.seen() && !server.seen()) return {};
    if (!server.seen()) return "client";
    if (!client.seen()) return "server";
    return client < server ? "client" : "server";
}

}  // namespace

std::string_view rst_sender_cell(const Row& row) {
    return earlier(row.evidence.of_client().rst, row.evidence.of_server().rst);
}

std::string_view fin_sender_cell(const Row& row) {
    const auto& client = row.evidence.of_client();
    const auto& server = row.evidence.of_server();
    if (fin_answers(client, server)) return "server";
    if (fin_answers(server, client)) return "client";
    return earlier(client.fin, server.fin);
}

const evidence::AlertEvidence* alert_of(const Row& row) {
    const auto& alerts = row.evidence.alerts;
    for (const auto& alert : alerts) {
        if (alert.at == row.verdict.decisive && alert.description != 0) return &alert;
    }
    for (const auto& alert : alerts) {
        if (alert.description != 0) return &alert;
    }
    return alerts.empty() ? nullptr : &alerts.front();
}

const tls::Certificate* leaf_of(const Row& row) {
    const auto& chain = row.evidence.of_server().chain;
    return chain == nullptr ? nullptr : chain->leaf();
}

}  // namespace tlstriage::report
