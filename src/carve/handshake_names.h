// Names in TLS handshake messages that are in the clear.
#pragma once

#include "carve/der_names.h"
#include "tls/messages.h"

namespace tlstriage::carve {

class HandshakeNames {
  public:
    HandshakeNames(NameMap& names, AddressMap& addresses) : names_(names), der_(names, addresses) {}

    /// Rewrites a message's body where it is: the names that a ClientHello asks for and the
    /// authorities that it knows, certificates, a CertificateRequest's authorities, OCSP responses;
    /// signatures, which the real key could be told by. `whole`: else its end is missing. What
    /// can't be read, or is of another kind, becomes zeros. `version`: negotiated, 0 when unknown.
    void rewrite(tls::HandshakeType type, std::span<std::uint8_t> body, bool whole,
                 std::uint16_t version);

  private:
    using Body = std::span<std::uint8_t>;

    void client_hello(Body body);
    void extension(std::uint16_t type, Body body, bool whole);
    void server_names(Body body);
    void authorities(Body list);
    void certificates(Body body);
    void certificate_request(Body body, bool whole, std::uint16_t version);
    void certificate_status(Body body, bool whole);
    void server_key_exchange(Body body, std::uint16_t version);
    void signature(Body body, std::size_t at, std::uint16_t version);

    NameMap& names_;
    DerNames der_;
};

}  // namespace tlstriage::carve
