#include "plain/dns.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/cursor.h"

namespace tlstriage::plain {
namespace {

constexpr std::size_t longest_name = 255;

/// RFC 1035 §4.1.4: labels, and pointers to names that came before. Leaves the cursor behind the
/// name's own bytes.
bool read_name(Bytes whole, Cursor& cursor, std::string& name) {
    name.clear();
    Cursor at = cursor;
    bool jumped = false;
    constexpr int most_jumps = 16;
    for (int jumps = 0; jumps <= most_jumps;) {
        const std::uint8_t length = at.u8();
        if (!at.ok()) return false;
        if (length == 0) {
            if (!jumped) cursor = at;
            return true;
        }
        if ((length & 0xc0U) == 0xc0) {
            const std::size_t target = (length & 0x3fU) << 8U | at.u8();
            if (!at.ok() || target >= whole.size()) return false;
            if (!jumped) cursor = at;
            jumped = true;
            ++jumps;
            at = Cursor(whole.subspan(target));
            continue;
        }
        if ((length & 0xc0U) != 0) return false;
        const Bytes label = at.take(length);
        if (!at.ok() || name.size() + length + 1 > longest_name) return false;
        if (!name.empty()) name += '.';
        for (const std::uint8_t byte : label) {
            const bool upper = byte >= 'A' && byte <= 'Z';
            name += static_cast<char>(upper ? byte + ('a' - 'A') : byte);
        }
    }
    return false;
}

void add_address(DnsMessage& message, Bytes octets, std::size_t size) {
    if (message.addresses.size() >= DnsMessage::max_addresses || octets.size() != size) return;
    if (octets.size() == 4) message.addresses.push_back(IpAddress::v4(octets.data()));
    if (octets.size() == 16) message.addresses.push_back(IpAddress::v6(octets.data()));
}

/// RFC 9460 §2.2: priority, target, then parameters; 4 and 6 are lists of address hints.
void read_service(Bytes whole, Cursor data, DnsMessage& message) {
    data.skip(2);
    std::string target;
    if (!read_name(whole, data, target)) return;
    if (!target.empty()) message.aliases.push_back(target);  // its addresses may follow
    while (data.ok() && !data.empty()) {
        const std::uint16_t key = data.u16();
        Cursor value = data.vector16();
        const std::size_t size = key == 4 ? 4 : key == 6 ? 16 : 0;
        while (size != 0 && value.left() >= size)
            add_address(message, value.take(size), size);
    }
}

/// The question's name, or one that it is an alias of: others are glue.
bool belongs(const DnsMessage& message, const std::string& owner) {
    return owner == message.name ||
           std::ranges::find(message.aliases, owner) != message.aliases.end();
}

/// Answers and what follows them: the addresses may be in the additional section (RFC 9460 §4.1).
void read_records(Bytes whole, Cursor cursor, unsigned count, DnsMessage& message) {
    std::string name;
    while (count-- > 0) {
        if (!read_name(whole, cursor, name)) return;
        const std::uint16_t type = cursor.u16();
        cursor.skip(2);
        const std::uint32_t ttl = cursor.u32();
        Cursor data = cursor.vector16();
        if (!cursor.ok()) return;
        switch (type) {
            case dns_type::a:
                if (belongs(message, name)) add_address(message, data.rest(), 4);
                break;
            case dns_type::aaaa:
                if (belongs(message, name)) add_address(message, data.rest(), 16);
                break;
            case dns_type::cname: {
                // The target may be compressed against the whole message.
                Cursor target = data;
                std::string alias;
                if (read_name(whole, target, alias)) message.aliases.push_back(std::move(alias));
                break;
            }
            case dns_type::svcb:
            case dns_type::https: read_service(whole, data, message); break;
            case dns_type::opt:
                message.rcode = static_cast<std::uint16_t>(message.rcode | (ttl >> 24U) << 4U);
                break;
            default: break;
        }
    }
}

}  // namespace

///  struct { uint16 id; uint16 flags; uint16 questions, answers, authorities, additionals; }
bool parse_dns(Bytes bytes, DnsMessage& message) {
    message.addresses.clear();
    message.aliases.clear();
    Cursor cursor(bytes);
    message.id = cursor.u16();
    const std::uint16_t flags = cursor.u16();
    const std::uint16_t questions = cursor.u16();
    const unsigned answers = cursor.u16();
    const unsigned authorities = cursor.u16();
    const unsigned additionals = cursor.u16();
    constexpr unsigned opcode = 0x7800;
    if (!cursor.ok() || questions != 1 || (flags & opcode) != 0) return false;
    message.response = (flags & 0x8000U) != 0;
    message.truncated = (flags & 0x0200U) != 0;
    message.rcode = flags & 0x000fU;
    if (!read_name(bytes, cursor, message.name)) return false;
    message.type = cursor.u16();
    cursor.skip(2);
    if (!cursor.ok()) return false;
    if (message.response) read_records(bytes, cursor, answers + authorities + additionals, message);
    return true;
}

std::string rcode_name(std::uint16_t rcode) {
    static constexpr std::array<std::string_view, 11> names{
        "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
        "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};
    return rcode < names.size() ? std::string(names[rcode]) : std::to_string(rcode);
}

std::string dns_type_name(std::uint16_t type) {
    switch (type) {
        case dns_type::a: return "A";
        case dns_type::cname: return "CNAME";
        case dns_type::aaaa: return "AAAA";
        case dns_type::svcb: return "SVCB";
        case dns_type::https: return "HTTPS";
        default: return "TYPE" + std::to_string(type);
    }
}

}  // namespace tlstriage::plain
