#include "evidence/stream_reader.h"

#include "base/cursor.h"
#include "plain/http.h"
#include "plain/proxy_header.h"

namespace tlstriage::evidence {
namespace {

using sense::Protocol;

/// Fewer bytes than this may still become a known protocol.
constexpr std::size_t enough_to_decide = 16;
/// "HTTP/1.1 200"
constexpr std::size_t status_line = 12;
/// Segments of another protocol that are looked at for the beginning of TLS.
constexpr std::uint16_t max_tries = 200;
constexpr std::uint16_t max_tries_unknown = 48;

bool begins_with_client_hello(Bytes data) {
    return data.size() > 5 && data[0] == 0x16 && data[5] == 1;
}
bool begins_with_server_hello(Bytes data) {
    return data.size() > 5 && data[0] == 0x16 && data[5] == 2;
}

/// Too few bytes to tell, which may be the beginning of a hello.
bool may_begin_hello(Bytes data) {
    return !data.empty() && data.size() <= 5 && data[0] == 0x16 &&
           (data.size() == 1 || data[1] == 3);
}

plain::DialogueKind dialogue_of(Protocol protocol) {
    using plain::DialogueKind;
    switch (protocol) {
        case Protocol::greeting_220: return DialogueKind::greeting_220;
        case Protocol::smtp:
        case Protocol::smtp_client: return DialogueKind::smtp;
        case Protocol::ftp:
        case Protocol::ftp_client: return DialogueKind::ftp;
        case Protocol::imap:
        case Protocol::imap_client: return DialogueKind::imap;
        case Protocol::pop3:
        case Protocol::pop3_client: return DialogueKind::pop3;
        case Protocol::ldap: return DialogueKind::ldap;
        case Protocol::xmpp: return DialogueKind::xmpp;
        case Protocol::postgresql: return DialogueKind::postgresql;
        case Protocol::mysql: return DialogueKind::mysql;
        case Protocol::rdp: return DialogueKind::rdp;
        case Protocol::tds: return DialogueKind::tds;
        case Protocol::socks4: return DialogueKind::socks4;
        case Protocol::socks5: return DialogueKind::socks5;
        default: return DialogueKind::none;
    }
}

/// Bytes of a request for TLS that a ClientHello may follow in the same segment.
std::size_t upgrade_request_length(Protocol protocol, Bytes first) {
    if (protocol == Protocol::postgresql && first.size() >= 8 && first[3] == 8) return 8;
    constexpr std::size_t mysql_request = 36;
    const bool mysql = protocol == Protocol::unknown && first.size() > mysql_request &&
                       first[0] == 32 && first[3] == 1;
    if (mysql && begins_with_client_hello(first.subspan(mysql_request))) return mysql_request;
    return 0;
}

}  // namespace

void StreamReader::bytes(Bytes data, Moment at) {
    SideEvidence& s = own();
    if (!s.first_data.seen()) s.first_data = at;
    s.last_data = at;
    // A peer that answers has heard enough: what it answers to is not the beginning of something.
    Direction& peer = conversation_.directions[lane_ ^ 1U];
    if (peer.speech == Speech::undecided && !peer.prefix.empty()) {
        StreamReader(collector_, evidence_, conversation_, lane_ ^ 1U).sense({}, at, true);
    }
    if (conversation_.tds_framed) {
        direction().tds.strip(data, [&](Bytes part) { in_order(part, at); });
    } else {
        in_order(data, at);
    }
}

/// Messages behind their 16-bit lengths.
void StreamReader::read_dns(Bytes data, Moment at) {
    constexpr std::size_t most_waiting = 70'000;
    std::vector<std::uint8_t>& waiting = direction().prefix;
    waiting.insert(waiting.end(), data.begin(), data.end());
    std::size_t used = 0;
    while (waiting.size() - used >= 2) {
        const std::size_t length = load_big<std::uint16_t>(&waiting[used]);
        if (waiting.size() - used - 2 < length) break;
        const auto begin = waiting.begin() + static_cast<std::ptrdiff_t>(used + 2);
        collector_.dns_.push_back(
            {side(), {begin, begin + static_cast<std::ptrdiff_t>(length)}, at});
        used += 2 + length;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(used));
    if (waiting.size() > most_waiting) waiting.clear();
}

void StreamReader::in_order(Bytes data, Moment at) {
    constexpr std::uint16_t port_dns = 53;
    if (evidence_.server.port == port_dns) {
        own().first_protocol = Protocol::unknown;
        direction().speech = Speech::plain;
        read_dns(data, at);
        return;
    }
    switch (direction().speech) {
        case Speech::undecided: sense(data, at, false); break;
        case Speech::tls: direction().records.bytes(data, at, *this); break;
        case Speech::plain: watch_for_tls(data, at); break;
        case Speech::ended: break;
    }
}

void StreamReader::cut(std::uint64_t count, Moment at) {
    own().cut_bytes += count;
    missing(count, at);
}

void StreamReader::lost(std::uint64_t count, Moment at) {
    // What the peer acknowledged it has received: then it is the capture that lacks it.
    SideEvidence& s = own();
    const SideEvidence& peer = evidence_.side(other(side()));
    const bool received =
        !peer.acknowledged.seen() ||
        flow::distance(peer.highest_acknowledgement, direction().stream.next()) >= 0;
    (received ? s.lost_bytes : s.hole_bytes) += count;
    Moment& first = received ? s.first_loss : s.first_hole;
    if (!first.seen()) first = at;
    evidence_.add(received ? EventKind::gap : EventKind::hole, side(), at);
    missing(count, at);
}

void StreamReader::missing(std::uint64_t count, Moment at) {
    Direction& d = direction();
    if (d.speech == Speech::undecided) {
        const Protocol protocol = identify(d.prefix);
        if (protocol == Protocol::unknown || protocol == Protocol::silent) {
            d.speech = Speech::ended;  // what was missing could have told
            d.prefix.clear();
        } else {
            sense({}, at, true);
        }
    }
    if (d.speech == Speech::tls) d.records.gap(count, at, *this);
}

void StreamReader::finish(Moment at) {
    Direction& d = direction();
    d.stream.finish(*this);
    if (d.speech == Speech::undecided && !d.prefix.empty()) sense({}, at, true);
    const std::uint32_t tail = d.stream.missing_tail();
    if (tail > 1) {  // one may be the FIN
        own().lost_bytes += tail;
        if (!own().first_loss.seen()) own().first_loss = at;
    }
    note_hole_before_fin();
    if (d.speech == Speech::tls) {
        d.records.end(at, *this);
        own().unfinished_record = d.records.inside_record();
    }
}

/// The FIN came, and bytes before it never did.
void StreamReader::note_hole_before_fin() {
    SideEvidence& s = own();
    const flow::Reassembler& stream = direction().stream;
    if (!s.fin.seen() || !stream.started() || stream.missing_tail() > 1) return;
    const std::int32_t missing = flow::distance(s.fin_sequence, stream.next());
    if (missing <= 0) return;
    s.hole_bytes += static_cast<std::uint32_t>(missing);
    if (!s.first_hole.seen()) s.first_hole = s.fin;
}

Protocol StreamReader::identify(Bytes first) {
    const auto speaker = [](Side s) {
        return s == Side::client ? sense::Speaker::client : sense::Speaker::server;
    };
    Protocol protocol = collector_.sensor_.identify(first, speaker(side()));
    if (evidence_.client_certain) return protocol;
    const bool wrong_way =
        side() == Side::client ? begins_with_server_hello(first) : begins_with_client_hello(first);
    if (protocol == Protocol::unknown || wrong_way) {
        const Protocol reverse = collector_.sensor_.identify(first, speaker(other(side())));
        if (reverse != Protocol::unknown) {
            evidence_.swap_sides();
            protocol = reverse;
        }
    }
    return protocol;
}

void StreamReader::sense(Bytes data, Moment at, bool last_chance) {
    Direction& d = direction();
    Bytes first = data;
    if (d.prefix.empty()) d.prefix_at = at;
    if (!d.prefix.empty()) {
        d.prefix.insert(d.prefix.end(), data.begin(), data.end());
        first = d.prefix;
    }
    const Protocol protocol = identify(first);
    // In a dialogue that the peer began even one byte is an answer.
    const bool enough = first.size() >= enough_to_decide || last_chance ||
                        (conversation_.dialogue.begun() && !may_begin_hello(first));
    const bool status_to_come =
        protocol == Protocol::http_response && first.size() < status_line && !last_chance;
    if ((protocol == Protocol::unknown && !enough) || status_to_come) {
        if (d.prefix.empty()) d.prefix.assign(data.begin(), data.end());
        return;
    }
    std::vector<std::uint8_t> waited;
    waited.swap(d.prefix);  // `first` may be a view of it
    decide(protocol, first, sense::is_tls(protocol) ? at : d.prefix_at);
}

void StreamReader::decide(Protocol protocol, Bytes first, Moment at) {
    if (sense::is_tls(protocol)) {
        begin_tls(protocol, first, at);
    } else if (protocol == Protocol::proxy_header) {
        skip_proxy_header(first, at);
    } else {
        begin_plaintext(protocol, first, at);
    }
}

void StreamReader::begin_tls(Protocol protocol, Bytes first, Moment at) {
    Direction& d = direction();
    SideEvidence& s = own();
    if (s.first_protocol == Protocol::silent) s.first_protocol = protocol;
    d.speech = Speech::tls;
    if (protocol == Protocol::ssl2) d.records.expect_ssl2();
    d.records.bytes(first, at, *this);
}

void StreamReader::skip_proxy_header(Bytes first, Moment at) {
    const plain::ProxyHeader header = plain::read_proxy_header(first);
    if (header.needs_more) {
        direction().prefix.assign(first.begin(), first.end());
        return;
    }
    if (header.length == 0) {
        begin_plaintext(Protocol::unknown, first, at);
        return;
    }
    evidence_.proxy = Protocol::proxy_header;
    evidence_.add(EventKind::proxy_header, side(), at);
    const Bytes rest = first.subspan(header.length);
    if (!rest.empty()) sense(std::vector(rest.begin(), rest.end()), at, false);
}

void StreamReader::begin_plaintext(Protocol protocol, Bytes first, Moment at) {
    SideEvidence& s = own();
    if (s.first_protocol == Protocol::silent) s.first_protocol = protocol;
    if (!s.plaintext.seen()) {
        s.plaintext = at;
        evidence_.add(EventKind::plaintext, side(), at);
    }
    direction().speech = Speech::plain;
    if (protocol == Protocol::http_connect || protocol == Protocol::socks4 ||
        protocol == Protocol::socks5) {
        evidence_.proxy = protocol;
        if (protocol == Protocol::http_connect) {
            evidence_.add(EventKind::http_connect, side(), at);
        }
    }
    follow_dialogue(protocol, first, at);
    if (side() == Side::server) {
        if (evidence_.client_hello) s.not_tls_after_hello = at;
        if (protocol == Protocol::http_response) read_http_response(first, at);
        return;
    }
    const std::size_t request = upgrade_request_length(protocol, first);
    if (request != 0 && first.size() > request) watch_for_tls(first.subspan(request), at);
}

/// Both directions of a dialogue that may lead to TLS go through the same reader.
void StreamReader::follow_dialogue(Protocol protocol, Bytes data, Moment at) {
    plain::Dialogue& dialogue = conversation_.dialogue;
    if (!dialogue.begun()) {
        const plain::DialogueKind kind = dialogue_of(protocol);
        if (kind == plain::DialogueKind::none) return;
        dialogue.begin(kind);
    }
    if (evidence_.client_hello) return;
    dialogue.feed(side() == Side::client, data,
                  [&](const plain::DialogueEvent& event) { note_step(event, at); });
}

void StreamReader::note_step(const plain::DialogueEvent& event, Moment at) {
    using plain::DialogueKind;
    using plain::DialogueStep;
    const DialogueKind kind = conversation_.dialogue.kind();
    if (kind == DialogueKind::socks4 || kind == DialogueKind::socks5) {
        if (event.step == DialogueStep::asked) return;
        const bool granted = event.step == DialogueStep::accepted;
        evidence_.add(granted ? EventKind::socks_granted : EventKind::socks_refused, side(), at,
                      event.code);
        // A refusal of all methods, or of the password, has no reply code.
        if (granted || event.code != 0) evidence_.proxy_status = event.code;
        evidence_.proxy_answered = at;
        evidence_.proxy_refused = !granted;
        if (granted) begin_inside({}, at);
        return;
    }
    if (!evidence_.upgrade) evidence_.upgrade.emplace();
    UpgradeEvidence& upgrade = *evidence_.upgrade;
    upgrade.kind = kind;
    switch (event.step) {
        case DialogueStep::asked:
            upgrade.asked = at;
            upgrade.refused = {};
            evidence_.add(EventKind::starttls_asked, side(), at);
            break;
        case DialogueStep::accepted:
            upgrade.accepted = at;
            if (!upgrade.asked.seen()) upgrade.asked = at;  // MySQL asks, and needs no answer
            evidence_.add(EventKind::starttls_accepted, side(), at, event.code);
            if (kind == DialogueKind::tds) conversation_.tds_framed = true;
            break;
        case DialogueStep::refused:
            upgrade.refused = at;
            evidence_.add(EventKind::starttls_refused, side(), at, event.code);
            break;
        case DialogueStep::no_offer:
            if (!upgrade.no_offer.seen()) {
                evidence_.add(EventKind::starttls_not_offered, side(), at);
            }
            upgrade.no_offer = at;
            break;
        case DialogueStep::went_on: upgrade.went_on = at; break;
    }
}

/// A proxy has made the way free: what comes now is another conversation. `rest` is what the server
/// has sent of it already.
void StreamReader::begin_inside(Bytes rest, Moment at) {
    for (Direction& direction : conversation_.directions)
        direction.speech = Speech::undecided;
    conversation_.dialogue.clear();
    if (!rest.empty()) sense(std::vector(rest.begin(), rest.end()), at, false);
}

void StreamReader::read_http_response(Bytes data, Moment at) {
    SideEvidence& s = own();
    if (const auto status = plain::http_status(data)) {
        s.http_status = *status;
        if (evidence_.proxy == Protocol::http_connect && !evidence_.client_hello) {
            evidence_.proxy_status = *status;
            evidence_.proxy_answered = at;
            evidence_.proxy_refused = *status / 100 != 2;
            evidence_.add(EventKind::http_status, Side::server, at, *status);
            const std::size_t end = as_text(data).find("\r\n\r\n");
            if (!evidence_.proxy_refused) {
                begin_inside(end == std::string_view::npos ? Bytes{} : data.subspan(end + 4), at);
            }
        }
    }
    if (s.http_status == 400 && plain::says_tls_port(data)) s.http_says_tls = true;
}

void StreamReader::watch_for_tls(Bytes data, Moment at) {
    Direction& d = direction();
    SideEvidence& s = own();
    std::vector<std::uint8_t> waited;
    waited.swap(d.prefix);
    if (!waited.empty()) {
        waited.insert(waited.end(), data.begin(), data.end());
        data = waited;
    }
    if (may_begin_hello(data)) {
        d.prefix.assign(data.begin(), data.end());
        return;
    }
    if (side() == Side::server && s.http_status != 0) read_http_response(data, at);
    const bool from_the_middle = !evidence_.client_certain;
    const bool client_hello = begins_with_client_hello(data);
    const bool expected =
        side() == Side::client ? client_hello : evidence_.client_hello.has_value();
    if ((expected || from_the_middle) && tls::RecordStream::resumes_at(data) &&
        identify(data) == Protocol::tls) {
        begin_tls(Protocol::tls, data, at);
        return;
    }
    follow_dialogue(s.first_protocol, data, at);
    if (side() == Side::server && evidence_.client_hello && !s.not_tls_after_hello.seen()) {
        s.not_tls_after_hello = at;
    }
    const bool unknown = s.first_protocol == Protocol::unknown;
    if (++d.tries > (unknown ? max_tries_unknown : max_tries)) d.speech = Speech::ended;
}

}  // namespace tlstriage::evidence
