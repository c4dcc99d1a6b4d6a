// Evidence made by hand, step by step: each function adds to what the one before it shows.
#pragma once

#include "verdict/judge.h"

namespace tlstriage::verdict {

using evidence::Evidence;
using evidence::Side;

constexpr std::uint16_t tls12 = 0x0303;
constexpr std::uint16_t tls13 = 0x0304;

inline Moment at(std::int64_t millisecond) {
    return {milliseconds(1000 + millisecond), static_cast<std::uint64_t>(millisecond + 1)};
}

inline void connect(Evidence& e) {
    auto& client = e.side(Side::client);
    auto& server = e.side(Side::server);
    e.client_certain = true;
    e.first = client.syn = client.last_syn = client.first_segment = at(0);
    client.syn_count = 1;
    client.initial_sequence = 99;
    server.syn = server.last_syn = server.first_segment = at(10);
    server.syn_count = 1;
    client.acknowledgement = client.last_segment = at(11);
    e.last = server.last_segment = at(11);
}

inline void client_hello(Evidence& e) {
    connect(e);
    auto& client = e.side(Side::client);
    e.client_hello = evidence::ClientHelloEvidence{};
    static const evidence::HelloShape empty_shape;
    e.client_hello->shape = &empty_shape;
    e.client_hellos = 1;
    e.first_client_hello = e.client_hello_at = client.first_record = client.first_data = at(20);
    client.last_payload = at(20);
    client.first_protocol = sense::Protocol::tls;
    client.data_end = 300;
    e.side(Side::server).highest_acknowledgement = 300;
    e.side(Side::server).acknowledged = at(20);
}

inline void server_hello(Evidence& e, std::uint16_t version) {
    client_hello(e);
    auto& server = e.side(Side::server);
    e.server_hello = evidence::ServerHelloEvidence{};
    e.server_hello->version = version;
    e.server_hello->cipher_suite = 0x1301;
    e.server_hello->whole = e.server_hello->renegotiation_info = true;
    e.server_hello_at = server.first_record = server.first_data = at(40);
    server.first_protocol = sense::Protocol::tls;
    server.data_end = 3000;
    e.side(Side::client).highest_acknowledgement = 3000;
    e.side(Side::client).acknowledged = at(40);
}

inline void finish12(Evidence& e) {
    server_hello(e, tls12);
    e.client_key_exchange = at(50);
    e.side(Side::client).change_cipher_spec = e.side(Side::client).finished = at(51);
    e.side(Side::server).change_cipher_spec = e.side(Side::server).finished = at(60);
}

inline void alert(Evidence& e, Side sender, std::uint8_t description, std::uint8_t level = 2) {
    e.alerts.push_back({sender, level, description, at(45), false});
}

}  // namespace tlstriage::verdict
