// What a live run shows while it goes on: the metrics page and the status line.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/metrics_server.h"
#include "cli/status_line.h"
#include "engine/judgement.h"
#include "live_counts.h"
#include "report/metrics.h"

namespace tlstriage::cli {

struct ViewPlan {
    std::optional<ListenAddress> metrics;  ///< no page without
    bool status_line = true;               ///< where standard error is a terminal
    unsigned workers = 1;                  ///< threads that judge
};

/// Looks at the counters once a second, from a thread of its own; the run's threads are not
/// touched. `counts` must outlive it.
class LiveView {
  public:
    /// Throws std::runtime_error when the page can't be served.
    LiveView(const dataplane::LiveCounts& counts, const ViewPlan& plan);
    ~LiveView();
    LiveView(LiveView&&) = delete;
    LiveView& operator=(LiveView&&) = delete;

    /// A flow of the window that is being judged (see engine::OnJudged::flows).
    void add(const engine::JudgedBatch& batch, const engine::JudgedFlow& flow);
    /// All of its flows are added. `end` is its end.
    void end_window(Nanoseconds end);

    [[nodiscard]] std::string page() const;
    /// Calls what writes to the terminal, with the status line out of its way.
    void print(const std::function<void()>& printing);
    /// Where the page is served; 0 when it is not.
    [[nodiscard]] std::uint16_t metrics_port() const { return server_ ? server_->port() : 0; }

  private:
    /// The counters that rates are made of, at a time.
    struct Look {
        Nanoseconds time = 0;  ///< of a steady clock
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
        std::vector<std::uint64_t> busy;  ///< nanoseconds, by thread
    };

    [[nodiscard]] Look look() const;
    void watch();
    void take_a_look();
    void show(const Look& before, const Look& now);

    const dataplane::LiveCounts& counts_;
    std::vector<report::FlowTally> window_;  ///< of the one being judged, by worker

    mutable std::mutex mutex_;  ///< over what follows, down to the last window
    report::FlowTally all_;
    report::FlowTally last_window_;
    bool window_ended_ = false;
    Nanoseconds last_window_end_ = 0;
    Nanoseconds started_;
    std::vector<double> busy_ratios_;

    Look last_look_;  ///< of the thread alone
    std::mutex line_mutex_;
    StatusLine line_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::thread watcher_;
    std::optional<MetricsServer> server_;
};

}  // namespace tlstriage::cli
