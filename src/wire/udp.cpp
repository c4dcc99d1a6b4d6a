// UDP: tunnels are followed, the rest is told apart and left alone.
#include <algorithm>
#include <array>

#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

constexpr std::uint16_t port_dns = 53;
constexpr std::size_t dns_header_length = 12;  // RFC 1035 §4.1.1

bool either(std::uint16_t a, std::uint16_t b, std::uint16_t port) {
    return a == port || b == port;
}

/// RFC 6347 §4.1, RFC 9147 §4. Versions 1.0, 1.2 and OpenSSL's pre-standard 0x0100. Of DTLS 1.3's
/// short header only the form is evidence whose length field fits the datagram to the byte.
bool is_dtls(const Walk& walk) {
    if (!walk.has(13)) return false;
    const unsigned first = walk.u8(0);
    if (first >= 20 && first <= 26) {
        const std::uint16_t version = walk.u16(1);
        if (version != 0xfefd && version != 0xfeff && version != 0x0100) return false;
        // The next record, if any, begins where the first one's length says: DNS queries with an
        // unlucky identification look like the 0x0100 kind up to there.
        const std::size_t next = 13U + walk.u16(11);
        if (next > walk.length) return false;
        return !walk.has(next + 1) || (walk.u8(next) >= 20 && walk.u8(next) <= 63);
    }
    constexpr unsigned fixed_and_connection_id = 0xf0;
    constexpr unsigned fixed = 0x20;
    constexpr unsigned long_sequence_with_length = 0x0c;
    return (first & fixed_and_connection_id) == fixed &&
           (first & long_sequence_with_length) == long_sequence_with_length &&
           walk.u16(3) == walk.length - 5;
}

/// 'Q' or 'T' and three digits: Google QUIC (draft-tsvwg-quic-protocol-02 §6.1).
bool is_google_version(std::uint32_t version) {
    const auto digit = [](std::uint32_t byte) { return byte >= '0' && byte <= '9'; };
    const std::uint32_t letter = version >> 24U;
    return (letter == 'Q' || letter == 'T') && digit(version >> 16U & 0xffU) &&
           digit(version >> 8U & 0xffU) && digit(version & 0xffU);
}

/// RFC 9000 §15 with the reserved 0x?a?a?a?a, RFC 9369 §3.1, drafts, and the versions of mvfst.
bool is_quic_version(std::uint32_t version) {
    if ((version & 0x0f0f0f0fU) == 0x0a0a0a0a) return true;
    return version == 1 || version == 0x6b3343cf || version >> 8U == 0xff0000 ||
           version >> 4U == 0xfaceb00 || is_google_version(version);
}

/// RFC 9000 §17.2, §17.2.1
bool is_quic_long_header(const Walk& walk) {
    constexpr std::size_t longest_connection_id = 20;
    if (!walk.has(7)) return false;
    const std::uint32_t version = walk.u32(1);
    if (is_google_version(version)) return true;
    const std::size_t destination_id = walk.u8(5);
    if (destination_id > longest_connection_id) return false;
    if (is_quic_version(version)) return true;
    if (version != 0 || !walk.has(destination_id + 7)) return false;
    const std::size_t source_id = walk.u8(6 + destination_id);
    const std::size_t header = 7 + destination_id + source_id;
    return source_id <= longest_connection_id && walk.length > header &&
           (walk.length - header) % 4 == 0;
}

bool is_quic(const Walk& walk, std::uint16_t source, std::uint16_t destination) {
    if (!walk.has(1)) return false;
    const unsigned first = walk.u8(0);
    if ((first & 0x80U) != 0) return is_quic_long_header(walk);
    // Google's public header: version flag and an 8-byte connection id, then the version.
    if ((first & 0xc9U) == 0x09 && walk.has(13)) return is_google_version(walk.u32(9));
    // RFC 9000 §17.3.1: a fixed bit is all the evidence; believed on the ports of HTTPS only. So is
    // Google's header with nothing but a connection id and a packet number.
    const bool short_header = (first & 0xc0U) == 0x40 && walk.length >= 21;
    const bool google_header = (first & 0xebU) == 0x08 && walk.length >= 21;
    if (!short_header && !google_header) return false;
    static constexpr std::array<std::uint16_t, 4> ports{443, 80, 8443, 4433};
    return std::any_of(ports.begin(), ports.end(),
                       [&](std::uint16_t port) { return either(source, destination, port); });
}

}  // namespace

/// RFC 768
Outcome udp(Walk walk) {
    if (!walk.has(8)) return walk.lacks(8);
    const std::uint16_t source = walk.u16(0);
    const std::uint16_t destination = walk.u16(2);
    const std::uint16_t length = walk.u16(4);
    if (length != 0) {  // 0: a jumbogram, or left to the network card
        if (length < 8) return Outcome::malformed;
        walk.bound(length);
    }
    Walk content = walk;
    content.skip(8);
    if (const auto inside = udp_tunnel(content, source, destination)) return *inside;
    mark_transport(walk, 8);
    if (either(source, destination, port_dns)) {
        return content.length < dns_header_length ? Outcome::udp : Outcome::dns;
    }
    if (is_dtls(content)) return Outcome::dtls;
    return is_quic(content, source, destination) ? Outcome::quic : Outcome::udp;
}

}  // namespace tlstriage::wire
