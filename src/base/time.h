// Capture time. Nothing in the program judges by any other clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

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

/// What a capture's times are kept within: from 1966-10-31 to 2259-02-09. The difference of two
/// such times is a number of nanoseconds, and so is each with a year added or taken away. Whoever
/// reads a time from outside sees to it.
constexpr Nanoseconds earliest_time = -seconds(100'000'000);
constexpr Nanoseconds latest_time = std::numeric_limits<Nanoseconds>::max() - seconds(100'000'000);
constexpr bool is_capture_time(Nanoseconds time) {
    return earliest_time <= time && time <= latest_time;
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
