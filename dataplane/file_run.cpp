#include "file_run.h"

#include <algorithm>

#include "capture/walk.h"

namespace tlstriage::dataplane {
namespace {

using capture::Step;

constexpr std::size_t first_stretch = std::size_t{1} << 20U;
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

report::TraceFacts run_trace(capture::Source& source, const std::string& name, std::uint32_t file,
                             Consumer& consumer, const Executor& executor, const WindowShape& shape,
                             const OnProgress& on_progress) {
    report::TraceFacts facts;
    facts.name = name;
    capture::Walker walker(source, shape.window);
    WindowWalk window_walk(executor, shape);
    Stretch stretch(shape.window);
    bool more = walker.begin();
    while (more) {
        if (walker.position == walker.window.size()) {
            more = walker.refill();
            continue;
        }
        const Bytes rest = walker.window.subspan(walker.position);
        const WindowWalk::Result walked = window_walk.walk(
            *walker.result.format, rest, std::min(rest.size(), stretch.length()), walker.last_time);
        stretch.adapt(walked.stop == Step::partial ? stretch.length() : walked.end);
        facts.frames += consumer.consume(walked.pieces, file, facts.frames);
        for (const Piece* piece : walked.pieces) {
            if (piece->any_time()) walker.last_time = piece->recent_time();
        }
        walker.position += walked.end;
        switch (walked.stop) {
            case Step::control: walker.control(); break;
            case Step::damaged: walker.damaged(); break;
            case Step::partial: more = walker.refill(); break;
            default: break;
        }
        if (on_progress) on_progress(source.stored_position());
    }
    capture::WalkResult result = walker.finish();
    facts.bytes = result.bytes;
    facts.dropped = sum_of_drops(result);
    facts.damage = std::move(result.damages);
    if (result.cut) {
        facts.damage.push_back(
            {result.cut->offset, result.cut->bytes, "the capture ends inside a record"});
    }
    facts.error = std::move(result.error);
    return facts;
}

}  // namespace tlstriage::dataplane
