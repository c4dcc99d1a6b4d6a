// The windows of a live run.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace tlstriage::engine {

/// What later flows may ask of earlier ones (lookups, the server's other flows) is kept this long.
constexpr Nanoseconds remembered = seconds(600);
/// A flow that is over stays known for as long, so that what still trickles in begins no other.
constexpr Nanoseconds known_after_end = seconds(3600);
/// How long a closed flow must have been quiet to be over.
constexpr Nanoseconds quiet_end = seconds(2);

struct PeriodEnd {
    Nanoseconds now = 0;           ///< packets were consumed up to this time
    Nanoseconds idle_timeout = 0;  ///< flows that were silent for longer are over
    bool last = false;             ///< all flows are over
    bool frames_lost = false;      ///< since the last end of a period frames did not reach us
};

/// What is left out when packets come faster than they can be consumed: first what the verdicts
/// need least. Packets of handshakes are never left out, unless their flow was.
enum class Shedding : std::uint8_t {
    nothing,
    settled_data,  ///< segments of flows whose verdict is known, but for their ends
    new_flows,     ///< and connections that are not known yet
};

}  // namespace tlstriage::engine
