// What a live run tells Prometheus: counters of the run and of the flows that ended.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "report/timings.h"
#include "verdict/verdict.h"

namespace tlstriage::report {

/// Times counted by how long they were. The buckets hold each its own, not those below it.
struct Histogram {
    std::vector<Nanoseconds> bounds;    ///< upper ones, included, ascending
    std::vector<std::uint64_t> counts;  ///< one more than bounds: the last is for all above
    Nanoseconds sum = 0;

    void note(Nanoseconds span);
    /// `other` has the same bounds.
    void add(const Histogram& other);
};

/// Flows counted by what happened to them, and the steps of their handshakes.
class FlowTally {
  public:
    using Kind = std::pair<verdict::Outcome, verdict::Cause>;
    static constexpr std::array<std::string_view, 6> steps{
        "tcp_connect", "client_hello", "server_hello", "certificate", "finished", "handshake"};

    FlowTally();
    void add(const verdict::Verdict& verdict, const Timings& timings);
    void merge(const FlowTally& other);

    [[nodiscard]] const std::map<Kind, std::uint64_t>& flows() const { return flows_; }
    /// By the index of `steps`.
    [[nodiscard]] const std::array<Histogram, steps.size()>& step_times() const { return times_; }

  private:
    std::map<Kind, std::uint64_t> flows_;
    std::array<Histogram, steps.size()> times_;
};

/// All that the page shows, at one moment. Names come from the command line and from devices, so
/// that they may be anything.
struct Metrics {
    struct Queue {
        std::string port;
        unsigned queue = 0;
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
        std::uint64_t cut_frames = 0;
        std::uint64_t merged_frames = 0;
        std::uint64_t depth = 0;  ///< batches that wait
        std::uint64_t size = 0;   ///< slots for them
    };
    struct Drop {
        std::string port;  ///< empty: not of one port
        std::string cause;
        std::uint64_t frames = 0;
    };
    struct Thread {
        std::string name;
        Nanoseconds busy = 0;   ///< time at work since the run began
        double busy_ratio = 0;  ///< 0 … 1, since the last look
    };
    struct Work {
        std::string stage;
        Histogram times;
    };

    std::string version;
    std::vector<Queue> queues;
    std::vector<Drop> drops;
    std::vector<Thread> threads;
    std::vector<Work> work;
    FlowTally flows;  ///< of all windows
    std::uint64_t open_flows = 0;
    std::uint64_t evicted_flows = 0;
    std::uint64_t windows_written = 0;
    std::uint64_t windows_failed = 0;
    std::uint64_t windows_waiting = 0;
    Nanoseconds last_window = 0;  ///< end of the last one that was judged; 0: none yet
    Nanoseconds started = 0;
};

/// The page: Prometheus' text format, version 0.0.4.
std::string to_prometheus(const Metrics& metrics);

}  // namespace tlstriage::report
