// What a server says in the clear: ServerHello to ServerHelloDone, HelloRetryRequest, tickets.
// Each function writes one handshake message without a record header.
#pragma once

#include <cstdint>
#include <string>

#include "byte_writer.h"
#include "client_hello.h"
#include "tls_names.h"
#include "world.h"

namespace tlstriage::generate {

// What client and server agree on.
struct Terms {
    std::uint16_t version = 0;
    const CipherSuite* suite = nullptr;
    std::uint16_t group = 0;
    std::string application_protocol;
    bool resumed = false;
    bool hello_retry = false;
    bool early_ticket = false;  // TLS 1.2: NewSessionTicket before the server's Finished

    bool is_tls13() const { return version == tls_version::tls13; }
};

Terms agree(const ClientOffer& offer, const Server& server, Rng& rng);

Bytes server_hello(const ClientOffer& offer, const Terms& terms, Rng& rng);
Bytes hello_retry_request(const ClientOffer& offer, const Terms& terms);
Bytes certificate_message(const Chain& chain);  // RFC 5246 §7.4.2
Bytes server_key_exchange(const Terms& terms, Rng& rng);
Bytes server_hello_done();
Bytes new_session_ticket(Rng& rng);  // RFC 5077 §3.3
Bytes client_key_exchange(const Terms& terms, Rng& rng);

// Length of the Certificate message of TLS 1.3 (RFC 8446 §4.4.2), header included.
std::uint32_t certificate13_length(const Chain& chain);

}  // namespace tlstriage::generate
