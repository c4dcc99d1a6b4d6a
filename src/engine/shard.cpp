#include "engine/shard.h"

#include <algorithm>

#include "base/prefetch.h"
#include "engine/border.h"
#include "engine/continuation.h"

namespace tlstriage::engine {
namespace {

using evidence::Cut;
using evidence::Evidence;
using evidence::Progress;
using evidence::Side;
using wire::tcp_flag::ack;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

/// Flows open at once in a shard beyond which no more heads are kept.
constexpr std::size_t most_heads = 1024;

/// Look-ups are this many packets ahead of their use.
constexpr std::size_t slot_lead = 16;
constexpr std::size_t entry_lead = 8;

/// Another file is another place, as another interface of one file is.
flow::Segment load_segment(const wire::Packet& packet, Moment at, std::uint32_t file) {
    flow::Segment segment = flow::load_segment(packet, at);
    segment.interface_id = static_cast<std::uint16_t>(segment.interface_id + file * 257U);
    return segment;
}

/// A frame of a settled flow that the capture holds twice (the Collector finds those of open ones).
bool is_copy(TrackedFlow& flow, const wire::Packet& packet, Moment at, std::uint32_t file,
             std::uint8_t lane) {
    return flow.copies != nullptr && (*flow.copies)[lane].repeats(load_segment(packet, at, file));
}

/// Who is the client when no SYN tells: the end whose peer has the TLS port or the lower port.
bool looks_like_client(const Endpoint& end, const Endpoint& peer, const Ports& tls_ports) {
    if (tls_ports[end.port] != tls_ports[peer.port]) return tls_ports[peer.port];
    return end.port > peer.port;
}

/// Nothing begins or ends with it: most packets.
bool is_routine(const TrackedFlow& flow, const wire::Packet& packet) {
    switch (flow.state) {
        case FlowState::young:
        case FlowState::open: return false;
        case FlowState::ignored: return !packet.has(syn);
        default: return !packet.has(syn | fin | rst);
    }
}

/// Nothing to read, and nothing ends.
bool is_plain(const flow::Segment& segment) {
    return segment.length == 0 && !segment.has(fin | rst) && segment.sack_right == 0;
}

/// Whether a young flow only keeps this one: an ACK, or the answer to its SYN.
bool stays_young(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.kept == flow.first_segments.size() || !is_plain(segment)) return false;
    if (!segment.has(syn)) return true;
    const KeptSegment& first = flow.first_segments.front();
    return flow.kept == 1 && first.flags == syn && first.lane != lane && segment.has(ack);
}

}  // namespace

Shard::Shard(const sense::Database& database, tls::ChainCache& chains, const Limits& limits)
    : limits_(limits),
      collector_(database, chains),
      flows_(std::max(least_flows, limits.memory / shard_count / bytes_of_entry)),
      max_held_bytes_(limits.memory / shard_count / 4) {}

void Shard::consume(std::span<const wire::Packet> packets, const BatchOrigin& origin) {
    constexpr std::size_t headers = 128;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (i + slot_lead < packets.size()) {
            flows_.prefetch_slot(packets[i + slot_lead].flow_hash);
            prefetch(packets[i + slot_lead].network, headers);
        }
        if (i + entry_lead < packets.size()) {
            flows_.prefetch_entry(packets[i + entry_lead].flow_hash);
        }
        consume_one(packets[i], origin);
    }
    counts_.packets += packets.size();
}

void Shard::consume_one(const wire::Packet& packet, const BatchOrigin& origin) {
    const Moment at{packet.time, origin.frame_base + packet.frame + 1};
    if (packet.outcome == wire::Outcome::icmp_error) {
        consume_icmp(packet, at, origin.file);
    } else if (packet.outcome == wire::Outcome::dns) {
        lookups_.message(packet.data(), packet.source(), packet.destination(), false, origin.file,
                         at);
    } else {
        consume_tcp(packet, at, origin);
    }
}

void Shard::consume_tcp(const wire::Packet& packet, Moment at, const BatchOrigin& origin) {
    const Endpoint source = packet.source();
    const Endpoint destination = packet.destination();
    const std::uint8_t lane = not_above(source, destination) ? 0 : 1;
    const Index index = flows_.find(packet.flow_hash, [&](const TrackedFlow& f) {
        return f.key.sender(lane) == source && f.key.sender(lane ^ 1U) == destination;
    });
    if (origin.shedding != Shedding::nothing && shed(index, packet, origin.shedding)) return;
    if (index == flows_.none) {
        begin_flow(packet, load_segment(packet, at, origin.file), lane, origin.file);
        return;
    }
    TrackedFlow& flow = flows_.at(index);
    if (is_copy(flow, packet, at, origin.file, lane)) {
        ++counts_.duplicate_packets;
    } else if (flow.last_file == origin.file && is_routine(flow, packet)) {
        consume_routine(flow, packet, at, lane);
        if (flow.head != nullptr) extend_head(flow, packet, at, origin.file);
    } else {
        consume_known(index, packet, load_segment(packet, at, origin.file), lane, origin.file);
    }
}

void Shard::consume_routine(TrackedFlow& flow, const wire::Packet& packet, Moment at,
                            std::uint8_t lane) {
    if (flow.state == FlowState::settled) consume_settled(flow, packet, at, lane);
    if (flow.state == FlowState::resting) flow.count(packet, at, lane);
    if (flow.state == FlowState::ignored) flow.last = at;
}

/// The packet may begin or end something between the ends of this flow.
void Shard::consume_known(Index index, const wire::Packet& packet, const flow::Segment& segment,
                          std::uint8_t lane, std::uint32_t file) {
    TrackedFlow& flow = flows_.at(index);
    if (flow.state == FlowState::resting) wake(flow);
    if (flow.state == FlowState::young) {
        if (flow.last_file == file && stays_young(flow, segment, lane)) {
            flow.first_segments[flow.kept++] = KeptSegment::of(segment, lane);
            consume_segment(flow, packet, segment, lane, file);
            return;
        }
        while (!has_room(0, 1))
            make_room(index);
        grow_up(flow);
    }
    switch (meaning_of(flow, segment, lane, file)) {
        case Meaning::same_flow: break;
        case Meaning::retry: retry(flow, segment); break;
        case Meaning::new_flow:
            end_flow(flow, Cut::superseded);
            release(index);
            begin_flow(packet, segment, lane, file);
            return;
    }
    consume_segment(flow, packet, segment, lane, file);
}

void Shard::consume_segment(TrackedFlow& flow, const wire::Packet& packet,
                            const flow::Segment& segment, std::uint8_t lane, std::uint32_t file) {
    flow.last_file = file;
    switch (flow.state) {
        case FlowState::young: flow.count(packet, segment.at, lane); break;
        case FlowState::open:
            flow.count(packet, segment.at, lane);
            consume_open(flow, segment, lane);
            break;
        case FlowState::settled:
            consume_settled(flow, packet, segment.at, lane);
            note_flags(*flow.evidence, segment, flow.evidence->side_of_lane(lane));
            break;
        default: break;
    }
    if (segment.has(fin | rst) && may_rest(flow)) rest(flow);
    if (flow.head != nullptr) extend_head(flow, packet, segment.at, file);
}

void Shard::retry(TrackedFlow& flow, const flow::Segment& segment) {
    restart(*flow.evidence, segment);
    held_bytes_ -= flow.conversation->held_bytes();
    for (evidence::Direction& direction : flow.conversation->directions)
        direction.stream.clear();
}

/// An ICMP error goes to the shard of the segment that it quotes.
void Shard::consume_icmp(const wire::Packet& packet, Moment at, std::uint32_t file) {
    const auto quoted = wire::quoted_segment(packet);
    if (!quoted) return;
    const FlowKey key = FlowKey::between(quoted->source, quoted->destination);
    const Index index =
        flows_.find(packet.flow_hash, [&](const TrackedFlow& f) { return f.key == key; });
    if (index == flows_.none) {
        if (limits_.keep_borders) keep_orphan(packet, at, file);
        return;
    }
    TrackedFlow& flow = flows_.at(index);
    if (flow.head != nullptr) extend_head(flow, packet, at, file);
    if (flow.state == FlowState::young) grow_up(flow);
    const bool rested = flow.state == FlowState::resting;
    if (rested) wake(flow);
    if (flow.evidence == nullptr) return;
    note_icmp(*flow.evidence, *quoted, at);
    if (rested) rest(flow);
}

void Shard::begin_flow(const wire::Packet& packet, const flow::Segment& segment, std::uint8_t lane,
                       std::uint32_t file) {
    const bool plain = is_plain(segment);
    while (!has_room(1, plain ? 0 : 1))
        make_room(flows_.none);
    TrackedFlow& flow = flows_.at(flows_.insert(packet.flow_hash));
    flow.key = FlowKey::between(packet.source(), packet.destination());
    flow.last_file = file;
    ++counts_.flows;
    if (plain) {
        flow.first_segments[flow.kept++] = KeptSegment::of(segment, lane);
    } else {
        begin_evidence(flow, segment, lane);
    }
    const bool begins = segment.has(syn) && !segment.has(ack);
    if (limits_.keep_borders && !begins && evidence_.in_use() < most_heads) {
        flow.head = std::make_unique<Head>();
    }
    consume_segment(flow, packet, segment, lane, file);
}

void Shard::begin_evidence(TrackedFlow& flow, const flow::Segment& first, std::uint8_t lane) {
    flow.state = FlowState::open;
    flow.evidence = evidence_.take();
    flow.conversation = conversations_.take();
    Evidence& e = *flow.evidence;
    const Endpoint& source = lane == 0 ? flow.key.low : flow.key.high;
    const Endpoint& destination = lane == 0 ? flow.key.high : flow.key.low;
    e.client_certain = first.has(syn);
    const bool source_is_client = e.client_certain
                                      ? !first.has(ack)
                                      : looks_like_client(source, destination, limits_.tls_ports);
    e.client_lane = source_is_client ? lane : static_cast<std::uint8_t>(lane ^ 1U);
    e.client = source_is_client ? source : destination;
    e.server = source_is_client ? destination : source;
    e.file = flow.last_file;
    e.first = first.at;
    e.vlan = first.vlan;
}

/// What a young flow kept is read as if it came now; it has been counted.
void Shard::grow_up(TrackedFlow& flow) {
    begin_evidence(flow, flow.first_segments.front().segment(), flow.first_segments.front().lane);
    for (const KeptSegment& kept : std::span(flow.first_segments).first(flow.kept)) {
        consume_open(flow, kept.segment(), kept.lane);
    }
}

void Shard::consume_open(TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    const std::size_t held_before = flow.conversation->held_bytes();
    const Progress progress = collector_.segment(*flow.evidence, *flow.conversation, segment, lane);
    held_bytes_ += flow.conversation->held_bytes() - held_before;
    if (collector_.has_dns()) take_dns(flow);
    switch (progress) {
        case Progress::open:
            if (held_bytes_ > max_held_bytes_) relieve(flow);
            break;
        case Progress::settled: settle(flow); break;
        case Progress::duplicate:
            --flow.packets[lane];
            flow.bytes[lane] -= segment.length;
            ++counts_.duplicate_packets;
            break;
        case Progress::uninteresting: ignore(flow); break;
    }
}

void Shard::take_dns(const TrackedFlow& flow) {
    const Endpoint& client = flow.evidence->client;
    const Endpoint& server = flow.evidence->server;
    for (const evidence::DnsOverTcp& dns : collector_.take_dns()) {
        const bool query = dns.sender == Side::client;
        lookups_.message(dns.message, query ? client : server, query ? server : client, true,
                         flow.last_file, dns.at);
    }
}

void Shard::consume_settled(TrackedFlow& flow, const wire::Packet& packet, Moment at,
                            std::uint8_t lane) {
    flow.count(packet, at, lane);
    if (packet.payload_length == 0 || packet.has(rst)) return;
    flow.records[lane].segment(packet.sequence(), packet.data(), packet.payload_length,
                               [&](const tls::RecordHeader& header) {
                                   Evidence& e = *flow.evidence;
                                   const Side side = e.side_of_lane(lane);
                                   evidence::SideEvidence& s = e.side(side);
                                   ++s.application_records;
                                   s.last_record = {header.type, header.length, at};
                                   if (header.type != tls::ContentType::alert) return;
                                   s.last_encrypted_alert = at;
                                   e.add(evidence::EventKind::encrypted_alert, side, at);
                               });
}

}  // namespace tlstriage::engine
