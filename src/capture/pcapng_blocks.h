// pcapng's block types and the frame that all blocks share (draft-ietf-opsawg-pcapng §3).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace tlstriage::capture::pcapng {

// Block type codes (draft-ietf-opsawg-pcapng §11.1).
constexpr std::uint32_t section_header = 0x0A0D0D0A;  // the same in both byte orders
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t packet = 2;  // obsolete
constexpr std::uint32_t simple_packet = 3;
constexpr std::uint32_t name_resolution = 4;
constexpr std::uint32_t interface_statistics = 5;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint32_t systemd_journal_export = 9;
constexpr std::uint32_t decryption_secrets = 0xA;
constexpr std::uint32_t sysdig_first = 0x201;  // machine info … event v2 large
constexpr std::uint32_t sysdig_last = 0x221;
constexpr std::uint32_t sysdig_event = 0x204;
constexpr std::uint32_t sysdig_event_v2 = 0x216;
constexpr std::uint32_t sysdig_event_v2_large = 0x221;
constexpr std::uint32_t custom = 0xBAD;
constexpr std::uint32_t custom_no_copy = 0x40000BAD;

constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;

/// Bytes of the smallest block: type, length, length again.
constexpr std::uint32_t smallest_block = 12;
/// Bytes; Wireshark 4.0 takes no longer packet (wiretap/wtap.h), other blocks may be longer.
constexpr std::uint32_t largest_packet_block = 16U << 20U;
constexpr std::uint32_t largest_block = 128U << 20U;
/// Bytes of an Enhanced (or obsolete) Packet Block without its packet: 28 before, 4 behind.
constexpr std::uint32_t packet_overhead = 32;

/// Bytes that a block takes. Lengths shall be multiples of 4; like Wireshark, forgive writers that
/// pad the block and leave the padding out of the length. The length is at most largest_block.
constexpr std::uint32_t padded(std::uint32_t length) {
    return (length + 3U) & ~3U;
}

/// The general structure of the block at the start of `rest`.
struct Frame {
    enum class State : std::uint8_t { whole, partial, damaged };

    State state = State::partial;
    bool swapped = false;  ///< its byte order; a section header brings its own
    std::uint32_t type = 0;
    std::uint32_t length = 0;  ///< bytes, padded; of no meaning when damaged
};

Frame read_frame(Bytes rest, bool swapped);

/// True for the types that writers are known to write; random bytes rarely look like one.
bool is_known_type(std::uint32_t type);

/// Blocks without a packet that Wireshark counts as frames (tried with tshark 4.0.17).
bool is_numbered_without_packet(std::uint32_t type);

}  // namespace tlstriage::capture::pcapng
