// The TLS record layer (RFC 8446 §5.1, RFC 5246 §6.2.1).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace tlstriage::tls {

enum class ContentType : std::uint8_t {
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application_data = 23,
    heartbeat = 24,
};

//  struct { ContentType type; ProtocolVersion legacy_record_version; uint16 length; } — the header
struct RecordHeader {
    ContentType type = ContentType::handshake;
    std::uint16_t version = 0;
    std::uint16_t length = 0;  ///< of the body, bytes

    static constexpr std::size_t size = 5;

    /// Precondition: RecordHeader::size bytes at `at`.
    static RecordHeader read(const std::uint8_t* at) {
        return {static_cast<ContentType>(at[0]), load_big<std::uint16_t>(at + 1),
                load_big<std::uint16_t>(at + 3)};
    }

    /// Whether TLS can have written this header: a known type, version 3.x, and a body of at most
    /// 2^14 + 2048 bytes (RFC 5246 §6.2.3, the most generous).
    [[nodiscard]] constexpr bool plausible() const {
        return type >= ContentType::change_cipher_spec && type <= ContentType::heartbeat &&
               (version >> 8U) == 3 && (version & 0xffU) <= 4 && length <= (1U << 14U) + 2048;
    }
};

/// Bytes of record bodies as the header's length field says them in TLS 1.3 (verdicts.md §4.4).
constexpr std::uint16_t tls13_alert_length = 19;
constexpr std::uint16_t tls13_alert_length_ccm8 = 11;
constexpr std::uint16_t tls13_end_of_early_data_length = 21;
constexpr std::uint16_t tls13_empty_certificate_length = 25;
constexpr std::uint16_t tls13_finished_sha256_length = 53;
constexpr std::uint16_t tls13_finished_sha384_length = 69;

}  // namespace tlstriage::tls
