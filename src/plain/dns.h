// DNS messages (RFC 1035 §4.1), as far as lookups of addresses need them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"

namespace tlstriage::plain {

/// Record types (IANA).
namespace dns_type {
constexpr std::uint16_t a = 1;
constexpr std::uint16_t cname = 5;
constexpr std::uint16_t aaaa = 28;
constexpr std::uint16_t opt = 41;
constexpr std::uint16_t svcb = 64;
constexpr std::uint16_t https = 65;
}  // namespace dns_type

/// A query, or a response with the addresses that it gives, at most max_addresses of them.
struct DnsMessage {
    static constexpr std::size_t max_addresses = 32;

    std::uint16_t id = 0;
    bool response = false;
    bool truncated = false;
    std::uint16_t rcode = 0;  ///< with the upper bits of EDNS (RFC 6891 §6.1.3)
    std::string name;         ///< of the question, lower case, without the last dot, bytes as sent
    std::uint16_t type = 0;   ///< of the question
    std::vector<IpAddress> addresses;  ///< A, AAAA, and the hints of HTTPS and SVCB
    std::vector<std::string> aliases;  ///< targets of CNAMEs
};

/// False when it is no standard query with one question, or malformed before the question's end;
/// what comes behind is read as far as it goes.
bool parse_dns(Bytes bytes, DnsMessage& message);

/// "NOERROR", "NXDOMAIN" …; the number where there is no name (IANA DNS RCODEs).
std::string rcode_name(std::uint16_t rcode);
/// "A", "AAAA", "HTTPS" …; "TYPE99" (RFC 3597 §5) where there is no name here.
std::string dns_type_name(std::uint16_t type);

}  // namespace tlstriage::plain
