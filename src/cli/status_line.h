// One line on a terminal that says how a live run goes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tlstriage::cli {

struct LiveStatus {
    double packets_per_second = 0;
    double bits_per_second = 0;
    std::uint64_t drops = 0;  ///< frames, since the run began
    std::uint64_t open_flows = 0;
    bool window_ended = false;                                    ///< there is a last window
    std::uint64_t failed = 0;                                     ///< flows of the last window
    std::vector<std::pair<std::string, std::uint64_t>> failures;  ///< by cause, most first
};

/// No longer than `width` columns: what does not fit is left out from the end.
std::string status_text(const LiveStatus& status, unsigned width);

/// Rewrites one line on standard error; nothing at all where that is no terminal. Wipes itself when
/// it ends. One thread at a time.
class StatusLine {
  public:
    explicit StatusLine(bool wanted);
    ~StatusLine();
    StatusLine(StatusLine&&) = delete;
    StatusLine& operator=(StatusLine&&) = delete;

    [[nodiscard]] bool enabled() const { return enabled_; }
    void show(const LiveStatus& status);
    /// Before something else is written to the terminal.
    void wipe();

  private:
    bool enabled_;
    bool drawn_ = false;
};

}  // namespace tlstriage::cli
