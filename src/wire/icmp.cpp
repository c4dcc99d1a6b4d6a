#include "wire/icmp.h"

#include <array>
#include <string_view>

#include "base/cursor.h"

namespace tlstriage::wire {
namespace {

constexpr std::uint8_t tcp_protocol = 6;

struct Name {
    bool v6;
    std::uint8_t type;
    int code;  ///< -1: any
    std::string_view name;
};

/// RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7; RFC 4443 §3.
constexpr std::array names{
    Name{false, 3, 0, "net_unreachable"},
    Name{false, 3, 1, "host_unreachable"},
    Name{false, 3, 2, "protocol_unreachable"},
    Name{false, 3, 3, "port_unreachable"},
    Name{false, 3, 4, "fragmentation_needed"},
    Name{false, 3, 5, "source_route_failed"},
    Name{false, 3, 6, "net_unknown"},
    Name{false, 3, 7, "host_unknown"},
    Name{false, 3, 9, "net_prohibited"},
    Name{false, 3, 10, "host_prohibited"},
    Name{false, 3, 13, "admin_prohibited"},
    Name{false, 4, -1, "source_quench"},
    Name{false, 5, -1, "redirect"},
    Name{false, 11, -1, "time_exceeded"},
    Name{false, 12, -1, "parameter_problem"},
    Name{true, 1, 0, "no_route"},
    Name{true, 1, 1, "admin_prohibited"},
    Name{true, 1, 2, "beyond_scope"},
    Name{true, 1, 3, "address_unreachable"},
    Name{true, 1, 4, "port_unreachable"},
    Name{true, 1, 5, "source_policy_failed"},
    Name{true, 1, 6, "reject_route"},
    Name{true, 2, -1, "packet_too_big"},
    Name{true, 3, -1, "time_exceeded"},
    Name{true, 4, -1, "parameter_problem"},
};

/// The quoted IP header's addresses; false when it is not IP with TCP right behind it.
bool read_ip(Cursor& cursor, QuotedSegment& quoted) {
    const std::uint8_t first = cursor.u8();
    if (first >> 4U == 4) {
        const std::size_t header = (first & 0x0fU) * 4U;
        cursor.skip(8);
        if (cursor.u8() != tcp_protocol || header < 20) return false;
        cursor.skip(2);
        const Bytes addresses = cursor.take(8);
        cursor.skip(header - 20);
        if (!cursor.ok()) return false;
        quoted.source.address = IpAddress::v4(addresses.data());
        quoted.destination.address = IpAddress::v4(addresses.data() + 4);
        return true;
    }
    if (first >> 4U != 6) return false;
    cursor.skip(5);
    if (cursor.u8() != tcp_protocol) return false;
    cursor.skip(1);
    const Bytes addresses = cursor.take(32);
    if (!cursor.ok()) return false;
    quoted.source.address = IpAddress::v6(addresses.data());
    quoted.destination.address = IpAddress::v6(addresses.data() + 16);
    return true;
}

}  // namespace

std::optional<QuotedSegment> quoted_segment(const Packet& error) {
    QuotedSegment quoted;
    quoted.v6 = !error.is_v4();
    quoted.router =
        quoted.v6 ? IpAddress::v6(error.network + 8) : IpAddress::v4(error.network + 12);
    quoted.type = error.network[error.transport];
    quoted.code = error.network[error.transport + 1U];
    Cursor cursor(error.data());
    if (!read_ip(cursor, quoted)) return std::nullopt;
    quoted.source.port = cursor.u16();
    quoted.destination.port = cursor.u16();
    quoted.sequence = cursor.u32();
    if (!cursor.ok()) return std::nullopt;
    return quoted;
}

std::string icmp_name(bool v6, std::uint8_t type, std::uint8_t code) {
    for (const Name& name : names) {
        if (name.v6 == v6 && name.type == type && (name.code < 0 || name.code == code)) {
            return std::string(name.name);
        }
    }
    return "type_" + std::to_string(type) + "_code_" + std::to_string(code);
}

}  // namespace tlstriage::wire
