// TLS handshake messages (RFC 8446 §4, RFC 5246 §7.4, SSLv2 hello of RFC 5246 §E.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::tls {

/// HandshakeType (IANA). Values that are not listed are possible.
enum class HandshakeType : std::uint8_t {
    hello_request = 0,
    client_hello = 1,
    server_hello = 2,
    new_session_ticket = 4,
    end_of_early_data = 5,
    encrypted_extensions = 8,
    certificate = 11,
    server_key_exchange = 12,
    certificate_request = 13,
    server_hello_done = 14,
    certificate_verify = 15,
    client_key_exchange = 16,
    finished = 20,
    certificate_status = 22,
    key_update = 24,
};

/// The fields of a ClientHello that anything here asks for. Lists keep the wire's order and
/// contain GREASE values; names.h leaves those out of texts.
struct ClientHello {
    std::uint16_t legacy_version = 0;
    bool ssl2_framed = false;
    Bytes session_id;  ///< borrows
    std::vector<std::uint16_t> cipher_suites;
    std::vector<std::uint16_t> extensions;   ///< types
    std::optional<std::string> server_name;  ///< host_name of server_name, bytes as sent
    std::vector<std::string> alpn;           ///< bytes as sent
    std::vector<std::uint16_t> supported_versions;
    std::vector<std::uint16_t> groups;
    std::vector<std::uint8_t> point_formats;
    std::vector<std::uint16_t> signature_algorithms;
    std::vector<std::uint16_t> key_share_groups;
    bool session_ticket = false;  ///< a non-empty session_ticket extension
    bool pre_shared_key = false;
    bool early_data = false;
    bool encrypted_client_hello = false;
    bool renegotiation_info = false;  ///< the extension or the signalling suite 0x00ff

    /// As new, but for the lists' memory: a parser's scratch is used for hello after hello.
    void clear();
};

struct ServerHello {
    std::uint16_t legacy_version = 0;
    bool hello_retry_request = false;  ///< the fixed random of RFC 8446 §4.1.3
    Bytes session_id;                  ///< borrows
    std::uint16_t cipher_suite = 0;
    std::optional<std::uint16_t> selected_version;  ///< supported_versions extension
    std::optional<std::uint16_t> key_share_group;   ///< also HelloRetryRequest's selected group
    std::optional<std::string> alpn;                ///< TLS <= 1.2 only
    bool pre_shared_key = false;
    bool session_ticket = false;
    bool renegotiation_info = false;

    /// The version negotiated: selected_version when present.
    [[nodiscard]] std::uint16_t version() const {
        return selected_version.value_or(legacy_version);
    }
};

/// Each parser takes a message's body (without the 4-byte handshake header), fills what it can read
/// before the first fault, and returns whether the message was whole and well-formed. Bytes behind
/// a well-formed message's end make it malformed.
bool parse_client_hello(Bytes body, ClientHello& hello);
/// An SSLv2 CLIENT-HELLO, from its msg_type byte (1) on.
bool parse_ssl2_client_hello(Bytes message, ClientHello& hello);
bool parse_server_hello(Bytes body, ServerHello& hello);
/// A Certificate message up to TLS 1.2: the DER of each certificate in the order sent.
bool parse_certificates(Bytes body, std::vector<Bytes>& chain);
/// The authorities (DER Names, in the order sent) of a CertificateRequest up to TLS 1.2. `version`
/// is the one negotiated.
bool parse_certificate_request(Bytes body, std::uint16_t version, std::vector<Bytes>& authorities);
/// The named group of an ECDHE ServerKeyExchange (RFC 8422 §5.4), or the size in bits of a DHE
/// prime; and how it is signed, which only TLS 1.2 tells (0x0304 says nothing here). Empty where
/// the suite has no such thing.
struct ServerKeyExchange {
    std::optional<std::uint16_t> named_group;
    std::optional<std::uint32_t> dh_prime_bits;
    std::optional<std::uint16_t> signature_algorithm;  ///< SignatureScheme (RFC 8446 §4.2.3)
};
ServerKeyExchange parse_server_key_exchange(Bytes body, std::uint16_t cipher_suite,
                                            std::uint16_t version);

}  // namespace tlstriage::tls
