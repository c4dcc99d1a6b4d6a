// Code points of TLS (IANA "TLS Parameters" and "TLS Extensions") that the generator speaks.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tlstriage::generate {

namespace tls_version {
constexpr std::uint16_t tls10 = 0x0301;
constexpr std::uint16_t tls12 = 0x0303;
constexpr std::uint16_t tls13 = 0x0304;
}  // namespace tls_version

namespace record_type {
constexpr std::uint8_t change_cipher_spec = 20;
constexpr std::uint8_t alert = 21;
constexpr std::uint8_t handshake = 22;
constexpr std::uint8_t application_data = 23;
}  // namespace record_type

namespace handshake_type {
constexpr std::uint8_t client_hello = 1;
constexpr std::uint8_t server_hello = 2;
constexpr std::uint8_t new_session_ticket = 4;
constexpr std::uint8_t certificate = 11;
constexpr std::uint8_t server_key_exchange = 12;
constexpr std::uint8_t server_hello_done = 14;
constexpr std::uint8_t client_key_exchange = 16;
}  // namespace handshake_type

namespace extension {
constexpr std::uint16_t server_name = 0;
constexpr std::uint16_t status_request = 5;
constexpr std::uint16_t supported_groups = 10;
constexpr std::uint16_t ec_point_formats = 11;
constexpr std::uint16_t signature_algorithms = 13;
constexpr std::uint16_t alpn = 16;
constexpr std::uint16_t signed_certificate_timestamp = 18;
constexpr std::uint16_t padding = 21;
constexpr std::uint16_t encrypt_then_mac = 22;
constexpr std::uint16_t extended_master_secret = 23;
constexpr std::uint16_t compress_certificate = 27;
constexpr std::uint16_t record_size_limit = 28;
constexpr std::uint16_t delegated_credential = 34;
constexpr std::uint16_t session_ticket = 35;
constexpr std::uint16_t pre_shared_key = 41;
constexpr std::uint16_t supported_versions = 43;
constexpr std::uint16_t psk_key_exchange_modes = 45;
constexpr std::uint16_t key_share = 51;
constexpr std::uint16_t application_settings = 17513;
constexpr std::uint16_t renegotiation_info = 0xff01;
}  // namespace extension

namespace group {
constexpr std::uint16_t secp256r1 = 23;
constexpr std::uint16_t secp384r1 = 24;
constexpr std::uint16_t x25519 = 29;
constexpr std::uint16_t x25519_mlkem768 = 0x11ec;
}  // namespace group

// RFC 8446 §6.2, RFC 7301 §3.2
namespace alert {
constexpr std::uint8_t close_notify = 0;
constexpr std::uint8_t handshake_failure = 40;
constexpr std::uint8_t bad_certificate = 42;
constexpr std::uint8_t certificate_expired = 45;
constexpr std::uint8_t certificate_unknown = 46;
constexpr std::uint8_t unknown_ca = 48;
constexpr std::uint8_t decrypt_error = 51;
constexpr std::uint8_t protocol_version = 70;
constexpr std::uint8_t internal_error = 80;
constexpr std::uint8_t unrecognized_name = 112;
constexpr std::uint8_t no_application_protocol = 120;
}  // namespace alert

std::string_view alert_name(std::uint8_t description);

struct CipherSuite {
    std::uint16_t code;
    std::string_view name;
    std::uint8_t hash_length;  // bytes of Finished in TLS 1.3, and of a PSK binder
    enum class Kind : std::uint8_t { tls13, gcm12, chacha12, cbc_sha12 } kind;
};

// Each one that a server here may choose.
constexpr std::array<CipherSuite, 7> cipher_suites{{
    {0x1301, "TLS_AES_128_GCM_SHA256", 32, CipherSuite::Kind::tls13},
    {0x1302, "TLS_AES_256_GCM_SHA384", 48, CipherSuite::Kind::tls13},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", 32, CipherSuite::Kind::tls13},
    {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 32, CipherSuite::Kind::gcm12},
    {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 48, CipherSuite::Kind::gcm12},
    {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 32, CipherSuite::Kind::chacha12},
    {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 32, CipherSuite::Kind::cbc_sha12},
}};

const CipherSuite& find_suite(std::uint16_t code);

// Length of the record's fragment that carries `plaintext` bytes.
std::uint32_t sealed_length(const CipherSuite& suite, std::uint32_t plaintext);

}  // namespace tlstriage::generate
