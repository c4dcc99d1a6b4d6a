// A flow's Moments, each by the place that a byte can name.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "evidence/evidence.h"

namespace tlstriage::evidence {

/// Place 0 is the flow's first one. Nothing is cleared that was not put there: it is made anew for
/// every flow.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): 4 KB a flow, of which it needs 200 bytes
class MomentTable {
  public:
    static constexpr std::size_t most = 255;
    static_assert(sizeof(Evidence) / sizeof(Moment) + max_events + max_alerts +
                      2 * max_opaque_records <
                  most);

    [[nodiscard]] std::size_t size() const { return size_; }
    /// `place` is less than size().
    [[nodiscard]] Moment at(std::size_t place) const {
        return {moments_[place].time, moments_[place].frame};
    }
    /// There must be room.
    std::uint8_t add(const Moment& moment) {
        moments_[size_] = {moment.time, moment.frame};
        return static_cast<std::uint8_t>(size_++);
    }

  private:
    struct Item {
        Nanoseconds time;
        std::uint64_t frame;
    };
    std::array<Item, most> moments_;
    std::size_t size_ = 0;
};

}  // namespace tlstriage::evidence
