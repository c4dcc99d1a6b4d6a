// The time of frames: what the device stamped, or when they were taken from it.
#pragma once

#include <rte_mbuf.h>

#include <cstdint>

#include "base/time.h"
#include "port_plan.h"

namespace tlstriage::dataplane {

/// Time of this machine, UTC.
Nanoseconds wall_time();

/// A device's free-running counter, translated to UTC: two looks at both clocks give the rate, and
/// a third now and then keeps them together.
class DeviceClock {
  public:
    explicit DeviceClock(std::uint16_t port) : port_(port) {}

    /// Looks at the clocks if it is time to. False when the device does not tell its own.
    bool compare(Nanoseconds now);
    [[nodiscard]] Nanoseconds time_of(std::uint64_t ticks) const {
        const auto since = static_cast<double>(static_cast<std::int64_t>(ticks - last_ticks_));
        return last_time_ + static_cast<Nanoseconds>(since * nanoseconds_per_tick_);
    }

  private:
    std::uint16_t port_;
    bool any_ = false;
    bool rated_ = false;
    std::uint64_t last_ticks_ = 0;
    Nanoseconds last_time_ = 0;
    double nanoseconds_per_tick_ = 1;
};

/// Stamps the frames of a burst.
class BurstClock {
  public:
    BurstClock(std::uint16_t port, Stamps stamps);

    /// Before the frames of a burst; returns the time of this machine.
    Nanoseconds begin_burst();
    [[nodiscard]] Nanoseconds time_of(const rte_mbuf* mbuf) const;

    [[nodiscard]] bool recorded() const { return stamps_ == Stamps::capture_microseconds; }

  private:
    Stamps stamps_;
    int offset_ = -1;  ///< of the time stamp in an mbuf
    std::uint64_t flag_ = 0;
    DeviceClock device_;
    bool device_tells_ = false;
    Nanoseconds now_ = 0;
};

}  // namespace tlstriage::dataplane
