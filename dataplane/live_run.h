// A live run: ports, polling threads, and the analysis that takes what they bring, in windows.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "executor.h"
#include "live_counts.h"
#include "report/run_facts.h"

namespace tlstriage::dataplane {

struct LivePlan {
    std::vector<std::string> ports;        ///< as typed (port_plan.h)
    std::vector<std::string> eal_options;  ///< the user's own
    engine::Limits limits;
    unsigned pollers = 0;  ///< threads; 0: EAL's worker lcores, or one
    unsigned slots = 128;  ///< batches of frames, a queue, that may wait for the analysis
    Nanoseconds every = seconds(60);
    Nanoseconds idle_timeout = seconds(120);
    Nanoseconds duration = 0;   ///< of the run; 0: until told to stop
    Nanoseconds stop_idle = 0;  ///< the run ends when nothing came for so long; 0: it does not
};

/// What others ask of a run at any time: signal handlers do.
struct LiveControl {
    std::atomic<bool> stop{false};
    std::atomic<bool> end_window{false};  ///< now
};

/// A window that has ended. Borrowed for the call.
struct LiveWindow {
    engine::Records records;  ///< of the flows that are over
    Nanoseconds begin = 0;    ///< UTC, of the frames
    Nanoseconds end = 0;
    bool last = false;
    report::RunFacts facts;  ///< of this window, but for what judging adds
};
using OnWindow = std::function<void(LiveWindow&)>;

/// The ports are open from construction on, and need no more rights than any other reading. A
/// process can have one, once. Throws std::runtime_error.
class LiveRun {
  public:
    LiveRun(const LivePlan& plan, const Executor& executor);
    ~LiveRun();
    LiveRun(LiveRun&&) = delete;
    LiveRun& operator=(LiveRun&&) = delete;

    /// Set up when this is made; for anyone to read.
    [[nodiscard]] LiveCounts& counts();
    /// What the ports can't do, for people.
    [[nodiscard]] const std::vector<std::string>& remarks() const;

    /// Until it is stopped. `on_window` is called by this thread while the ports are polled on; the
    /// analysis waits for it.
    void run(LiveControl& control, const OnWindow& on_window);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tlstriage::dataplane
