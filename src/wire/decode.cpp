#include "wire/decode.h"

#include <algorithm>

#include "wire/layers.h"
#include "wire/tcp_segment.h"

namespace tlstriage::wire {
namespace {

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint16_t ethertype_vlan = 0x8100;
constexpr std::uint16_t ethertype_service_vlan = 0x88a8;
constexpr std::uint8_t protocol_tcp = 6;

/// Bytes that must be there before any field is looked at: Ethernet, two tags, IPv4, TCP. The
/// shortest frame on a wire has 60, so that nothing but cut ones is sent the long way.
constexpr std::size_t enough = 14 + 20 + 20;

bool is_vlan(std::uint16_t type) {
    return type == ethertype_vlan || type == ethertype_service_vlan;
}

/// TCP over IPv4 without options or over IPv6 without extension headers, whose length fits the
/// frame, in Ethernet with up to two tags: nearly all frames. Anything else, wrong or only
/// uncommon, is for the long way; nothing of `packet` but vlan may be relied on then.
bool decode_common(Bytes frame, std::uint32_t wire_length, Packet& packet) {
    if (frame.size() < enough) [[unlikely]]
        return false;
    const std::uint8_t* const bytes = frame.data();
    std::size_t offset = 14;
    auto type = load_big<std::uint16_t>(bytes + 12);
    std::uint16_t vlan = 0;
    if (is_vlan(type)) {
        vlan = load_big<std::uint16_t>(bytes + 14) & 0x0fffU;
        type = load_big<std::uint16_t>(bytes + 16);
        offset = 18;
        if (is_vlan(type)) {
            if (vlan == 0) vlan = load_big<std::uint16_t>(bytes + 18) & 0x0fffU;
            type = load_big<std::uint16_t>(bytes + 20);
            offset = 22;
        }
    }
    packet.vlan = vlan;
    const Bytes ip = frame.subspan(offset);  // at least 32 bytes
    const std::size_t wire = std::max<std::size_t>(wire_length, frame.size()) - offset;
    if (type == ethertype_ipv4) {
        // Version 4 and five words of header; neither an offset nor more fragments.
        if (ip[0] != 0x45 || ip[9] != protocol_tcp) return false;
        if ((load_big<std::uint16_t>(ip.data() + 6) & 0x3fffU) != 0) [[unlikely]]
            return false;
        const std::size_t total = load_big<std::uint16_t>(ip.data() + 2);
        if (total < 20 || total > wire) [[unlikely]]
            return false;
        const Bytes kept = ip.first(std::min(total, ip.size()));
        if (kept.size() < 20) [[unlikely]]
            return false;
        return finish_tcp(kept, 20, total, true, packet) == Outcome::tcp;
    }
    if (type == ethertype_ipv6) {
        if (ip.size() < 40) [[unlikely]]
            return false;
        if (ip[0] >> 4U != 6 || ip[6] != protocol_tcp) return false;
        const std::size_t payload = load_big<std::uint16_t>(ip.data() + 4);
        if (payload == 0 || wire - 40 < payload) [[unlikely]]
            return false;
        const std::size_t total = 40 + payload;
        return finish_tcp(ip.first(std::min(total, ip.size())), 40, total, false, packet) ==
               Outcome::tcp;
    }
    return false;
}

}  // namespace

Outcome decode_step_by_step(LinkType link, Bytes frame, std::uint32_t wire_length, Packet& packet) {
    packet.vlan = 0;
    return packet.outcome = by_link(Walk(frame, wire_length, packet), link);
}

Outcome decode(LinkType link, Bytes frame, std::uint32_t wire_length, Packet& packet) {
    if (link == LinkType::ethernet) [[likely]] {
        if (decode_common(frame, wire_length, packet)) [[likely]] {
            return packet.outcome = Outcome::tcp;
        }
    }
    return decode_step_by_step(link, frame, wire_length, packet);
}

Outcome decode_ip(Bytes network, Packet& packet) {
    return packet.outcome = internet(Walk(network, network.size(), packet));
}

std::uint64_t flow_hash(const Endpoint& a, const Endpoint& b) {
    std::array<std::uint8_t, 32> addresses{};
    std::memcpy(addresses.data(), a.address.bytes.data(), 16);
    std::memcpy(addresses.data() + 16, b.address.bytes.data(), 16);
    const std::array<std::uint8_t, 4> ports{
        static_cast<std::uint8_t>(a.port >> 8U), static_cast<std::uint8_t>(a.port),
        static_cast<std::uint8_t>(b.port >> 8U), static_cast<std::uint8_t>(b.port)};
    return flow_hash_v6(addresses.data(), ports.data());
}

}  // namespace tlstriage::wire
