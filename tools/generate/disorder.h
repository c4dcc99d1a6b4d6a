// Retransmissions and reordering that a healthy connection survives.
#pragma once

#include "flow.h"
#include "random.h"

namespace tlstriage::generate {

// Changes the settled segments of a flow: one segment with payload is sent twice, changes places
// with its successor, or is lost before the point of capture and sent again a `round_trip` (ns)
// later. Which bytes arrive, and who ends the connection, stays the same. A hello is repeated at
// most, never moved.
void disturb(Flow& flow, std::int64_t round_trip, Rng& rng);

}  // namespace tlstriage::generate
