// From evidence and frames to steps.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "evidence/tls13.h"
#include "flow/sequence.h"
#include "ladder/hints.h"
#include "ladder/ladder.h"
#include "ladder/point.h"
#include "ladder/texts.h"
#include "report/format.h"
#include "report/sentences.h"
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

Party party(Side side) {
    return side == Side::client ? Party::client : Party::server;
}

/// When both sides had finished, as far as can be seen; the end of time when they had not.
Moment done_at(const Evidence& e, bool tls13, const evidence::Tls13View& view) {
    constexpr Moment never{std::numeric_limits<Nanoseconds>::max(),
                           std::numeric_limits<std::uint64_t>::max()};
    if (tls13) return view.client_finished.seen() ? view.client_finished : never;
    const Moment client = e.of_client().finished;
    const Moment server = e.of_server().finished;
    return client.seen() && server.seen() ? std::max(client, server) : never;
}

/// Segments in a row that say nothing of the handshake.
struct Run {
    std::array<std::uint64_t, 2> frames{};  ///< by side, with payload
    std::array<std::uint64_t, 2> bytes{};
    std::uint64_t all = 0;
    std::uint64_t repeats = 0;
    const Frame* first_data = nullptr;
    const Frame* last_data = nullptr;
    const Frame* last = nullptr;

    void add(const Frame& frame) {
        ++all;
        last = &frame;
        if (frame.segment.length == 0) return;
        const auto side = static_cast<std::size_t>(frame.side);
        ++frames[side];
        bytes[side] += frame.segment.length;
        if (frame.repeat == Repeat::retransmission) ++repeats;
        if (first_data == nullptr) first_data = &frame;
        last_data = &frame;
    }
};

class Builder {
  public:
    Builder(const Evidence& e, const verdict::Verdict& verdict, Nanoseconds capture_end)
        : e_(e),
          verdict_(verdict),
          capture_end_(capture_end),
          tls13_(e.server_hello && tls::is_tls13(e.server_hello->version)),
          view_(tls13_ ? evidence::view_tls13(e) : evidence::Tls13View{}),
          done_(done_at(e, tls13_, view_)) {}

    std::vector<Step> steps(const FlowFrames& frames) {
        for (const Point& point : Points(e_, verdict_, frames))
            take(point);
        if (begun_ && !closed_ && capture_end_ - last_time_ >= least_silence) {
            pause(capture_end_, true);
        }
        flush(false);
        return std::move(steps_);
    }

  private:
    void take(const Point& point) {
        const Frame& frame = *point.frame;
        if (begun_ && frame.at.time - last_time_ >= least_silence) pause(frame.at.time, false);
        begun_ = true;
        last_time_ = frame.at.time;
        if (frame.kind == FrameKind::segment && is_plain(point)) {
            run_.add(frame);
        } else {
            flush(false);
            add(point);
        }
        if (frame.kind != FrameKind::segment) return;
        if (frame.segment.length > 0 || frame.has(syn)) asked_ = frame.side;
        note_numbers(frame);
        fins_[static_cast<std::size_t>(frame.side)] |= frame.has(fin);
        closed_ |= frame.has(rst) || (fins_[0] && fins_[1]);
    }

    /// Records of TLS 1.3 that came with a frame and may say something by their sizes.
    [[nodiscard]] std::vector<const evidence::OpaqueRecord*> records_of(const Point& point) const {
        std::vector<const evidence::OpaqueRecord*> found;
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

    [[nodiscard]] bool is_plain(const Point& point) const {
        const Frame& frame = *point.frame;
        const bool telling = std::ranges::any_of(point.events, [&](const Event* event) {
            return event->kind != EventKind::application_data || !tls13_;
        });
        const bool late = frame.at > done_;
        const bool repeats = frame.repeat == Repeat::retransmission ||
                             frame.repeat == Repeat::out_of_order ||
                             frame.repeat == Repeat::keep_alive;
        return !telling && !point.decisive && !frame.has(syn | fin | rst) && (late || !repeats) &&
               (late || frame.missing_before == 0) && frame.window != 0 &&
               records_of(point).empty() && !speaks_clearly(point);
    }

    /// A line of text before TLS begins, or where it never does: the first of what a side says.
    [[nodiscard]] bool speaks_clearly(const Point& point) const {
        const Frame& frame = *point.frame;
        const bool goes_on = asked_ == frame.side && point.events.empty();
        if (frame.text.empty() || goes_on) return false;
        const Moment begin = e_.side(frame.side).first_record;
        return !begin.seen() || frame.at < begin;
    }

    Step begin_step(const Frame& frame) const {
        Step step;
        step.at = frame.at;
        step.last_frame = frame.at.frame;
        step.file = frame.file;
        step.since_start = frame.at.time - e_.first.time;
        return step;
    }

    void push(Step step) {
        step.since_previous = steps_.empty() ? 0 : step.at.time - previous_;
        previous_ = step.at.time + step.lasted;
        steps_.push_back(std::move(step));
    }

    void pause(Nanoseconds until, bool at_end) {
        flush(true);
        Step step;
        step.kind = StepKind::silence;
        step.at = {last_time_, 0};
        step.lasted = until - last_time_;
        step.since_start = last_time_ - e_.first.time;
        step.tone = Tone::doubtful;
        step.frames = 0;
        step.title = at_end ? fmt::format("nothing more in the {} until the capture ends",
                                          report::readable_span(step.lasted))
                            : fmt::format("{} of silence", report::readable_span(step.lasted));
        if (const std::string owed = owed_by(); !owed.empty()) step.title += ", " + owed;
        const Nanoseconds previous = previous_;
        push(std::move(step));
        // What comes next is measured from what was before.
        previous_ = previous;
    }

    void note_numbers(const Frame& frame) {
        const auto side = static_cast<std::size_t>(frame.side);
        const std::uint32_t end =
            frame.segment.sequence + frame.segment.length + (frame.has(syn) ? 1U : 0U);
        if (!sent_[side] || flow::distance(end, *sent_[side]) > 0) sent_[side] = end;
        if (frame.has(ack)) acknowledged_[side] = frame.segment.acknowledgement;
    }
    [[nodiscard]] bool is_acknowledged(Side side) const {
        const auto index = static_cast<std::size_t>(side);
        return sent_[index] && acknowledged_[1 - index] &&
               flow::distance(*acknowledged_[1 - index], *sent_[index]) >= 0;
    }

    /// Who would have to speak in a silence.
    [[nodiscard]] std::string owed_by() const {
        const Moment now{last_time_, std::numeric_limits<std::uint64_t>::max()};
        if (done_ < now || fins_[0] || fins_[1]) return {};
        if (!asked_) return {};
        if (!is_acknowledged(*asked_)) {
            return e_.of_server().first_segment.seen() && e_.of_server().first_segment < now
                       ? "not acknowledged"
                       : "no answer";
        }
        if (asked_ == Side::client) {
            return "the server's turn";
        }
        const bool all_said = e_.server_hello_done.seen() && e_.server_hello_done < now;
        return asked_ == Side::server && all_said ? "the client's turn" : "";
    }

    void add(const Point& point) {
        const Frame& frame = *point.frame;
        Step step = begin_step(frame);
        step.decisive = point.decisive;
        step.repeat = frame.repeat;
        switch (frame.kind) {
            case FrameKind::dns: describe_lookup(frame, step); break;
            case FrameKind::icmp: describe_icmp(frame, step); break;
            case FrameKind::segment: describe_segment(point, step); break;
        }
        push(std::move(step));
    }

    static void describe_lookup(const Frame& frame, Step& step) {
        const bool asks = frame.side == Side::client;
        step.kind = StepKind::lookup;
        step.from = asks ? Party::client : Party::resolver;
        step.to = asks ? Party::resolver : Party::client;
        step.title = "DNS " + frame.text;
        step.third = report::readable(frame.peer);
        step.tone = Tone::quiet;
    }

    void describe_icmp(const Frame& frame, Step& step) const {
        step.kind = StepKind::icmp;
        const bool is_server = frame.peer.address == e_.server.address;
        const bool is_client = frame.peer.address == e_.client.address;
        step.from = is_server ? Party::server : is_client ? Party::client : Party::router;
        step.to = party(frame.side);
        report::Buffer router;
        report::append_address(frame.peer.address, router);
        step.third = router.text();
        step.title = fmt::format("ICMP {} from {}", frame.text, step.third);
        step.tone = Tone::bad;
    }

    void describe_segment(const Point& point, Step& step) {
        const Frame& frame = *point.frame;
        const bool forged = verdict_.actor == verdict::Actor::middlebox && point.decisive;
        step.from = forged ? Party::middlebox : party(frame.side);
        step.to = party(evidence::other(frame.side));
        Words words;
        add_flags(point, words);
        for (const Event* event : point.events) {
            const bool of_flags = event->kind == EventKind::fin || event->kind == EventKind::rst ||
                                  is_syn(event->kind);
            if (of_flags || (tls13_ && event->kind == EventKind::application_data)) continue;
            tone(*event, step);
            if (is_said_otherwise(event->kind, point)) continue;
            add_event(*event, e_, verdict_, words);
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
        add_repeat(frame, step, words);
        for (const std::string& part : words.title) {
            if (!step.title.empty()) step.title += ", ";
            step.title += part;
        }
        step.details = std::move(words.details);
    }

    static bool is_syn(EventKind kind) {
        return kind == EventKind::syn || kind == EventKind::syn_retransmitted ||
               kind == EventKind::syn_ack || kind == EventKind::syn_ack_retransmitted;
    }

    /// By the line of text, or by the event of the dialogue that came with it.
    [[nodiscard]] bool is_said_otherwise(EventKind kind, const Point& point) const {
        const bool of_text = kind == EventKind::plaintext || kind == EventKind::http_connect ||
                             kind == EventKind::http_status || kind == EventKind::proxy_header;
        const bool named = kind == EventKind::plaintext && point.events.size() > 1;
        return named || (of_text && speaks_clearly(point));
    }

    static void add_flags(const Point& point, Words& words) {
        const Frame& frame = *point.frame;
        if (!frame.has(syn)) return;
        words.title.emplace_back(frame.has(ack) ? "SYN-ACK" : "SYN");
        if (frame.segment.mss != 0 && frame.repeat == Repeat::none) {
            words.title.push_back(fmt::format("MSS {}", frame.segment.mss));
        }
    }

    static void tone(const Event& event, Step& step) {
        switch (event.kind) {
            case EventKind::alert:
                step.tone = (event.detail & 0xffU) == 0 ? Tone::quiet : Tone::bad;
                break;
            case EventKind::starttls_refused:
            case EventKind::starttls_not_offered:
            case EventKind::socks_refused: step.tone = Tone::bad; break;
            case EventKind::finished: step.tone = Tone::good; break;
            default: break;
        }
    }

    void add_records(const Point& point, Words& words) const {
        const auto records = records_of(point);
        if (records.empty()) return;
        const std::uint16_t suite = e_.server_hello->cipher_suite;
        const bool of_client = point.frame->side == Side::client;
        std::string sizes;
        for (const auto* record : records) {
            sizes += sizes.empty() ? "" : " ";
            sizes += std::to_string(record->length);
        }
        words.title.push_back(records.size() == 1 ? "encrypted record" : "encrypted records");
        std::string meaning;
        if (evidence::is_alert_sized(*records.back(), suite)) meaning = ": an alert's size";
        if (of_client && same(view_.client_finished, point.frame->at)) {
            meaning = ": the client's Finished by size";
        }
        words.details.push_back(fmt::format("of {} bytes{}", sizes, meaning));
    }

    void add_payload(const Point& point, Words& words) const {
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

    static void add_repeat(const Frame& frame, Step& step, Words& words) {
        switch (frame.repeat) {
            case Repeat::retransmission:
                words.title.push_back(frame.repeated == 0
                                          ? "again"
                                          : fmt::format("again (frame {})", frame.repeated));
                if (step.tone == Tone::plain) step.tone = Tone::doubtful;
                break;
            case Repeat::out_of_order: words.title.emplace_back("out of order"); break;
            case Repeat::keep_alive:
                words.title.assign(1, "keep-alive");
                step.tone = Tone::quiet;
                break;
            default: break;
        }
        if (frame.missing_before > 0) {
            words.details.push_back(bytes_text(frame.missing_before) + " before it not seen yet");
        }
    }

    /// Ends the run; one of bare acknowledgements is shown only where somebody then waited.
    void flush(bool before_silence) {
        const Run run = std::exchange(run_, {});
        if (run.all == 0) return;
        if (run.first_data == nullptr) {
            if (!before_silence) return;
            Step step = begin_step(*run.last);
            step.from = party(run.last->side);
            step.to = party(evidence::other(run.last->side));
            step.title = run.last->repeat == Repeat::duplicate_acknowledgement
                             ? "ACK, the same again"
                             : "ACK";
            step.tone = Tone::quiet;
            push(std::move(step));
            return;
        }
        push(data_step(run));
    }

    Step data_step(const Run& run) const {
        Step step = begin_step(*run.first_data);
        const bool both = run.frames[0] > 0 && run.frames[1] > 0;
        const Side side = run.first_data->side;
        const auto index = static_cast<std::size_t>(side);
        step.kind = StepKind::data;
        step.frames = run.frames[0] + run.frames[1];
        step.last_frame = run.last_data->at.frame;
        step.lasted = std::max<Nanoseconds>(0, run.last_data->at.time - step.at.time);
        step.tone = Tone::quiet;
        const char* const what = step.at > done_ ? "application data" : "data";
        if (both) {
            step.title = fmt::format("{}: {} and {}", what, bytes_text(run.bytes[0]),
                                     bytes_text(run.bytes[1]));
        } else {
            step.from = party(side);
            step.to = party(evidence::other(side));
            step.title = fmt::format("{}, {}", what, bytes_text(run.bytes[index]));
        }
        if (step.frames > 1) step.title += fmt::format(" in {} segments", step.frames);
        if (run.repeats > 0) step.title += fmt::format(", {} again", run.repeats);
        return step;
    }

    const Evidence& e_;
    const verdict::Verdict& verdict_;
    Nanoseconds capture_end_;
    bool tls13_;
    evidence::Tls13View view_;
    Moment done_;
    std::vector<Step> steps_;
    Run run_;
    bool begun_ = false;
    bool closed_ = false;
    std::array<bool, 2> fins_{};
    std::array<std::optional<std::uint32_t>, 2> sent_;          ///< by side: behind its last byte
    std::array<std::optional<std::uint32_t>, 2> acknowledged_;  ///< by the side that does
    std::optional<Side> asked_;  ///< who sent the last segment that asks for an answer
    Nanoseconds last_time_ = 0;  ///< of the last frame, shown or not
    Nanoseconds previous_ = 0;   ///< of the end of the last step
};

/// Keeps the first and the last steps of too many, and the decisive one.
void shorten(std::vector<Step>& steps) {
    if (steps.size() <= max_steps) return;
    constexpr std::size_t kept_first = max_steps * 2 / 3;
    constexpr std::size_t kept_last = max_steps - kept_first;
    const std::size_t end = steps.size() - kept_last;
    std::vector<Step> kept;
    const auto leave_out = [&](std::size_t from, std::size_t to) {
        if (from == to) return;
        Step gap;
        gap.kind = StepKind::left_out;
        gap.at = {steps[from].at.time, 0};
        gap.frames = 0;
        gap.since_start = steps[from].since_start;
        gap.title = fmt::format("{} steps left out", to - from);
        kept.push_back(std::move(gap));
    };
    std::size_t from = kept_first;
    std::ranges::move(steps.begin(), steps.begin() + kept_first, std::back_inserter(kept));
    for (std::size_t i = kept_first; i < end; ++i) {
        if (!steps[i].decisive) continue;
        leave_out(from, i);
        kept.push_back(std::move(steps[i]));
        from = i + 1;
    }
    leave_out(from, end);
    std::ranges::move(steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end(),
                      std::back_inserter(kept));
    steps = std::move(kept);
}

}  // namespace

Ladder build(const Evidence& evidence, const verdict::Verdict& verdict, Nanoseconds capture_end,
             const FlowFrames& frames) {
    Ladder ladder;
    ladder.steps = Builder(evidence, verdict, capture_end).steps(frames);
    shorten(ladder.steps);
    for (const std::string_view name : verdict.alternatives)
        ladder.candidates.push_back({name, hint(name)});
    for (const verdict::Word note : verdict.notes)
        ladder.notes.push_back({name(note), hint(name(note))});
    ladder.certainty = certainty(verdict.confidence);
    ladder.explanation = report::explanation(evidence, verdict);
    ladder.next_step = report::next_step(evidence, verdict);
    ladder.copies = frames.copies;
    ladder.unkept = frames.unkept;
    return ladder;
}

}  // namespace tlstriage::ladder
