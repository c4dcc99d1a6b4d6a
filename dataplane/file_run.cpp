#include "file_run.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "capture/walk.h"

namespace tlstriage::dataplane {
namespace {

using capture::Step;

constexpr std::size_t first_stretch = std::size_t{1} << 20U;
/// Places of a trace that are kept: 16 MB.
constexpr std::size_t most_places = std::size_t{1} << 20U;
constexpr std::size_t least_stretch = std::size_t{64} << 10U;

/// How far the next walk may go: less after a guess failed or a control block came early, so that
/// little is walked in vain; more after each success.
class Stretch {
  public:
    explicit Stretch(std::size_t most) : most_(most), length_(std::min(first_stretch, most)) {}

    [[nodiscard]] std::size_t length() const { return length_; }
    void adapt(std::size_t used) {
        length_ = used >= length_ ? std::min(most_, length_ * 4)
                                  : std::max(std::min(least_stretch, most_), used);
    }

  private:
    std::size_t most_;
    std::size_t length_;
};

std::uint64_t sum_of_drops(const capture::WalkResult& result) {
    std::uint64_t dropped = 0;
    if (!result.format) return dropped;
    for (const capture::Interface& interface : result.format->interfaces()) {
        dropped += interface.dropped;
    }
    return dropped;
}

}  // namespace

struct TraceReader::State {
    std::unique_ptr<capture::Source> source;
    Consumer& consumer;
    std::uint32_t file;
    capture::Walker walker;
    std::array<WindowWalk, 2> walks;  ///< in turn, if there are walks ahead: each has its pieces
    unsigned turn = 0;
    Stretch stretch;
    Window window;
    Step stop = Step::record;  ///< what ended the last walk, not dealt with yet
    bool more = false;
    std::optional<WindowWalk::Result> walked;  ///< not taken yet; without pieces at the end
    std::uint64_t walked_from = 0;             ///< offset in the trace
    std::shared_ptr<const void> kept;          ///< the present window's bytes
    WindowCounts counts;
    report::TraceFacts facts;
    std::optional<std::vector<capture::Place>> places;  ///< in order

    State(std::unique_ptr<capture::Source> from, Consumer& to, std::uint32_t number,
          const Executor& executor, const WindowShape& shape)
        : source(std::move(from)),
          consumer(to),
          file(number),
          walker(*source, shape.window),
          walks{WindowWalk(executor, shape, to.focus()), WindowWalk(executor, shape, to.focus())},
          stretch(shape.window) {
        if (to.focus() != nullptr) places.emplace();
    }

    [[nodiscard]] std::uint64_t offset() const { return source->position() + walker.position; }

    void get_over_stop() {
        switch (std::exchange(stop, Step::record)) {
            case Step::control:
                note({offset(), 0});
                walker.control();
                break;
            case Step::damaged: walker.damaged(); break;
            case Step::partial: more = walker.refill(); break;
            default: break;
        }
    }

    void note(const capture::Place& place) {
        if (!places) return;
        places->push_back(place);
        if (places->size() > most_places) places.reset();
    }
    /// Of the window at hand, which was walked from `from` on.
    void note_places(std::uint64_t from) {
        for (std::size_t i = 0; i < window.pieces.size(); ++i) {
            for (const capture::Place& place : window.pieces[i]->places())
                note({from + place.offset, window.bases[i] + place.frame});
        }
    }

    void walk() {
        walked.emplace();
        get_over_stop();
        while (more && walker.position == walker.window.size())
            more = walker.refill();
        if (!more) return;
        const Bytes rest = walker.window.subspan(walker.position);
        walked_from = offset();
        *walked = walks[turn].walk(*walker.result.format, rest,
                                   std::min(rest.size(), stretch.length()), walker.last_time);
        stretch.adapt(walked->stop == Step::partial ? stretch.length() : walked->end);
        for (const Piece* piece : walked->pieces) {
            if (piece->any_time()) walker.last_time = piece->recent_time();
        }
        walker.position += walked->end;
        stop = walked->stop;
    }
};

TraceReader::TraceReader(std::unique_ptr<capture::Source> source, const std::string& name,
                         std::uint32_t file, Consumer& consumer, const Executor& executor,
                         const WindowShape& shape)
    : state_(std::make_unique<State>(std::move(source), consumer, file, executor, shape)) {
    state_->facts.name = name;
    state_->more = state_->walker.begin();
}

TraceReader::~TraceReader() = default;

void TraceReader::walk_ahead() {
    State& s = *state_;
    s.kept = s.source->keep();
    s.turn ^= 1U;
    s.walk();
    if (s.more) ++s.counts.walked_ahead;
}

bool TraceReader::next_window() {
    State& s = *state_;
    if (!s.walked) s.walk();
    const WindowWalk::Result walked = *std::exchange(s.walked, std::nullopt);
    const std::uint64_t from = s.walked_from;
    s.kept.reset();
    if (!s.more) return false;
    s.facts.frames += s.consumer.take(walked.pieces, s.file, s.facts.frames, s.window);
    s.note_places(from);
    ++s.counts.all;
    return true;
}

Window& TraceReader::window() {
    return state_->window;
}

std::uint64_t TraceReader::stored_position() const {
    return state_->source->stored_position();
}

const WindowCounts& TraceReader::counts() const {
    return state_->counts;
}

std::optional<std::vector<capture::Place>> TraceReader::take_places() {
    return std::move(state_->places);
}

report::TraceFacts TraceReader::finish() {
    report::TraceFacts& facts = state_->facts;
    capture::WalkResult result = state_->walker.finish();
    facts.bytes = result.bytes;
    facts.dropped = sum_of_drops(result);
    if (result.format) state_->consumer.take_statements(*result.format);
    facts.damage = std::move(result.damages);
    if (result.cut) {
        facts.damage.push_back(
            {result.cut->offset, result.cut->bytes, "the capture ends inside a record"});
    }
    facts.error = std::move(result.error);
    return std::move(facts);
}

}  // namespace tlstriage::dataplane
