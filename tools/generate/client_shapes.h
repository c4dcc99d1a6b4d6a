// What different TLS stacks put into a ClientHello.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tlstriage::generate {

struct ClientShape {
    std::string_view name;
    std::uint16_t highest_version;
    std::uint16_t record_version;  // of the ClientHello's record
    bool grease;                   // RFC 8701
    bool compatibility_session;    // a session id even without resumption: RFC 8446 appendix D.4
    bool pads;                     // RFC 7685, to 512 bytes
    bool http_alpn;
    std::vector<std::uint16_t> suites;
    std::vector<std::uint16_t> groups;
    std::vector<std::uint16_t> key_shares;
    std::vector<std::uint16_t> signature_algorithms;
    std::vector<std::uint16_t> extensions;  // in this order
};

// Of today, in TLS 1.3 and 1.2, with a suite that every server here takes.
const std::vector<ClientShape>& current_clients();
// Its key share fills two segments (draft-ietf-tls-ecdhe-mlkem).
const ClientShape& post_quantum_client();
const ClientShape& tls10_client();     // offers nothing above TLS 1.0
const ClientShape& rsa_only_client();  // no suite that a server with an ECDSA key can take

}  // namespace tlstriage::generate
