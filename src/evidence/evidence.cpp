#include "evidence/evidence.h"

#include <utility>

namespace tlstriage::evidence {

void Evidence::swap_sides() {
    std::swap(client, server);
    std::swap(sides[0], sides[1]);
    client_lane ^= 1U;
    for (Event& event : events)
        event.side = other(event.side);
    for (AlertEvidence& alert : alerts)
        alert.sender = other(alert.sender);
}

}  // namespace tlstriage::evidence
