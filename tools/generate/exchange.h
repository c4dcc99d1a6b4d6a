// Sessions in which nothing goes wrong.
#pragma once

#include <cstdint>

#include "conversation.h"
#include "session.h"

namespace tlstriage::generate {

// Everything that takes part in one connection.
struct Scene {
    Conversation& conversation;
    TlsSession& session;
    const Server& server;
    Rng& rng;
};

// TCP handshake and the (first) ClientHello; the server's kernel acknowledges it at once if
// `acked`.
void open_with_hello(Scene& scene, bool acked);

void play_short(Scene& scene);                              // one request, one small response
void play_bulk(Scene& scene, std::uint32_t payload_bytes);  // many, about that long together
void play_mixed(Scene& scene);                              // a few of all sizes

// Clear-text conversations on ports of their own.
void play_plain_http(Scene& scene);
void play_ssh(Scene& scene);

}  // namespace tlstriage::generate
