// Traces from files, through windows, into the engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/inputs.h"
#include "capture/place.h"
#include "consumer.h"
#include "report/run_facts.h"
#include "window_walk.h"

namespace tlstriage::dataplane {

/// Called after each window: bytes of stored input consumed so far in all traces.
using OnProgress = std::function<void(std::uint64_t stored_bytes)>;

/// Windows of a run, and how many of them were walked while the one before was consumed.
struct WindowCounts {
    std::uint64_t all = 0;
    std::uint64_t walked_ahead = 0;
};

/// Reads one trace, window by window. What could not be read is in its facts, not an exception;
/// only memory and threads can throw.
class TraceReader {
  public:
    /// `trace` as number `file` of the run.
    TraceReader(std::unique_ptr<capture::Source> source, const std::string& name,
                std::uint32_t file, Consumer& consumer, const Executor& executor,
                const WindowShape& shape);
    ~TraceReader();
    TraceReader(TraceReader&&) = delete;
    TraceReader& operator=(TraceReader&&) = delete;

    /// Goes on to the next window, whose packets end those of the last one; false at the end.
    bool next_window();
    /// Does most of the next next_window() before its time: the packets of the present window stay
    /// valid, and other threads may consume them meanwhile.
    void walk_ahead();
    [[nodiscard]] Window& window();
    /// Bytes of stored input consumed so far.
    [[nodiscard]] std::uint64_t stored_position() const;
    [[nodiscard]] const WindowCounts& counts() const;

    /// Where frames are that the run's focus has noted, and blocks that tell how to read them;
    /// empty without a focus, and when there are too many to be worth it.
    [[nodiscard]] std::optional<std::vector<capture::Place>> take_places();
    /// After the last window.
    report::TraceFacts finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tlstriage::dataplane
