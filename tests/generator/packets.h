// Frames of one made-up conversation, with right checksums, built from nothing: the obvious twin of
// rewriting. What is built for other ends has to be what rewriting makes of the first.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "generate/variables.h"
#include "rewriting/frame_fields.h"
#include "rewriting/rewriting.h"

namespace tlstriage::generate::test {

using rewriting::CopyValues;
using rewriting::FrameFields;
using rewriting::FramePlan;

using Buffer = std::vector<std::uint8_t>;

Buffer operator+(Buffer front, const Buffer& back);
Buffer be16(std::size_t value);
Buffer be32(std::size_t value);
Buffer text(std::string_view characters);

/// The Internet checksum (RFC 1071), byte by byte; over `bytes` it is 0 when they hold a right one.
std::uint16_t internet_checksum(const Buffer& bytes);

/// What copies differ in.
struct Ends {
    IpAddress client;
    IpAddress server;
    IpAddress router;  // of tunnels, and of ICMP errors
    IpAddress other;   // known from DNS alone
    std::uint16_t client_port = 0;
    std::uint32_t client_sequence = 0;
    std::uint32_t server_sequence = 0;
    std::uint32_t client_timestamp = 0;
    std::uint32_t server_timestamp = 0;
};
constexpr std::uint16_t server_port = 443;

/// 192.0.2.x and 198.51.100.x, or 2001:db8:1::x; sequence numbers close to their wrap.
Ends original(bool v6 = false);
/// Other ones, of the same families.
Ends fresh(bool v6 = false);

/// A TCP header as it comes before checksums; `offset`s count from the initial numbers.
struct Tcp {
    bool from_client = true;
    std::uint8_t flags = 0x18;
    std::uint32_t sequence_offset = 100;
    std::uint32_t acknowledged_offset = 50;
    bool timestamps = true;
    Buffer sack_offsets{};    // in bytes, from the initial number of the other side; made an option
    std::size_t padding = 0;  // no-operations before the SACK option
    Buffer payload{};
    std::uint16_t to_port = server_port;
};

/// TCP, UDP, ICMP with the checksum of a packet between the two.
Buffer tcp(const Ends& ends, const Tcp& segment);
Buffer udp(const IpAddress& from, const IpAddress& to, std::uint16_t from_port,
           std::uint16_t to_port, const Buffer& payload, bool with_checksum = true);
Buffer icmp(std::uint8_t type, std::uint8_t code, const Buffer& quote);
Buffer icmp_v6(const IpAddress& from, const IpAddress& to, std::uint8_t type, const Buffer& quote);

/// IPv4 or IPv6 by the addresses.
Buffer ip(const IpAddress& from, const IpAddress& to, std::uint8_t protocol, const Buffer& payload);
Buffer ip(const Ends& ends, const Tcp& segment);
Buffer ethernet(std::uint16_t type, const Buffer& payload);
/// By the version of what it carries.
Buffer ethernet(const Buffer& packet);

/// Variables that know the original's client and server port, as a case's frames tell them.
Variables variables();

/// The values that turn frames of `from` into frames of `to`, for variables that have seen them.
CopyValues values_between(const Variables& variables, const Ends& from, const Ends& to);

}  // namespace tlstriage::generate::test
