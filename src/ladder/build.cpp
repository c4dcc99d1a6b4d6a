// From evidence and frames to steps.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "flow/sequence.h"
#include "ladder/describe.h"
#include "ladder/hints.h"
#include "ladder/ladder.h"
#include "ladder/point.h"
#include "ladder/texts.h"
#include "report/format.h"
#include "report/sentences.h"

namespace tlstriage::ladder {
namespace {

using evidence::Evidence;
using evidence::Side;
using wire::tcp_flag::ack;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

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
        : e_(e), verdict_(verdict), capture_end_(capture_end), describer_(e, verdict) {}

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
        if (describer_.is_plain(point)) {
            run_.add(frame);
        } else {
            flush(false);
            push(describer_.step(point));
        }
        if (frame.kind != FrameKind::segment) return;
        if (frame.walked && !frame.has(rst)) note_numbers(frame);
        fins_[static_cast<std::size_t>(frame.side)] |= frame.has(fin);
        closed_ |= frame.has(rst) || (fins_[0] && fins_[1]);
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
        if (frame.segment.length > 0 || frame.has(syn)) asked_ = frame.side;
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
        if (describer_.done() < now || closed_ || fins_[0] || fins_[1]) return {};
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

    /// Ends the run; one of bare acknowledgements is shown only where somebody then waited.
    void flush(bool before_silence) {
        const Run run = std::exchange(run_, {});
        if (run.all == 0) return;
        if (run.first_data == nullptr) {
            if (!before_silence) return;
            Step step = describer_.begin_step(*run.last);
            step.from = party_of(run.last->side);
            step.to = party_of(evidence::other(run.last->side));
            step.title = run.last->repeat == Repeat::duplicate_acknowledgement
                             ? "ACK, the same again"
                             : "ACK";
            step.tone = Tone::quiet;
            push(std::move(step));
            return;
        }
        push(data_step(run));
    }

    [[nodiscard]] Step data_step(const Run& run) const {
        Step step = describer_.begin_step(*run.first_data);
        const bool both = run.frames[0] > 0 && run.frames[1] > 0;
        const Side side = run.first_data->side;
        const auto index = static_cast<std::size_t>(side);
        step.kind = StepKind::data;
        step.frames = run.frames[0] + run.frames[1];
        step.last_frame = run.last_data->at.frame;
        step.lasted = std::max<Nanoseconds>(0, run.last_data->at.time - step.at.time);
        step.tone = Tone::quiet;
        const char* const what = step.at > describer_.done() ? "application data" : "data";
        if (both) {
            step.title = fmt::format("{}: {} and {}", what, bytes_text(run.bytes[0]),
                                     bytes_text(run.bytes[1]));
        } else {
            step.from = party_of(side);
            step.to = party_of(evidence::other(side));
            step.title = fmt::format("{}, {}", what, bytes_text(run.bytes[index]));
        }
        if (step.frames > 1) step.title += fmt::format(" in {} segments", step.frames);
        if (run.repeats > 0) step.title += fmt::format(", {} again", run.repeats);
        return step;
    }

    const Evidence& e_;
    const verdict::Verdict& verdict_;
    Nanoseconds capture_end_;
    Describer describer_;
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
