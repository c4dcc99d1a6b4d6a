// A progress bar on standard error.
#pragma once

#include <chrono>
#include <cstdint>

namespace tlstriage::cli {

/// Draws nothing in the first second, and nothing at all where it was told not to or standard error
/// is no terminal. Wipes itself when it ends.
class Progress {
  public:
    Progress(std::uint64_t total_bytes, bool enabled);
    ~Progress();
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;

    void update(std::uint64_t done_bytes);
    void wipe();

  private:
    using Clock = std::chrono::steady_clock;

    std::uint64_t total_;
    bool enabled_;
    bool drawn_ = false;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point last_ = begin_;
};

}  // namespace tlstriage::cli
