#include "generator/packets.h"

#include <algorithm>

namespace tlstriage::generate::test {
namespace {

IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    const std::array<std::uint8_t, 4> bytes{a, b, c, d};
    return IpAddress::v4(bytes.data());
}

IpAddress v6(std::uint8_t network, std::uint8_t host) {
    IpAddress address;
    address.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, network};
    address.bytes[15] = host;
    return address;
}

Buffer bytes_of(const IpAddress& address) {
    return {address.bytes.begin() + (address.is_v4() ? 12 : 0), address.bytes.end()};
}

void put16(Buffer& buffer, std::size_t at, std::uint16_t value) {
    std::ranges::copy(be16(value), buffer.begin() + static_cast<std::ptrdiff_t>(at));
}

Buffer pseudo_header(const IpAddress& from, const IpAddress& to, std::uint8_t protocol,
                     std::size_t length) {
    return bytes_of(from) + bytes_of(to) + be32(length) + be32(protocol);
}

Buffer with_checksum(Buffer transport, std::size_t at, const Buffer& pseudo) {
    put16(transport, at, internet_checksum(pseudo + transport));
    return transport;
}

Buffer options_of(const Ends& ends, const Tcp& segment) {
    const std::uint32_t own = segment.from_client ? ends.client_timestamp : ends.server_timestamp;
    const std::uint32_t peers = segment.from_client ? ends.server_timestamp : ends.client_timestamp;
    const std::uint32_t peer_sequence =
        segment.from_client ? ends.server_sequence : ends.client_sequence;
    Buffer options;
    if (segment.timestamps) options = options + Buffer{1, 1, 8, 10} + be32(own) + be32(peers);
    if (!segment.sack_offsets.empty()) {
        options.insert(options.end(), segment.padding, 1);
        const std::size_t length = 2 + 4 * segment.sack_offsets.size();
        options = options + Buffer{5, static_cast<std::uint8_t>(length)};
        for (const std::uint8_t offset : segment.sack_offsets)
            options = options + be32(peer_sequence + offset);
    }
    while (options.size() % 4 != 0)
        options.push_back(0);
    return options;
}

}  // namespace

Buffer operator+(Buffer front, const Buffer& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

Buffer be16(std::size_t value) {
    return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

Buffer be32(std::size_t value) {
    return be16(value >> 16U) + be16(value);
}

Buffer text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

std::uint16_t internet_checksum(const Buffer& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Ends original(bool six) {
    Ends ends{v4(192, 0, 2, 2), v4(198, 51, 100, 2), v4(192, 0, 2, 1), v4(203, 0, 113, 9)};
    if (six) ends = {v6(1, 2), v6(2, 2), v6(1, 1), v6(9, 9)};
    ends.client_port = 40123;
    ends.client_sequence = 0xffffffc0;
    ends.server_sequence = 0x7ffffff0;
    ends.client_timestamp = 0x10203040;
    ends.server_timestamp = 0xfffffffe;
    return ends;
}

Ends fresh(bool six) {
    Ends ends{v4(240, 1, 2, 3), v4(241, 255, 0, 255), v4(243, 9, 9, 9), v4(250, 250, 250, 250)};
    if (six) ends = {v6(0x31, 0xfe), v6(0x32, 0xfd), v6(0x33, 0xfc), v6(0x34, 0xfb)};
    ends.client_port = 59999;
    ends.client_sequence = 0x00000123;
    ends.server_sequence = 0xfffffffa;
    ends.client_timestamp = 0xfedcba98;
    ends.server_timestamp = 0x00000007;
    return ends;
}

Buffer tcp(const Ends& ends, const Tcp& segment) {
    const bool forth = segment.from_client;
    const IpAddress& from = forth ? ends.client : ends.server;
    const IpAddress& to = forth ? ends.server : ends.client;
    const std::uint32_t own = forth ? ends.client_sequence : ends.server_sequence;
    const std::uint32_t peers = forth ? ends.server_sequence : ends.client_sequence;
    const bool acknowledges = (segment.flags & 0x10U) != 0;
    const Buffer options = options_of(ends, segment);
    const Buffer ports = forth ? be16(ends.client_port) + be16(segment.to_port)
                               : be16(segment.to_port) + be16(ends.client_port);
    const Buffer whole =
        ports + be32(own + segment.sequence_offset) +
        be32(acknowledges ? peers + segment.acknowledged_offset : 0U) +
        Buffer{static_cast<std::uint8_t>((20 + options.size()) / 4 << 4U), segment.flags} +
        be16(502) + be16(0) + be16(0) + options + segment.payload;
    return with_checksum(whole, 16, pseudo_header(from, to, 6, whole.size()));
}

Buffer udp(const IpAddress& from, const IpAddress& to, std::uint16_t from_port,
           std::uint16_t to_port, const Buffer& payload, bool checked) {
    const Buffer whole =
        be16(from_port) + be16(to_port) + be16(payload.size() + 8) + be16(0) + payload;
    if (!checked) return whole;
    Buffer sent = with_checksum(whole, 6, pseudo_header(from, to, 17, whole.size()));
    if (sent[6] == 0 && sent[7] == 0) put16(sent, 6, 0xffff);  // RFC 768
    return sent;
}

Buffer icmp(std::uint8_t type, std::uint8_t code, const Buffer& quote) {
    return with_checksum(Buffer{type, code} + be16(0) + be32(0) + quote, 2, {});
}

Buffer icmp_v6(const IpAddress& from, const IpAddress& to, std::uint8_t type, const Buffer& quote) {
    const Buffer whole = Buffer{type, 0} + be16(0) + be32(0) + quote;
    return with_checksum(whole, 2, pseudo_header(from, to, 58, whole.size()));
}

Buffer ip(const IpAddress& from, const IpAddress& to, std::uint8_t protocol,
          const Buffer& payload) {
    if (!from.is_v4()) {
        return be32(0x60012345) + be16(payload.size()) + Buffer{protocol, 62} + bytes_of(from) +
               bytes_of(to) + payload;
    }
    Buffer header = be16(0x4500) + be16(payload.size() + 20) + be16(0xbeef) + be16(0x4000) +
                    Buffer{61, protocol} + be16(0) + bytes_of(from) + bytes_of(to);
    put16(header, 10, internet_checksum(header));
    return header + payload;
}

Buffer ip(const Ends& ends, const Tcp& segment) {
    const bool forth = segment.from_client;
    return ip(forth ? ends.client : ends.server, forth ? ends.server : ends.client, 6,
              tcp(ends, segment));
}

Buffer ethernet(std::uint16_t type, const Buffer& payload) {
    return Buffer{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2} + be16(type) + payload;
}

Buffer ethernet(const Buffer& packet) {
    return ethernet(packet[0] >> 4U == 6 ? 0x86dd : 0x0800, packet);
}

Variables variables() {
    Variables variables;
    variables.client_port(original().client_port);
    variables.server_port(server_port);
    return variables;
}

CopyValues values_between(const Variables& variables, const Ends& from, const Ends& to) {
    CopyValues values;
    values.addresses.resize(variables.addresses().size());
    const auto set = [&](const IpAddress& was, const IpAddress& becomes) {
        const auto variable = variables.known(was);
        if (variable) std::ranges::copy(bytes_of(becomes), values.addresses[*variable].begin());
    };
    set(from.client, to.client);
    set(from.server, to.server);
    set(from.router, to.router);
    set(from.other, to.other);
    values.ports = {to.client_port};
    values.sequences.resize(variables.streams());
    values.timestamps.resize(variables.streams());
    Variables known = variables;
    for (const std::uint16_t port : {server_port, std::uint16_t{53}}) {
        const Endpoint client{from.client, from.client_port};
        const Endpoint server{from.server, port};
        const auto set_stream = [&](std::uint16_t stream, std::uint32_t sequence,
                                    std::uint32_t timestamp) {
            if (stream >= variables.streams()) return;  // seen in no frame
            values.sequences[stream] = sequence;
            values.timestamps[stream] = timestamp;
        };
        set_stream(*known.stream(client, server), to.client_sequence - from.client_sequence,
                   to.client_timestamp - from.client_timestamp);
        set_stream(*known.stream(server, client), to.server_sequence - from.server_sequence,
                   to.server_timestamp - from.server_timestamp);
    }
    return values;
}

}  // namespace tlstriage::generate::test
