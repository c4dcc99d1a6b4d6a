// What those who receive packets may know of flows, without asking the shard that owns them.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace tlstriage::engine {

/// A mark for each flow, by its hash, that any thread may set and read: what tells which packets may
/// be shed under load. It forgets: a place of its table has one flow, the latest; marks but
/// `settled` fade after `lifetime`.
class FlowMarks {
  public:
    enum class Mark : std::uint8_t {
        none,
        known,    ///< its SYN was let in
        settled,  ///< its handshake is over
        shed,     ///< its SYN was not let in
        other,    ///< answer only: the place is another flow's
    };
    static constexpr Nanoseconds lifetime = seconds(128);  ///< more than SYNs are repeated for

    FlowMarks() : places_(std::size_t{1} << place_bits) {}

    void set(std::uint64_t flow_hash, Mark mark, Nanoseconds now) {
        if (mark == Mark::shed && !any_shed()) any_shed_.store(true, std::memory_order_relaxed);
        place(flow_hash).store(tag(flow_hash) | static_cast<std::uint32_t>(mark) << 14U | age(now),
                               std::memory_order_relaxed);
    }

    [[nodiscard]] Mark of(std::uint64_t flow_hash, Nanoseconds now) const {
        const std::uint32_t entry =
            places_[flow_hash >> (64 - place_bits)].load(std::memory_order_relaxed);
        const auto mark = static_cast<Mark>(entry >> 14U & 3U);
        if (mark == Mark::none) return mark;
        const bool faded = ((age(now) - entry) & age_mask) > lifetime / nanoseconds_per_second;
        if ((entry & tag_mask) != tag(flow_hash)) {
            return faded || mark == Mark::settled ? Mark::none : Mark::other;
        }
        return faded && mark != Mark::settled ? Mark::none : mark;
    }

    /// Whether any flow ever was.
    [[nodiscard]] bool any_shed() const { return any_shed_.load(std::memory_order_relaxed); }

  private:
    // An entry: 16 bits of the hash, 2 of the mark, 14 of the second that it was set in.
    static constexpr unsigned place_bits = 20;
    static constexpr std::uint32_t tag_mask = 0xffff'0000U;
    static constexpr std::uint32_t age_mask = 0x3fffU;

    static std::uint32_t tag(std::uint64_t flow_hash) {
        return static_cast<std::uint32_t>(flow_hash) & tag_mask;
    }
    static std::uint32_t age(Nanoseconds now) {
        return static_cast<std::uint32_t>(now / nanoseconds_per_second) & age_mask;
    }
    std::atomic<std::uint32_t>& place(std::uint64_t flow_hash) {
        return places_[flow_hash >> (64 - place_bits)];
    }

    std::vector<std::atomic<std::uint32_t>> places_;
    std::atomic<bool> any_shed_{false};
};

}  // namespace tlstriage::engine
