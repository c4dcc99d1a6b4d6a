#include "engine/border.h"

#include "engine/tracked_flow.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::engine {

using evidence::Evidence;

KeptPacket KeptPacket::of(const wire::Packet& packet, Moment at, std::uint32_t file) {
    const std::size_t size = std::size_t{packet.payload} + packet.captured;
    return {.at = at,
            .file = file,
            .vlan = packet.vlan,
            .interface_id = packet.interface_id,
            .wire_length = packet.payload + packet.payload_length,
            .bytes = {packet.network, packet.network + size}};
}

bool KeptPacket::packet(wire::Packet& packet) const {
    const wire::Outcome outcome = wire::decode(LinkType::raw, bytes, wire_length, packet);
    packet.time = at.time;
    packet.frame = 0;
    packet.vlan = vlan;
    packet.interface_id = interface_id;
    if (outcome != wire::Outcome::icmp_error) return outcome == wire::Outcome::tcp;
    const auto quoted = wire::quoted_segment(packet);
    if (quoted) packet.flow_hash = wire::flow_hash(quoted->source, quoted->destination);
    return quoted.has_value();
}

Tally tally_of(const TrackedFlow& flow) {
    Tally tally{.packets = flow.packets, .bytes = flow.bytes};
    if (flow.evidence == nullptr) return tally;
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const Evidence& e = *flow.evidence;
        tally.application_records[lane] = e.side(e.side_of_lane(lane)).application_records;
    }
    return tally;
}

void extend_head(TrackedFlow& flow, const wire::Packet& packet, Moment at, std::uint32_t file) {
    Head& head = *flow.head;
    if (!head.open) {
        head.whole = false;
        return;
    }
    KeptPacket kept = KeptPacket::of(packet, at, file);
    if (head.packets.size() == Head::most_packets ||
        head.bytes + kept.bytes.size() > Head::most_bytes) {
        head.open = head.whole = false;
        return;
    }
    head.bytes += kept.bytes.size();
    head.packets.push_back(std::move(kept));
    head.settled = flow.state == FlowState::settled;
    // From the middle a handshake of TLS 1.3 looks settled too soon.
    constexpr std::size_t enough = 20;
    const bool sure = head.settled && head.packets.size() >= enough;
    head.open = !sure && flow.state != FlowState::ignored;
    head.tally = tally_of(flow);
}

}  // namespace tlstriage::engine
