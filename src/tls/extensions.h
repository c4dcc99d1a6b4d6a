// Extension types that the parsers read (IANA "TLS ExtensionType Values").
#pragma once

#include <cstdint>

namespace tlstriage::tls::extension {

constexpr std::uint16_t server_name = 0;              // RFC 6066 §3
constexpr std::uint16_t supported_groups = 10;        // RFC 8446 §4.2.7
constexpr std::uint16_t ec_point_formats = 11;        // RFC 8422 §5.1.2
constexpr std::uint16_t signature_algorithms = 13;    // RFC 8446 §4.2.3
constexpr std::uint16_t alpn = 16;                    // RFC 7301
constexpr std::uint16_t session_ticket = 35;          // RFC 5077 §3.2
constexpr std::uint16_t draft_key_share = 40;         // key_share of TLS 1.3 drafts before 23
constexpr std::uint16_t pre_shared_key = 41;          // RFC 8446 §4.2.11
constexpr std::uint16_t early_data = 42;              // RFC 8446 §4.2.10
constexpr std::uint16_t supported_versions = 43;      // RFC 8446 §4.2.1
constexpr std::uint16_t key_share = 51;               // RFC 8446 §4.2.8
constexpr std::uint16_t renegotiation_info = 0xff01;  // RFC 5746

/// encrypted_client_hello (RFC 9849: 0xfe0d), its drafts from 08 on, and the encrypted_server_name
/// that came before it (0xffce).
constexpr bool encrypts_client_hello(std::uint16_t type) {
    return (type >= 0xfe08 && type <= 0xfe0d) || type == 0xffce;
}

/// Which types have come already. Only those below 64 are told apart: all that carry lists.
class Seen {
  public:
    bool is_first(std::uint16_t type) {
        if (type >= 64) return true;
        const std::uint64_t bit = std::uint64_t{1} << type;
        const bool first = (types_ & bit) == 0;
        types_ |= bit;
        return first;
    }

  private:
    std::uint64_t types_ = 0;
};

}  // namespace tlstriage::tls::extension
