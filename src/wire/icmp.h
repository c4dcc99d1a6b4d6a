// ICMP and ICMPv6 errors about a TCP segment (RFC 792, RFC 4443).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/packet.h"

namespace tlstriage::wire {

/// An error, and the segment whose beginning it quotes.
struct QuotedSegment {
    Endpoint source;  ///< of the quoted segment
    Endpoint destination;
    std::uint32_t sequence = 0;
    std::uint8_t type = 0;  ///< of the error
    std::uint8_t code = 0;
    bool v6 = false;
    IpAddress router;  ///< who sent the error
};

/// Reads a packet whose outcome is Outcome::icmp_error. Empty unless it quotes a TCP segment to its
/// sequence number, which is all that RFC 792 promises.
std::optional<QuotedSegment> quoted_segment(const Packet& error);

/// "host_unreachable", "admin_prohibited", "fragmentation_needed", "no_route" …; "type_3_code_9"
/// where there is no name.
std::string icmp_name(bool v6, std::uint8_t type, std::uint8_t code);

}  // namespace tlstriage::wire
