#include "ladder/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "report/format.h"
#include "tls/names.h"

namespace tlstriage::ladder {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::Evidence;
using evidence::Side;
using wire::tcp_flag::ack;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

Moment done_at(const Evidence& e, bool tls13, const evidence::Tls13View& view) {
    constexpr Moment never{std::numeric_limits<Nanoseconds>::max(),
                           std::numeric_limits<std::uint64_t>::max()};
    if (tls13) return view.client_finished.seen() ? view.client_finished : never;
    const Moment client = e.of_client().finished;
    const Moment server = e.of_server().finished;
    return client.seen() && server.seen() ? std::max(client, server) : never;
}

/// Events that the flags of their segment tell.
bool is_of_flags(EventKind kind) {
    return kind == EventKind::syn || kind == EventKind::syn_retransmitted ||
           kind == EventKind::syn_ack || kind == EventKind::syn_ack_retransmitted ||
           kind == EventKind::fin || kind == EventKind::rst;
}

Tone tone_of(const Event& event) {
    switch (event.kind) {
        case EventKind::alert: return (event.detail & 0xffU) == 0 ? Tone::quiet : Tone::bad;
        case EventKind::starttls_refused:
        case EventKind::starttls_not_offered:
        case EventKind::socks_refused: return Tone::bad;
        case EventKind::finished: return Tone::good;
        default: return Tone::plain;
    }
}

void add_syn(const Frame& frame, Words& words) {
    words.title.emplace_back(frame.has(ack) ? "SYN-ACK" : "SYN");
    if (frame.segment.mss != 0 && frame.repeat == Repeat::none) {
        words.title.push_back(fmt::format("MSS {}", frame.segment.mss));
    }
}

void add_repeat(const Frame& frame, Words& words) {
    switch (frame.repeat) {
        case Repeat::retransmission:
            words.title.push_back(
                frame.repeated == 0 ? "again" : fmt::format("again (frame {})", frame.repeated));
            break;
        case Repeat::out_of_order: words.title.emplace_back("out of order"); break;
        case Repeat::keep_alive: words.title.assign(1, "keep-alive"); break;
        default: break;
    }
    if (frame.missing_before > 0) {
        words.details.push_back(bytes_text(frame.missing_before) + " before it not seen yet");
    }
}

}  // namespace

Describer::Describer(const Evidence& evidence, const verdict::Verdict& verdict)
    : e_(evidence),
      verdict_(verdict),
      tls13_(evidence.server_hello && tls::is_tls13(evidence.server_hello->version)),
      view_(tls13_ ? evidence::view_tls13(evidence) : evidence::Tls13View{}),
      done_(done_at(evidence, tls13_, view_)) {}

/// Records of TLS 1.3 that came with a frame and may say something by their sizes.
Describer::Records Describer::records_of(const Point& point) const {
    Records found;
    if (!tls13_ || point.frame->kind != FrameKind::segment) return found;
    const std::uint16_t suite = e_.server_hello->cipher_suite;
    for (const auto& record : e_.side(point.frame->side).opaque_records) {
        const bool tells = record.at <= done_ || evidence::is_alert_sized(record, suite);
        if (record.type == tls::ContentType::application_data && tells &&
            same(record.at, point.frame->at)) {
            found.push_back(&record);
        }
    }
    return found;
}

bool Describer::is_plain(const Point& point) const {
    const Frame& frame = *point.frame;
    if (frame.kind != FrameKind::segment || point.decisive || frame.has(syn | fin | rst)) {
        return false;
    }
    const bool tells = std::ranges::any_of(point.events, [&](const Event* event) {
        return event->kind != EventKind::application_data || !tls13_;
    });
    const bool late = frame.at > done_;
    const bool in_place =
        (frame.repeat == Repeat::none || frame.repeat == Repeat::duplicate_acknowledgement) &&
        frame.missing_before == 0;
    return !tells && (late || in_place) && frame.window != 0 && records_of(point).empty() &&
           !speaks_clearly(point);
}

/// A line of text before TLS begins, or where it never does: the first of what a side says.
bool Describer::speaks_clearly(const Point& point) const {
    const Frame& frame = *point.frame;
    if (frame.text.empty() || (point.goes_on && point.events.empty())) return false;
    const Moment begin = e_.side(frame.side).first_record;
    return !begin.seen() || frame.at < begin;
}

/// By the line of text, or by the event of the dialogue that came with it.
bool Describer::is_said_otherwise(EventKind kind, const Point& point) const {
    if (tls13_ && kind == EventKind::application_data) return true;
    const bool of_text = kind == EventKind::plaintext || kind == EventKind::http_connect ||
                         kind == EventKind::http_status || kind == EventKind::proxy_header;
    const bool named = kind == EventKind::plaintext && point.events.size() > 1;
    return is_of_flags(kind) || named || (of_text && speaks_clearly(point));
}

Step Describer::begin_step(const Frame& frame) const {
    Step step;
    step.at = frame.at;
    step.last_frame = frame.at.frame;
    step.file = frame.file;
    step.since_start = frame.at.time - e_.first.time;
    return step;
}

Step Describer::step(const Point& point) const {
    const Frame& frame = *point.frame;
    Step step = begin_step(frame);
    step.decisive = point.decisive;
    step.repeat = frame.repeat;
    switch (frame.kind) {
        case FrameKind::dns: describe_lookup(frame, step); break;
        case FrameKind::icmp: describe_icmp(frame, step); break;
        case FrameKind::segment: describe_segment(point, step); break;
    }
    return step;
}

void Describer::describe_lookup(const Frame& frame, Step& step) {
    const bool asks = frame.side == Side::client;
    step.kind = StepKind::lookup;
    step.from = asks ? Party::client : Party::resolver;
    step.to = asks ? Party::resolver : Party::client;
    step.title = "DNS " + frame.text;
    step.third = report::readable(frame.peer);
    step.tone = Tone::quiet;
}

void Describer::describe_icmp(const Frame& frame, Step& step) const {
    step.kind = StepKind::icmp;
    const bool is_server = frame.peer.address == e_.server.address;
    const bool is_client = frame.peer.address == e_.client.address;
    step.from = is_server ? Party::server : is_client ? Party::client : Party::router;
    step.to = party_of(frame.side);
    report::Buffer router;
    report::append_address(frame.peer.address, router);
    step.third = router.text();
    step.title = fmt::format("ICMP {} from {}", frame.text, step.third);
    step.tone = Tone::bad;
}

void Describer::describe_segment(const Point& point, Step& step) const {
    const Frame& frame = *point.frame;
    const bool forged = verdict_.actor == verdict::Actor::middlebox && point.decisive;
    step.from = forged ? Party::middlebox : party_of(frame.side);
    step.to = party_of(evidence::other(frame.side));
    if (frame.repeat == Repeat::retransmission) step.tone = Tone::doubtful;
    if (frame.repeat == Repeat::keep_alive) step.tone = Tone::quiet;
    for (const Event* event : point.events) {
        if (tone_of(*event) != Tone::plain) step.tone = tone_of(*event);
    }
    Words words;
    if (frame.has(syn)) add_syn(frame, words);
    for (const Event* event : point.events) {
        if (!is_said_otherwise(event->kind, point)) add_event(*event, e_, verdict_, words);
    }
    add_records(point, words);
    add_payload(point, words);
    if (frame.has(fin)) words.title.emplace_back("FIN");
    if (frame.has(rst)) {
        words.title.emplace_back("RST");
        step.tone = Tone::bad;
        add_reset(frame, e_, words);
        if (forged) words.details.emplace_back("most likely forged on the way");
    }
    add_repeat(frame, words);
    add_loss(frame, words);
    for (const std::string& part : words.title) {
        if (!step.title.empty()) step.title += ", ";
        step.title += part;
    }
    step.details = std::move(words.details);
}

/// Where the stream of its sender first lacks bytes.
void Describer::add_loss(const Frame& frame, Words& words) const {
    const evidence::SideEvidence& side = e_.side(frame.side);
    const char* const whose = frame.side == Side::client ? "client" : "server";
    if (side.lost_bytes > 0 && same(side.first_loss, frame.at)) {
        words.details.push_back(fmt::format("! the capture lacks {} of the {} from here on",
                                            bytes_text(side.lost_bytes), whose));
    }
}

void Describer::add_records(const Point& point, Words& words) const {
    const Records records = records_of(point);
    if (records.empty()) return;
    std::string sizes;
    for (const auto* record : records) {
        sizes += sizes.empty() ? "" : " ";
        sizes += std::to_string(record->length);
    }
    words.title.push_back(records.size() == 1
                              ? "encrypted record"
                              : fmt::format("{} encrypted records", records.size()));
    std::string meaning;
    if (evidence::is_alert_sized(*records.back(), e_.server_hello->cipher_suite)) {
        meaning = ": an alert's size";
    }
    if (point.frame->side == Side::client && same(view_.client_finished, point.frame->at)) {
        meaning = ": the client's Finished, by its size";
    }
    words.details.push_back(fmt::format("of {} bytes{}", sizes, meaning));
}

void Describer::add_payload(const Point& point, Words& words) const {
    const Frame& frame = *point.frame;
    if (frame.segment.length == 0) {
        if (words.title.empty() && !frame.has(syn | fin | rst)) {
            words.title.emplace_back(frame.window == 0 ? "ACK, window 0" : "ACK");
        }
        return;
    }
    if (speaks_clearly(point)) {
        // What is said goes before what it means.
        words.title.insert(words.title.begin(), fmt::format("\"{}\"", frame.text));
    }
    if (words.title.empty()) words.title.push_back(bytes_text(frame.segment.length));
}

}  // namespace tlstriage::ladder
