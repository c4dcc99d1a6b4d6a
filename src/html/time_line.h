// Counts over time, in buckets that grow with what they have to span.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/time.h"

namespace tlstriage::html {

/// How many flows of each series began in each bucket. Exact, in one pass, in any order: when the
/// buckets become more than `most_buckets`, they are merged into wider ones.
class TimeLine {
  public:
    void add(Nanoseconds time, std::size_t series);

    static constexpr std::size_t most_buckets = 60;

    [[nodiscard]] bool empty() const { return buckets_.empty(); }
    [[nodiscard]] Nanoseconds width() const;
    /// The begin of the first bucket. Precondition: not empty.
    [[nodiscard]] Nanoseconds start() const { return buckets_.begin()->first * width(); }
    /// One number for each bucket from the first to the last, those without a flow too.
    [[nodiscard]] std::vector<std::uint64_t> counts(std::size_t series) const;

  private:
    using Counts = std::vector<std::uint64_t>;  ///< by series

    [[nodiscard]] bool too_wide() const;
    void widen();

    std::map<std::int64_t, Counts> buckets_;  ///< by time / width
    unsigned step_ = 0;                       ///< of the ladder of widths
};

}  // namespace tlstriage::html
