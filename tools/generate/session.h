// Writes the TLS bytes of one connection into its two streams. Nothing is sent here: the caller
// decides with Conversation::send when, and in how many segments.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "client_hello.h"
#include "flow.h"
#include "server_messages.h"
#include "world.h"

namespace tlstriage::generate {

// A place in one direction: the byte behind which something is complete.
struct Mark {
    Side side;
    std::uint32_t position;
};

class TlsSession {
  public:
    TlsSession(Flow& flow, const RandomPool& pool, const Server& server, ClientOffer offer,
               Terms terms, Rng& rng);

    void client_hello();
    // Of TLS 1.3, with its ChangeCipherSpec (RFC 8446 appendix D.4); the next client_hello() is the
    // second one.
    void hello_retry_request();
    // Up to ServerHelloDone; up to the server's Finished when resumed or in TLS 1.3.
    void server_flight();
    // ClientKeyExchange (if any), ChangeCipherSpec, Finished.
    void client_finish();
    void client_key_exchange();
    void change_cipher_spec(Side side);
    void finished(Side side);
    // What follows the client's Finished: the server's own one, or the tickets of TLS 1.3.
    void server_finish();

    void application_data(Side side, std::uint32_t length, std::uint32_t record_length = 16384);
    void encrypted_alert(Side side);  // a close_notify by its size
    void clear_alert(Side side, std::uint8_t level, std::uint8_t description);
    void plain(Side side, std::string_view text);  // not TLS at all

    const Terms& terms() const { return terms_; }
    ClientOffer& offer() { return offer_; }
    bool hello_sent() const { return hello_start_.has_value(); }
    bool server_hello_sent() const { return server_hello_sent_; }
    bool certificate_shown() const { return certificate_shown_; }
    // The first byte of the first ClientHello, and the end of the last Finished.
    std::optional<Mark> hello_start() const { return hello_start_; }
    std::optional<Mark> handshake_end() const { return handshake_end_; }

  private:
    void sealed(Side side, std::uint8_t type, std::uint32_t plaintext);
    void clear_records(Side side, std::span<const Bytes> messages);
    void sealed_messages(std::span<const std::uint32_t> lengths);
    void server_flight12();
    void server_flight13();

    Flow& flow_;
    const RandomPool& pool_;
    const Server& server_;
    ClientOffer offer_;
    Terms terms_;
    Rng& rng_;
    std::optional<Mark> hello_start_;
    std::optional<Mark> handshake_end_;
    bool server_hello_sent_ = false;
    bool certificate_shown_ = false;
    bool compatibility_change_sent_ = false;  // by the server, already after HelloRetryRequest
    bool client_change_sent_ = false;
};

}  // namespace tlstriage::generate
