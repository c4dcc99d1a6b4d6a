// Capture time. Nothing in the program judges by any other clock.
#pragma once

#include <compare>
#include <cstdint>

namespace tlstriage {

/// Nanoseconds since 1970-01-01T00:00:00Z, as the capture file gives them; spans too.
using Nanoseconds = std::int64_t;

constexpr Nanoseconds nanoseconds_per_second = 1'000'000'000;
constexpr Nanoseconds milliseconds(std::int64_t count) {
    return count * 1'000'000;
}
constexpr Nanoseconds seconds(std::int64_t count) {
    return count * nanoseconds_per_second;
}

/// Where and when something was seen: the frame's number in its file, as Wireshark counts (from 1;
/// 0 means never), and its time.
struct Moment {
    Nanoseconds time = 0;
    std::uint64_t frame = 0;

    [[nodiscard]] constexpr bool seen() const { return frame != 0; }
    /// By time, then by frame: the order in which things happened, across files too.
    friend auto operator<=>(const Moment&, const Moment&) = default;
};

}  // namespace tlstriage
