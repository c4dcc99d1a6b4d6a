// How long a step took, over all flows: a distribution and its quantiles.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace tlstriage::html {

class Spans {
  public:
    void add(Nanoseconds span);

    /// Where the buckets of the distribution begin; the last has no end.
    static constexpr std::array bounds{
        Nanoseconds{0},    Nanoseconds{100'000}, Nanoseconds{200'000}, Nanoseconds{500'000},
        milliseconds(1),   milliseconds(2),      milliseconds(5),      milliseconds(10),
        milliseconds(20),  milliseconds(50),     milliseconds(100),    milliseconds(200),
        milliseconds(500), seconds(1),           seconds(2),           seconds(5),
        seconds(10),       seconds(30),          seconds(60),
    };
    [[nodiscard]] const std::array<std::uint64_t, bounds.size()>& counts() const { return counts_; }

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Precondition of these: size() > 0.
    [[nodiscard]] Nanoseconds longest() const { return longest_; }
    /// Nearest rank, as in summary and servers while exact(); else up to 1 % off.
    [[nodiscard]] Nanoseconds quantile(double share) const;
    [[nodiscard]] bool exact() const { return size_ <= most_values; }

    /// So many spans are kept as they are: 8 MiB.
    static constexpr std::size_t most_values = std::size_t{1} << 20U;

  private:
    /// Of a logarithmic scale: 7 bits behind the leading one, so that a bucket is below 0.8 % wide.
    static constexpr unsigned fine_bits = 7;
    static std::size_t fine_bucket(std::uint64_t span);
    static Nanoseconds middle_of(std::size_t bucket);

    std::array<std::uint64_t, bounds.size()> counts_{};
    std::vector<Nanoseconds> values_;  ///< empty when they became too many
    std::vector<std::uint64_t> fine_ = std::vector<std::uint64_t>(std::size_t{65} << fine_bits);
    std::uint64_t size_ = 0;
    Nanoseconds longest_ = 0;
};

}  // namespace tlstriage::html
