// Traces that belong together (output.md, One archive or several).
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace tlstriage::engine {

/// How traces are grouped into archives.
enum class Grouping : std::uint8_t { by_time, one_archive, separate };

/// A trace that begins later than this behind an archive's end begins another one.
constexpr Nanoseconds longest_pause = seconds(600);

struct Archive {
    Nanoseconds first_packet = 0;
    Nanoseconds last_packet = 0;
    bool any = false;  ///< it has a packet

    void see(Nanoseconds first, Nanoseconds last) {
        first_packet = any ? std::min(first_packet, first) : first;
        last_packet = any ? std::max(last_packet, last) : last;
        any = true;
    }
};

}  // namespace tlstriage::engine
