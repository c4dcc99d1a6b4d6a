// IANA names of TLS code points.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlstriage::tls {

/// RFC 8701: reserved values that hellos carry to keep peers honest.
constexpr bool is_grease(std::uint16_t value) {
    return (value & 0x0f0fU) == 0x0a0aU && (value >> 8U) == (value & 0xffU);
}

// Names are constant texts.

/// IANA description, e.g. "TLS_AES_128_GCM_SHA256"; "0x1234" when unassigned.
std::string_view cipher_suite_name(std::uint16_t code);
/// "x25519", "secp256r1", "X25519MLKEM768" …; "0x1234" when unassigned.
std::string_view group_name(std::uint16_t code);
/// "SSLv2" "SSLv3" "TLS1.0" … "TLS1.3"; drafts "TLS1.3-draft28", Facebook's "TLS1.3-fb26";
/// "0x002c".
std::string_view version_name(std::uint16_t code);
/// Snake_case IANA name, e.g. "handshake_failure"; "alert_123" when unassigned.
std::string_view alert_name(std::uint8_t code);
/// The code for an alert's name; empty when there is none.
std::optional<std::uint8_t> alert_code(std::string_view name);
/// TLS 1.3, a draft of it or an experimental build of a draft.
bool is_tls13(std::uint16_t version);
/// ECDHE / DHE key exchange by suite code, anonymous or not (false for TLS 1.3 suites).
bool uses_ecdhe(std::uint16_t cipher_suite);
bool uses_dhe(std::uint16_t cipher_suite);
/// A pre-shared key is part of the key exchange, alone or with another.
bool uses_psk(std::uint16_t cipher_suite);
/// The server signs its half of an (EC)DHE key exchange: not anonymous, and no PSK in its place.
bool is_signed(std::uint16_t cipher_suite);

}  // namespace tlstriage::tls
