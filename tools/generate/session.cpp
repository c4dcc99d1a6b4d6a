#include "session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tlstriage::generate {
namespace {

std::array<std::uint8_t, 5> record_header(std::uint8_t type, std::size_t length) {
    return {type, 3, 3, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
}

}  // namespace

TlsSession::TlsSession(Flow& flow, const RandomPool& pool, const Server& server, ClientOffer offer,
                       Terms terms, Rng& rng)
    : flow_(flow),
      pool_(pool),
      server_(server),
      offer_(std::move(offer)),
      terms_(std::move(terms)),
      rng_(rng) {}

void TlsSession::client_hello() {
    Stream& stream = flow_.stream(Side::client);
    if (!hello_start_) hello_start_ = Mark{Side::client, stream.size()};
    stream.append(client_hello_record(offer_, rng_));
}

void TlsSession::hello_retry_request() {
    const Bytes message = generate::hello_retry_request(offer_, terms_);
    clear_records(Side::server, std::span(&message, 1));
    change_cipher_spec(Side::server);
    compatibility_change_sent_ = true;
    offer_.key_shares = {terms_.group};
    change_cipher_spec(Side::client);
    client_change_sent_ = true;
}

void TlsSession::sealed(Side side, std::uint8_t type, std::uint32_t plaintext) {
    const std::uint32_t length = sealed_length(*terms_.suite, plaintext);
    const std::uint8_t outer = terms_.is_tls13() ? record_type::application_data : type;
    Stream& stream = flow_.stream(side);
    stream.append(record_header(outer, length));
    stream.append_pooled(pool_.draw_offset(rng_), length);
}

void TlsSession::clear_records(Side side, std::span<const Bytes> messages) {
    Bytes packed;
    for (const auto& message : messages) {
        packed.insert(packed.end(), message.begin(), message.end());
        if (server_.packs_messages && &message != &messages.back()) continue;
        flow_.stream(side).append(record_header(record_type::handshake, packed.size()));
        flow_.stream(side).append(packed);
        packed.clear();
    }
}

void TlsSession::sealed_messages(std::span<const std::uint32_t> lengths) {
    std::uint32_t packed = 0;
    for (const auto& length : lengths) {
        packed += length;
        if (server_.packs_messages && &length != &lengths.back()) continue;
        sealed(Side::server, record_type::handshake, packed);
        packed = 0;
    }
}

void TlsSession::server_flight() {
    server_hello_sent_ = true;
    if (terms_.is_tls13()) {
        server_flight13();
    } else {
        server_flight12();
    }
}

void TlsSession::server_flight12() {
    const Bytes hello = server_hello(offer_, terms_, rng_);
    if (!terms_.resumed) {
        certificate_shown_ = true;
        const std::array<Bytes, 4> messages{hello, certificate_message(server_.chain),
                                            server_key_exchange(terms_, rng_), server_hello_done()};
        clear_records(Side::server, messages);
        return;
    }
    clear_records(Side::server, std::span(&hello, 1));
    if (terms_.early_ticket) {
        const Bytes ticket = new_session_ticket(rng_);
        clear_records(Side::server, std::span(&ticket, 1));
    }
    change_cipher_spec(Side::server);
    finished(Side::server);
}

void TlsSession::server_flight13() {
    const Bytes hello = server_hello(offer_, terms_, rng_);
    clear_records(Side::server, std::span(&hello, 1));
    if (!compatibility_change_sent_ && !offer_.session_id.empty()) change_cipher_spec(Side::server);
    // EncryptedExtensions, with ALPN if any; then Certificate and CertificateVerify with an
    // ECDSA signature of 70 to 72 bytes; then Finished (RFC 8446 §4.3.1, §4.4).
    const auto protocol = static_cast<std::uint32_t>(terms_.application_protocol.size());
    const std::uint32_t encrypted_extensions = 4 + 2 + (protocol > 0 ? 7 + protocol : 0) + 4;
    const std::uint32_t finished_length = 4 + terms_.suite->hash_length;
    if (terms_.resumed) {
        sealed_messages(std::array{encrypted_extensions, finished_length});
        return;
    }
    const auto verify = static_cast<std::uint32_t>(4 + 4 + rng_.between(70, 72));
    sealed_messages(std::array{encrypted_extensions, certificate13_length(server_.chain), verify,
                               finished_length});
}

void TlsSession::client_key_exchange() {
    const Bytes message = generate::client_key_exchange(terms_, rng_);
    flow_.stream(Side::client).append(record_header(record_type::handshake, message.size()));
    flow_.stream(Side::client).append(message);
}

void TlsSession::change_cipher_spec(Side side) {
    flow_.stream(side).append(record_header(record_type::change_cipher_spec, 1));
    flow_.stream(side).append(std::array<std::uint8_t, 1>{1});
}

void TlsSession::finished(Side side) {
    const std::uint32_t verify_data = terms_.is_tls13() ? terms_.suite->hash_length : 12U;
    sealed(side, record_type::handshake, 4 + verify_data);
    handshake_end_ = Mark{side, flow_.stream(side).size()};
}

void TlsSession::client_finish() {
    if (!terms_.is_tls13() && !terms_.resumed) client_key_exchange();
    const bool change = !terms_.is_tls13() || !offer_.session_id.empty();
    if (change && !client_change_sent_) change_cipher_spec(Side::client);
    client_change_sent_ = true;
    finished(Side::client);
}

void TlsSession::server_finish() {
    if (terms_.is_tls13()) {
        const unsigned tickets = terms_.resumed ? 1 : server_.tickets;
        for (unsigned i = 0; i < tickets; ++i) {
            const std::uint32_t ticket = server_.packs_messages ? 112 : 233;
            sealed(Side::server, record_type::handshake, ticket);
        }
        return;
    }
    if (terms_.resumed) return;
    if (terms_.early_ticket) {
        const Bytes ticket = new_session_ticket(rng_);
        clear_records(Side::server, std::span(&ticket, 1));
    }
    change_cipher_spec(Side::server);
    finished(Side::server);
}

void TlsSession::application_data(Side side, std::uint32_t length, std::uint32_t record_length) {
    while (length > 0) {
        const std::uint32_t piece = std::min(length, record_length);
        sealed(side, record_type::application_data, piece);
        length -= piece;
    }
}

void TlsSession::encrypted_alert(Side side) {
    sealed(side, record_type::alert, 2);
}

void TlsSession::clear_alert(Side side, std::uint8_t level, std::uint8_t description) {
    flow_.stream(side).append(record_header(record_type::alert, 2));
    flow_.stream(side).append(std::array{level, description});
}

void TlsSession::plain(Side side, std::string_view text) {
    flow_.stream(side).append(
        std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace tlstriage::generate
