// What other flows may want to know of a flow: small, and kept at hand for all of them.
#pragma once

#include <string_view>

#include "evidence/evidence.h"
#include "verdict/judge.h"

namespace tlstriage::engine {

struct FlowRecord {
    Endpoint client;
    Endpoint server;
    Nanoseconds start = 0;
    verdict::Profile profile;
    std::uint64_t domain = 0;      ///< hash of the SNI's last two labels, 0 without
    std::uint8_t server_hops = 0;  ///< of the server's payload
    bool server_hops_vary = false;
    bool heard = false;        ///< the server sent a segment
    bool spoke_tls = false;    ///< the server sent a TLS record
    bool one_sided = false;    ///< only one direction is in the capture
    bool client_data = false;  ///< the client sent application data
    bool offers_tls13 = false;
};

/// Who owns a host's name, near enough to tell unrelated ones apart.
std::string_view last_two_labels(std::string_view name);

FlowRecord record_of(const evidence::Evidence& evidence);

}  // namespace tlstriage::engine
