#include <algorithm>

#include "rewriting/field_walk.h"

namespace tlstriage::rewriting {
namespace {

constexpr std::uint16_t port_dns = 53;

enum TunnelPort : std::uint16_t {
    gtp_user = 2152,
    vxlan = 4789,
    geneve = 6081,
    vxlan_linux = 8472
};

// RFC 9293 §3.1
namespace flag {
constexpr unsigned syn = 0x02;
constexpr unsigned rst = 0x04;
constexpr unsigned ack = 0x10;
}  // namespace flag

enum Option : std::uint8_t { end_of_list = 0, no_operation = 1, sack = 5, timestamps = 8 };

// haproxy's proxy-protocol.txt §2.2
constexpr std::array<std::uint8_t, 12> proxy_signature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                       0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

}  // namespace

void FieldWalk::tcp(Place place, const IpHeader& ip) {
    if (!place.has(4)) return;
    const Endpoint source{ip.source, u16(place.at)};
    const Endpoint destination{ip.destination, u16(place.at + 2)};
    if (place.has(18)) place.covering |= checksum_with(ip, place.at + 16, place);
    port(place.at, place.covering);
    port(place.at + 2, place.covering);
    tcp_sequences(place, source, destination);
    if (!place.has(20)) return;
    const std::size_t header = (u8(place.at + 12) >> 4U) * 4U;
    if (header < 20) return;
    Place options = place.after(20);
    options.bound(header - 20);
    tcp_options(options, choice_.stream(source, destination), choice_.stream(destination, source));
    const Place payload = place.after(header);
    tcp_payload(payload, source.port == port_dns || destination.port == port_dns);
    const unsigned flags = u8(place.at + 13);
    if ((flags & flag::rst) != 0) return replace(payload, choice_.other_data(bytes_of(payload)));
    const std::uint32_t sequence = u32(place.at + 4) + ((flags & flag::syn) != 0 ? 1 : 0);
    replace(payload, choice_.tcp_data(source, destination, sequence, bytes_of(payload)));
}

void FieldWalk::tcp_sequences(Place place, const Endpoint& source, const Endpoint& destination) {
    const unsigned flags = place.has(14) ? u8(place.at + 13) : 0;
    // What answers a segment without a connection has no number of its own: RFC 9293 §3.10.7.1.
    const bool reset = (flags & flag::rst) != 0;
    if (place.has(8) && !(reset && u32(place.at + 4) == 0)) {
        stream_field(Field::Kind::sequence, place.at + 4, choice_.stream(source, destination),
                     place.covering);
    }
    if ((flags & flag::ack) != 0 && !(reset && u32(place.at + 8) == 0)) {
        stream_field(Field::Kind::sequence, place.at + 8, choice_.stream(destination, source),
                     place.covering);
    }
}

// RFC 9293 §3.1, RFC 2018 §3, RFC 7323 §3.2. A time stamp of 0 is none.
void FieldWalk::tcp_options(Place options, std::optional<std::uint16_t> own,
                            std::optional<std::uint16_t> peers) {
    while (options.has(1) && u8(options.at) != end_of_list) {
        if (u8(options.at) == no_operation) {
            options = options.after(1);
            continue;
        }
        if (!options.has(2)) return;
        const std::size_t length = u8(options.at + 1);
        if (length < 2 || !options.has(length)) return;
        if (u8(options.at) == sack) {
            for (std::size_t edge = 2; edge + 4 <= length; edge += 4)
                stream_field(Field::Kind::sequence, options.at + edge, peers, options.covering);
        }
        if (u8(options.at) == timestamps && length == 10) {
            for (const auto& [offset, stream] :
                 {std::pair{options.at + 2, own}, std::pair{options.at + 6, peers}}) {
                if (u32(offset) == 0) continue;
                stream_field(Field::Kind::timestamp, offset, stream, options.covering);
            }
        }
        options = options.after(length);
    }
}

// DNS over TCP, SOCKS, and PROXY headers with binary addresses. Text is left alone: another length
// would move all that follows.
void FieldWalk::tcp_payload(Place place, bool dns_port) {
    if (dns_port) return dns_over_tcp(place);
    if (socks(place)) return;
    if (!place.has(16)) return;
    if (!std::equal(proxy_signature.begin(), proxy_signature.end(), at(place.at))) return;
    const unsigned family = u8(place.at + 13) >> 4U;
    const std::size_t length = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (length == 0 || !place.has(16 + 2 * length + 4)) return;
    for (const std::size_t offset : {place.at + 16, place.at + 16 + length}) {
        if (length == 4) {
            address_v4(offset, place.covering);
        } else {
            address_v6(offset, place.covering);
        }
    }
    port(place.at + 16 + 2 * length, place.covering);
    port(place.at + 18 + 2 * length, place.covering);
}

// RFC 1035 §4.2.2: messages behind their lengths. The length may have come in a segment of its own,
// and a message may go on in another segment.
void FieldWalk::dns_over_tcp(Place place) {
    constexpr std::size_t header = 12;
    const auto one_question = [&](std::size_t offset) {
        return place.has(offset + 2) && u16(place.at + offset) == 1;
    };
    while (place.has(2)) {
        const std::size_t length = u16(place.at);
        if (length < header || !one_question(6)) break;
        Place message = place.after(2);
        message.bound(length);
        dns(message, true);
        place = place.after(2 + length);
    }
    if (one_question(4)) return dns(place, true);
    note_addresses(place, dns_addresses_of_rest(bytes_of(place)));
}

// A request, or an answer, that is a whole segment, with an address in it: SOCKS 4
// (socks4.protocol) and SOCKS 5 (RFC 1928 §4, §6).
bool FieldWalk::socks(Place place) {
    if (!place.has(8)) return false;
    const unsigned version = u8(place.at);
    const unsigned code = u8(place.at + 1);
    const bool request_4 =
        version == 4 && (code == 1 || code == 2) && place.has(9) && u8(place.end - 1) == 0;
    const bool answer_4 = version == 0 && code >= 90 && code <= 93 && place.left() == 8;
    if (request_4 || answer_4) {
        address_v4(place.at + 4, place.covering);
        return true;
    }
    if (version != 5 || code > 8 || u8(place.at + 2) != 0) return false;
    constexpr unsigned kind_v4 = 1;
    constexpr unsigned kind_v6 = 4;
    const unsigned kind = u8(place.at + 3);
    if (kind == kind_v4 && place.left() == 10) {
        address_v4(place.at + 4, place.covering);
        return true;
    }
    if (kind != kind_v6 || place.left() != 22) return false;
    address_v6(place.at + 4, place.covering);
    return true;
}

// RFC 768. A checksum of 0 is none; so it stays.
void FieldWalk::udp(Place place, const IpHeader& ip) {
    if (!place.has(8)) return;
    const std::uint16_t source = u16(place.at);
    const std::uint16_t destination = u16(place.at + 2);
    if (u16(place.at + 6) != 0) {
        place.covering |= checksum_with(ip, place.at + 6, place);
        fields_.plan.checksums.back().zero_is_none = true;
    }
    if (source == port_dns || destination == port_dns) {
        port(place.at, place.covering);
        port(place.at + 2, place.covering);
        return dns(place.after(8), false);
    }
    udp_payload(place.after(8), source, destination);
}

void FieldWalk::udp_payload(Place place, std::uint16_t source, std::uint16_t destination) {
    switch (destination) {
        case vxlan:
        case vxlan_linux:  // RFC 7348 §5
            if (place.has(8) && u8(place.at) == 0x08) ethernet(place.after(8));
            return;
        case geneve:  // RFC 8926 §3.4
            if (!place.has(8) || u8(place.at) >> 6U != 0) return;
            return by_ethertype(u16(place.at + 2), place.after(8 + (u8(place.at) & 0x3fU) * 4U));
        default: break;
    }
    if (source == gtp_user || destination == gtp_user) return gtp(place);
    replace(place, choice_.other_data(bytes_of(place)));
}

// 3GPP TS 29.281 §5.1: user data without extension headers.
void FieldWalk::gtp(Place place) {
    constexpr unsigned extended = 0x04;
    constexpr unsigned any_optional = 0x07;
    constexpr std::uint8_t user_data = 255;
    if (!place.has(8) || (u8(place.at) & 0xf0U) != 0x30 || u8(place.at + 1) != user_data) return;
    const unsigned flags = u8(place.at);
    if ((flags & extended) == 0) internet(place.after((flags & any_optional) != 0 ? 12 : 8));
}

// RFC 792: errors quote the packet that they are about, or its beginning.
void FieldWalk::icmp(Place place) {
    if (!place.has(4)) return;
    place.covering |= checksum(place.at + 2, place.at, place.covering);
    const unsigned type = u8(place.at);
    if (type == 3 || type == 4 || type == 5 || type == 11 || type == 12) internet(place.after(8));
}

// RFC 4443 §2.1; RFC 4861 §4.3, §4.4: solicitations and advertisements name a neighbour.
void FieldWalk::icmp_v6(Place place, const IpHeader& ip) {
    if (!place.has(4)) return;
    place.covering |= checksum_with(ip, place.at + 2, place);
    const unsigned type = u8(place.at);
    if (type >= 1 && type <= 4) internet(place.after(8));
    if ((type == 135 || type == 136) && place.has(24)) address_v6(place.at + 8, place.covering);
}

void FieldWalk::dns(Place place, bool over_tcp) {
    note_addresses(place, dns_addresses(bytes_of(place)));
    replace(place, choice_.dns_message(bytes_of(place), over_tcp));
}

void FieldWalk::replace(Place place, const std::vector<Replacement>& replacements) {
    for (const Replacement& replacement : replacements)
        field(Field::Kind::text, place.at + replacement.offset, replacement.variable,
              place.covering);
}

void FieldWalk::note_addresses(Place place, const std::vector<DnsAddress>& addresses) {
    for (const DnsAddress& address : addresses) {
        if (address.v6) {
            address_v6(place.at + address.offset, place.covering);
        } else {
            address_v4(place.at + address.offset, place.covering);
        }
    }
}

}  // namespace tlstriage::rewriting
