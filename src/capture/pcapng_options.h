// Options at the end of pcapng's blocks (draft-ietf-opsawg-pcapng §3.5).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "base/bytes.h"

namespace tlstriage::capture::pcapng {

// Codes: of any block; of an Interface Description Block (§4.2), an Enhanced Packet Block (§4.3),
// an Interface Statistics Block (§4.6).
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_comment = 1;

constexpr std::uint16_t option_interface_name = 2;
constexpr std::uint16_t option_interface_description = 3;
constexpr std::uint16_t option_time_resolution = 9;
constexpr std::uint16_t option_filter = 11;
constexpr std::uint16_t option_system = 12;
constexpr std::uint16_t option_check_sequence_length = 13;
constexpr std::uint16_t option_time_offset = 14;
constexpr std::uint16_t option_hardware = 15;

constexpr std::uint16_t option_flags = 2;
constexpr std::uint16_t option_hash = 3;
constexpr std::uint16_t option_drop_count = 4;
constexpr std::uint16_t option_packet_id = 5;
constexpr std::uint16_t option_queue = 6;

constexpr std::uint16_t option_start_time = 2;
constexpr std::uint16_t option_end_time = 3;
constexpr std::uint16_t option_interface_drops = 5;
constexpr std::uint16_t option_system_drops = 7;

/// Reads in the section's byte order; the caller has checked that the bytes are there.
template <std::unsigned_integral T>
T load(Bytes at, bool swapped) {
    const auto value = load_native<T>(at.data());
    return swapped ? byte_swapped(value) : value;
}

/// Calls visit(code, value) for each option in `options`. Malformed ones end the list: what a block
/// says of itself is never worth losing the packets behind it.
template <class Visit>
void for_each_option(Bytes options, bool swapped, Visit visit) {
    while (options.size() >= 4) {
        const auto code = load<std::uint16_t>(options, swapped);
        const std::size_t length = load<std::uint16_t>(options.subspan(2), swapped);
        options = options.subspan(4);
        if (code == option_end || length > options.size()) return;
        visit(code, options.first(length));
        options = options.subspan(std::min(options.size(), (length + 3) & ~std::size_t{3}));
    }
}

}  // namespace tlstriage::capture::pcapng
