// rte_eth_read_clock() is the only way to a device's clock, and experimental in DPDK 22.11.
#define ALLOW_EXPERIMENTAL_API
#include "device_clock.h"

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include <chrono>

namespace tlstriage::dataplane {
namespace {

constexpr Nanoseconds between_looks = seconds(1);
/// Before this much has passed, two looks say little about the rate.
constexpr Nanoseconds least_span = milliseconds(100);

}  // namespace

Nanoseconds wall_time() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool DeviceClock::compare(Nanoseconds now) {
    if (any_ && now - last_time_ < (rated_ ? between_looks : least_span)) return rated_;
    std::uint64_t ticks = 0;
    if (rte_eth_read_clock(port_, &ticks) != 0) return false;
    if (any_ && ticks != last_ticks_ && now > last_time_) {
        nanoseconds_per_tick_ =
            static_cast<double>(now - last_time_) / static_cast<double>(ticks - last_ticks_);
        rated_ = true;
    }
    any_ = true;
    last_ticks_ = ticks;
    last_time_ = now;
    return rated_;
}

BurstClock::BurstClock(std::uint16_t port, Stamps stamps) : stamps_(stamps), device_(port) {
    if (stamps_ == Stamps::software) return;
    offset_ = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    const int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
    if (offset_ < 0 || bit < 0) {
        stamps_ = Stamps::software;
    } else {
        flag_ = std::uint64_t{1} << static_cast<unsigned>(bit);
    }
}

Nanoseconds BurstClock::begin_burst() {
    now_ = wall_time();
    if (stamps_ == Stamps::device_clock) device_tells_ = device_.compare(now_);
    return now_;
}

Nanoseconds BurstClock::time_of(const rte_mbuf* mbuf) const {
    if (stamps_ == Stamps::software || (mbuf->ol_flags & flag_) == 0) return now_;
    const std::uint64_t stamp = *RTE_MBUF_DYNFIELD(mbuf, offset_, const rte_mbuf_timestamp_t*);
    if (recorded()) return static_cast<Nanoseconds>(stamp) * 1000;
    return device_tells_ ? device_.time_of(stamp) : now_;
}

}  // namespace tlstriage::dataplane
