// The handshake messages of a direction, for benchmarks that begin with them.
#pragma once

#include <cstdint>
#include <vector>

#include "flow/segment.h"
#include "tls/record_stream.h"

namespace tlstriage::bench {

using Message = std::vector<std::uint8_t>;

struct Messages {
    std::vector<Message> client_hellos;        ///< bodies, without the handshake header
    std::vector<std::vector<Message>> chains;  ///< DER of each certificate, as sent
    std::vector<Message> first_bytes_client;   ///< what a direction began with
    std::vector<Message> first_bytes_server;
};

/// Puts a direction in order and adds its messages.
void collect_messages(const std::vector<flow::Segment>& direction, Messages& messages);

}  // namespace tlstriage::bench
