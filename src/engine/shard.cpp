#include "engine/shard.h"

#include <algorithm>

#include "wire/icmp.h"

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

/// What a flow costs at most while its handshake is open, and at least when it has settled:
/// entry, evidence, parsers, events. Measured with a heap profile of 200,000 short flows.
constexpr std::size_t bytes_of_a_flow = 4096;

/// A SYN from the same ports this long after an unanswered one is a try of its own.
constexpr Nanoseconds retry_span = seconds(120);

/// Look-ups are this many packets ahead of their use.
constexpr std::size_t slot_lead = 16;
constexpr std::size_t entry_lead = 8;

bool never_connected(const Evidence& evidence) {
    return evidence.of_client().syn.seen() && !evidence.of_server().syn.seen() &&
           !evidence.of_client().first_data.seen() && !evidence.of_server().first_data.seen();
}

/// A SYN with another initial sequence number where the last try got no connection: the same
/// attempt goes on (verdicts.md §1, Nothing came of it).
void restart(Evidence& evidence, const flow::Segment& segment) {
    evidence::SideEvidence& client = evidence.side(Side::client);
    evidence::SideEvidence& server = evidence.side(Side::server);
    if (server.rst.seen()) ++evidence.refused_before;
    server = evidence::SideEvidence{};
    client.rst = client.fin = Moment{};
    client.rst_count = 0;
    client.acknowledged = Moment{};
    client.initial_sequence = segment.sequence;
}

enum class SynMeaning : std::uint8_t { same_flow, retry, new_flow };

SynMeaning meaning_of_syn(const TrackedFlow& flow, const flow::Segment& segment,
                          std::uint8_t lane) {
    if (flow.evidence == nullptr) return SynMeaning::new_flow;
    const Evidence& e = *flow.evidence;
    const bool from_client = e.side_of_lane(lane) == Side::client;
    const auto& client = e.of_client();
    if (from_client && client.syn.seen() && client.initial_sequence == segment.sequence) {
        // The server answered for an older connection from these ports, and the client cleared it
        // away (RFC 5961): only now does its own begin.
        return client.rst.seen() && never_connected(e) ? SynMeaning::retry : SynMeaning::same_flow;
    }
    // Captured behind its own answer.
    const auto& server = e.of_server();
    const std::uint32_t acknowledged =
        server.syn.seen() ? server.highest_acknowledgement : server.rst_acknowledgement;
    if (from_client && !client.syn.seen() && acknowledged == segment.sequence + 1) {
        return SynMeaning::same_flow;
    }
    if (from_client && never_connected(e) && segment.at.time - flow.last.time <= retry_span) {
        return SynMeaning::retry;
    }
    return SynMeaning::new_flow;
}

/// A SYN-ACK with another number, where the capture shows the server's direction alone.
bool answers_another(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.evidence == nullptr) return false;
    const Evidence& e = *flow.evidence;
    const auto& server = e.of_server();
    return e.side_of_lane(lane) == Side::server && !e.of_client().first_segment.seen() &&
           server.syn.seen() && server.initial_sequence != segment.sequence;
}

/// An error about a segment that the flow can have sent.
void note_icmp(Evidence& e, const wire::QuotedSegment& quoted, Moment at) {
    const bool advice = !quoted.v6 && (quoted.type == 4 || quoted.type == 5);  // quench, redirect
    if (advice) return;
    const Side about = e.client == quoted.source ? Side::client : Side::server;
    const evidence::SideEvidence& sender = e.side(about);
    constexpr std::int32_t nearby = 1 << 24;
    if (sender.syn.seen()) {
        const std::int32_t distance = flow::distance(quoted.sequence, sender.initial_sequence);
        if (distance < 0 || distance > nearby) return;
    }
    const bool about_syn =
        about == Side::client && sender.syn.seen() && sender.initial_sequence == quoted.sequence;
    const bool size = quoted.v6 ? quoted.type == 2 : quoted.type == 3 && quoted.code == 4;
    const evidence::IcmpEvidence icmp{quoted.router, quoted.type, quoted.code, quoted.v6, at};
    if (!e.icmp || (about_syn && !e.icmp_about_syn)) {
        e.icmp = icmp;
        e.icmp_about_syn = about_syn;
        e.add(evidence::EventKind::icmp_error, other(about), at);
    }
    if (size && !e.icmp_size) {
        e.icmp_size = icmp;
        e.icmp_size_about = about;
    }
}

/// Whether a packet lies within what its side has sent of this flow, not long after the last one.
bool repeats(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    if (flow.evidence == nullptr || flow.next_sequence[lane] == 0) return false;
    const Evidence& e = *flow.evidence;
    const auto& side = e.side(e.side_of_lane(lane));
    return side.syn.seen() && segment.at.time >= flow.last.time &&
           segment.at.time - flow.last.time <= retry_span &&
           flow::distance(segment.sequence, side.initial_sequence) >= 0 &&
           flow::distance(segment.sequence, flow.next_sequence[lane]) <= 0;
}

/// Whether a packet of another file continues this flow: its numbers follow on those seen.
bool fits(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    constexpr std::int32_t behind = 1 << 16;
    constexpr std::int32_t ahead = 1 << 24;
    if (repeats(flow, segment, lane)) return true;
    if (segment.has(syn)) {
        return flow.evidence != nullptr && never_connected(*flow.evidence) &&
               segment.at.time > flow.last.time;
    }
    const auto near = [](std::uint32_t number, std::uint32_t expected) {
        const std::int32_t distance = flow::distance(number, expected);
        return distance >= -behind && distance <= ahead;
    };
    // Captures taken at the same time can be off by a little, and repeat each other.
    constexpr Nanoseconds clock_error = seconds(1);
    if (segment.at.time < flow.last.time - clock_error) return false;
    if (flow.next_sequence[lane] != 0) return near(segment.sequence, flow.next_sequence[lane]);
    return segment.has(ack) && flow.next_sequence[lane ^ 1U] != 0 &&
           near(segment.acknowledgement, flow.next_sequence[lane ^ 1U]);
}

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

/// Closed by both sides, or reset: what may still come is repetitions. A flow that never got to a
/// byte can be taken up again by another SYN; its streams begin behind the SYNs then.
bool may_rest(const TrackedFlow& flow) {
    if (flow.evidence == nullptr) return false;
    const auto& client = flow.evidence->of_client();
    const auto& server = flow.evidence->of_server();
    const bool reset = client.rst.seen() || server.rst.seen();
    if (flow.state == FlowState::settled) return reset || (client.fin.seen() && server.fin.seen());
    const auto untouched = [](const evidence::Direction& direction) {
        return !direction.stream.has_hole() && direction.stream.missing_tail() == 0 &&
               direction.prefix.empty();
    };
    return reset && !client.first_data.seen() && !server.first_data.seen() &&
           std::ranges::all_of(flow.conversation->directions, untouched);
}

/// Who is the client when no SYN tells: the end whose peer has the TLS port or the lower port.
bool source_looks_like_client(const wire::Packet& packet, const Ports& tls_ports) {
    const bool source_tls = tls_ports[packet.source_port()];
    const bool destination_tls = tls_ports[packet.destination_port()];
    if (source_tls != destination_tls) return destination_tls;
    return packet.source_port() > packet.destination_port();
}

}  // namespace

Shard::Shard(const sense::Database& database, tls::ChainCache& chains, const Limits& limits)
    : limits_(limits),
      collector_(database, chains),
      flows_(std::max<std::size_t>(16, limits.memory / shard_count / bytes_of_a_flow)),
      max_held_bytes_(limits.memory / shard_count / 4) {}

void Shard::consume(std::span<const wire::Packet> packets, const BatchOrigin& origin) {
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (i + slot_lead < packets.size()) {
            flows_.prefetch_slot(packets[i + slot_lead].flow_hash);
            __builtin_prefetch(packets[i + slot_lead].network);
            __builtin_prefetch(packets[i + slot_lead].network + 64);
        }
        if (i + entry_lead < packets.size()) {
            flows_.prefetch_entry(packets[i + entry_lead].flow_hash);
        }
        consume_one(packets[i], origin);
    }
    counts_.packets += packets.size();
}

void Shard::consume_one(const wire::Packet& packet, const BatchOrigin& origin) {
    if (packet.outcome == wire::Outcome::icmp_error) {
        consume_icmp(packet, {packet.time, origin.frame_base + packet.frame + 1});
        return;
    }
    if (packet.outcome == wire::Outcome::dns) {
        lookups_.message(packet.data(), packet.source(), packet.destination(), false, origin.file,
                         {packet.time, origin.frame_base + packet.frame + 1});
        return;
    }
    const Endpoint source = packet.source();
    const Endpoint destination = packet.destination();
    const bool low_sends = source <= destination;
    const std::uint8_t lane = low_sends ? 0 : 1;
    const FlowKey key = low_sends ? FlowKey{source, destination} : FlowKey{destination, source};
    const Moment at{packet.time, origin.frame_base + packet.frame + 1};

    Index index = flows_.find(packet.flow_hash, [&](const TrackedFlow& f) { return f.key == key; });
    if (index != flows_.none && is_copy(flows_.at(index), packet, at, origin.file, lane)) {
        ++counts_.duplicate_packets;
        return;
    }
    if (index != flows_.none) {
        // Most packets end here: nothing begins or ends with them.
        TrackedFlow& flow = flows_.at(index);
        const bool eventful = (packet.flags & (syn | fin | rst)) != 0;
        if (flow.last_file == origin.file && flow.state != FlowState::open &&
            !(flow.state == FlowState::ignored ? packet.has(syn) : eventful)) {
            if (flow.state == FlowState::settled) consume_settled(flow, packet, at, lane);
            if (flow.state == FlowState::resting) flow.count(packet, at, lane);
            return;
        }
        if (flow.state == FlowState::resting) wake(flow);
    }
    const flow::Segment segment = load_segment(packet, at, origin.file);
    if (index != flows_.none) {
        TrackedFlow& flow = flows_.at(index);
        const bool fresh_syn = packet.has(syn) && !packet.has(ack);
        SynMeaning meaning =
            fresh_syn ? meaning_of_syn(flow, segment, lane) : SynMeaning::same_flow;
        if (packet.has(syn) && packet.has(ack) && answers_another(flow, segment, lane)) {
            meaning = SynMeaning::new_flow;
        }
        if (flow.last_file != origin.file && meaning == SynMeaning::same_flow &&
            !fits(flow, segment, lane)) {
            meaning = SynMeaning::new_flow;
        }
        if (meaning == SynMeaning::retry) {
            restart(*flow.evidence, segment);
            held_bytes_ -= flow.conversation->held_bytes();
            for (evidence::Direction& direction : flow.conversation->directions)
                direction.stream.clear();
        }
        if (meaning == SynMeaning::new_flow) {
            end_flow(flow, Cut::superseded);
            flows_.erase(index);
            index = flows_.none;
        }
    }
    if (index == flows_.none) index = begin_flow(packet, key, lane, segment, origin.file);

    TrackedFlow& flow = flows_.at(index);
    flow.last_file = origin.file;
    if (flow.state == FlowState::open) {
        flow.count(packet, at, lane);
        consume_open(flow, segment, lane);
    } else if (flow.state == FlowState::settled) {
        consume_settled(flow, packet, at, lane);
        note_flags(*flow.evidence, segment, flow.evidence->side_of_lane(lane));
    }
    if (packet.has(fin | rst) && may_rest(flow)) rest(flow);
}

/// A flow that is over costs little from here on, though it stays known: for what still trickles
/// in, and for a new connection from the same ports.
void Shard::rest(TrackedFlow& flow) {
    Evidence& e = *flow.evidence;
    if (flow.stored == TrackedFlow::nowhere) {
        flow.stored = ended_.add(e);
    } else {
        ended_.replace(flow.stored, e);
    }
    if (flow.conversation != nullptr) conversations_.give_back(std::move(flow.conversation));
    evidence_.give_back(std::move(flow.evidence));
    flow.state = FlowState::resting;
}

void Shard::wake(TrackedFlow& flow) {
    flow.evidence = evidence_.take();
    Evidence& e = *flow.evidence;
    ended_.at(flow.stored).unpack(e);
    if (e.settled.seen()) {
        flow.state = FlowState::settled;
        return;
    }
    flow.state = FlowState::open;
    flow.conversation = conversations_.take();
    for (const std::uint8_t lane : {std::uint8_t{0}, std::uint8_t{1}}) {
        const auto& side = e.side(e.side_of_lane(lane));
        if (side.syn.seen()) {
            flow.conversation->directions[lane].stream.start_at(side.initial_sequence + 1);
        }
    }
}

/// An ICMP error goes to the shard of the segment that it quotes.
void Shard::consume_icmp(const wire::Packet& packet, Moment at) {
    const auto quoted = wire::quoted_segment(packet);
    if (!quoted) return;
    const FlowKey key = FlowKey::between(quoted->source, quoted->destination);
    const Index index =
        flows_.find(packet.flow_hash, [&](const TrackedFlow& f) { return f.key == key; });
    if (index == flows_.none) return;
    TrackedFlow& flow = flows_.at(index);
    const bool rested = flow.state == FlowState::resting;
    if (rested) wake(flow);
    if (flow.evidence == nullptr) return;
    note_icmp(*flow.evidence, *quoted, at);
    if (rested) rest(flow);
}

Shard::Index Shard::begin_flow(const wire::Packet& packet, const FlowKey& key, std::uint8_t lane,
                               const flow::Segment& segment, std::uint32_t file) {
    if (flows_.full()) make_room();
    const Index index = flows_.insert(packet.flow_hash);
    TrackedFlow& flow = flows_.at(index);
    flow.key = key;
    flow.evidence = evidence_.take();
    flow.conversation = conversations_.take();
    Evidence& e = *flow.evidence;
    const bool by_syn = packet.has(syn);
    const bool source_is_client =
        by_syn ? !packet.has(ack) : source_looks_like_client(packet, limits_.tls_ports);
    e.client_certain = by_syn;
    e.client_lane = source_is_client ? lane : static_cast<std::uint8_t>(lane ^ 1U);
    e.client = e.client_lane == 0 ? key.low : key.high;
    e.server = e.client_lane == 0 ? key.high : key.low;
    e.file = file;
    e.first = segment.at;
    e.vlan = packet.vlan;
    ++counts_.flows;
    return index;
}

void Shard::consume_open(TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane) {
    const std::size_t held_before = flow.conversation->held_bytes();
    const Progress progress = collector_.segment(*flow.evidence, *flow.conversation, segment, lane);
    held_bytes_ += flow.conversation->held_bytes() - held_before;
    for (const evidence::DnsOverTcp& dns : collector_.take_dns()) {
        const Endpoint& client = flow.evidence->client;
        const Endpoint& server = flow.evidence->server;
        const bool query = dns.sender == Side::client;
        lookups_.message(dns.message, query ? client : server, query ? server : client, true,
                         flow.last_file, dns.at);
    }
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

/// Too many bytes wait in reassembly: this flow's holes are given up.
void Shard::relieve(TrackedFlow& flow) {
    held_bytes_ -= flow.conversation->held_bytes();
    collector_.pass_holes(*flow.evidence, *flow.conversation);
}

void Shard::settle(TrackedFlow& flow) {
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const evidence::Direction& direction = flow.conversation->directions[lane];
        if (direction.speech == evidence::Speech::tls && direction.records.at_known_place() &&
            !direction.stream.has_hole()) {
            flow.records[lane].start_at(direction.stream.next() +
                                        direction.records.bytes_to_next_header());
        }
    }
    if (flow.evidence->duplicates > 0) {
        const auto& [low, high] = flow.conversation->directions;
        flow.copies = std::make_unique<std::array<evidence::DuplicateFilter, 2>>(
            std::array{low.duplicates, high.duplicates});
    }
    held_bytes_ -= flow.conversation->held_bytes();
    conversations_.give_back(std::move(flow.conversation));
    flow.state = FlowState::settled;
}

void Shard::ignore(TrackedFlow& flow) {
    const auto& server = flow.evidence->of_server().first_protocol;
    const auto& client = flow.evidence->of_client().first_protocol;
    const bool server_named =
        server != sense::Protocol::silent && server != sense::Protocol::unknown;
    ++counts_.ignored_flows[static_cast<std::size_t>(server_named ? server : client)];
    if (limits_.all_flows) {
        end_flow(flow, Cut::none);
    } else {
        held_bytes_ -= flow.conversation->held_bytes();
        conversations_.give_back(std::move(flow.conversation));
        evidence_.give_back(std::move(flow.evidence));
    }
    flow.state = FlowState::ignored;
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

void Shard::end_flow(TrackedFlow& flow, Cut cut) {
    if (flow.state == FlowState::resting && cut != Cut::none) wake(flow);
    if (flow.evidence == nullptr && flow.state != FlowState::resting) return;
    if (flow.state != FlowState::resting) store(flow, cut);
    EvidenceStore::Entry& entry = ended_.at(flow.stored);
    entry.last = flow.last;
    for (std::uint8_t lane = 0; lane < 2; ++lane) {
        const auto side =
            static_cast<std::size_t>(entry.client_lane == lane ? Side::client : Side::server);
        entry.side_packets[side] = flow.packets[lane];
        entry.side_bytes[side] = flow.bytes[lane];
    }
}

void Shard::store(TrackedFlow& flow, Cut cut) {
    Evidence& e = *flow.evidence;
    if (flow.conversation != nullptr) {
        held_bytes_ -= flow.conversation->held_bytes();
        collector_.finish(e, *flow.conversation);
        conversations_.give_back(std::move(flow.conversation));
    }
    e.cut = cut;
    rest(flow);
}

/// Evicts one flow: a settled or ignored one if a look at the next few finds any, the one unheard
/// of for longest among them; else the oldest open one.
void Shard::make_room() {
    constexpr unsigned looked_at = 64;
    Index victim = flows_.none;
    const auto better = [&](const TrackedFlow& a, const TrackedFlow& b) {
        const bool a_open = a.state == FlowState::open;
        const bool b_open = b.state == FlowState::open;
        return a_open != b_open ? b_open : a.last < b.last;
    };
    for (unsigned looked = 0; looked < looked_at;) {
        eviction_hand_ = (eviction_hand_ + 1) % flows_.end_index();
        if (!flows_.alive(eviction_hand_)) continue;
        ++looked;
        if (victim == flows_.none || better(flows_.at(eviction_hand_), flows_.at(victim))) {
            victim = eviction_hand_;
        }
    }
    TrackedFlow& flow = flows_.at(victim);
    ++counts_.flows_evicted;
    end_flow(flow, Cut::evicted);
    flows_.erase(victim);
}

void Shard::end_archive(std::uint32_t archive) {
    for (Index index = 0; index < flows_.end_index(); ++index) {
        if (!flows_.alive(index)) continue;
        end_flow(flows_.at(index), Cut::none);
        flows_.erase(index);
    }
    ended_.end_archive(archive);
    lookups_.end_archive(archive);
}

}  // namespace tlstriage::engine
