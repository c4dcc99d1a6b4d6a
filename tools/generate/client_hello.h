// ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) as a complete record.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "byte_writer.h"
#include "client_shapes.h"
#include "random.h"
#include "tls_names.h"

namespace tlstriage::generate {

// What one connection fills into the client's shape. The second ClientHello, after a
// HelloRetryRequest, is the same offer with another key share.
struct ClientOffer {
    const ClientShape* shape = nullptr;
    std::string server_name;
    std::vector<std::string> application_protocols;
    std::array<std::uint8_t, 32> random{};
    Bytes session_id;
    std::vector<std::uint16_t> key_shares;
    Bytes session_ticket;                    // RFC 5077, TLS 1.2
    Bytes psk_identity;                      // RFC 8446 §4.2.11
    const CipherSuite* psk_suite = nullptr;  // gives the binder's length
    std::array<std::uint8_t, 4> grease{};    // first byte of suite, group, two extensions
};

ClientOffer draw_offer(const ClientShape& shape, const std::string& server_name, Rng& rng);

Bytes client_hello_record(const ClientOffer& offer, Rng& rng);

// A public value of the group (its bytes are random): KeyShareEntry.key_exchange.
void write_public_value(ByteWriter& writer, std::uint16_t group, bool from_server, Rng& rng);

}  // namespace tlstriage::generate
