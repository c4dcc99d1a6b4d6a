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

void Evidence::clear() {
    std::array<std::vector<OpaqueRecord>, 2> records{std::move(sides[0].opaque_records),
                                                     std::move(sides[1].opaque_records)};
    std::vector<AlertEvidence> kept_alerts = std::move(alerts);
    std::vector<Event> kept_events = std::move(events);
    *this = Evidence{};
    for (std::size_t i = 0; i < sides.size(); ++i) {
        records[i].clear();
        sides[i].opaque_records = std::move(records[i]);
    }
    kept_alerts.clear();
    kept_events.clear();
    alerts = std::move(kept_alerts);
    events = std::move(kept_events);
}

}  // namespace tlstriage::evidence
