// What other flows may want to know of a flow: small, and kept at hand for all of them.
#pragma once

#include "evidence/evidence.h"

namespace tlstriage::engine {

struct FlowRecord {
    Endpoint server;
    bool heard = false;      ///< the server sent a segment
    bool spoke_tls = false;  ///< the server sent a TLS record
    bool one_sided = false;  ///< only one direction is in the capture
};

inline FlowRecord record_of(const evidence::Evidence& evidence) {
    const auto& client = evidence.of_client();
    const auto& server = evidence.of_server();
    const bool answered_unseen = !server.first_segment.seen() && client.acknowledgement.seen();
    return {.server = evidence.server,
            .heard = server.first_segment.seen(),
            .spoke_tls = server.first_record.seen(),
            .one_sided = answered_unseen || !client.first_segment.seen()};
}

}  // namespace tlstriage::engine
