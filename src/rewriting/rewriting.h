// The places of a captured frame that every copy of it fills afresh, and the checksums over them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tlstriage::rewriting {

// A bit for each Checksum of a frame, by its index.
using ChecksumMask = std::uint16_t;
constexpr std::size_t most_checksums = 16;

struct Field {
    enum class Kind : std::uint8_t {
        address_v4,
        address_v6,
        hardware_address,
        port,
        sequence,
        timestamp,
        text
    };

    std::uint32_t offset = 0;  // in the frame
    Kind kind = Kind::port;
    std::uint16_t variable = 0;     // index in the CopyValues of its kind
    ChecksumMask covered_even = 0;  // checksums whose 16-bit words this field is aligned with
    ChecksumMask covered_odd = 0;   // those that see its bytes swapped
};

struct Checksum {
    std::uint32_t offset = 0;
    std::uint32_t start = 0;        // where what it covers begins: tells odd from even
    bool zero_is_none = false;      // UDP (RFC 768): a sum of 0 is sent as 0xffff
    ChecksumMask covered_even = 0;  // as in Field, by checksums of outer headers
    ChecksumMask covered_odd = 0;
};

struct FramePlan {
    std::vector<Field> fields;
    std::vector<Checksum> checksums;  // an outer header's before those of what it carries
};

// What one copy of a conversation has instead of the original's; by the variable's index.
struct CopyValues {
    std::vector<std::array<std::uint8_t, 16>>
        addresses;  // network order; IPv4 in the first 4 bytes, hardware addresses in the first 6
    std::vector<std::uint16_t> ports;
    // Added to the original's, modulo 2^32; by the direction of a connection.
    std::vector<std::uint32_t> sequences;
    std::vector<std::uint32_t> timestamps;
    std::vector<std::vector<std::uint8_t>> texts;  // as long as what they replace
};

// Fills in a copy of the frame that `plan` was made from. Checksums are changed by the difference
// alone (RFC 1624), so that they are right where the capture kept only the beginning of a packet
// too, and wrong where they were wrong.
void rewrite(const FramePlan& plan, const CopyValues& values, std::span<std::uint8_t> frame);

}  // namespace tlstriage::rewriting
