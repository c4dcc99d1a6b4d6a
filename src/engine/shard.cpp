#include "engine/shard.h"

#include <algorithm>

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

/// What a flow costs: its entry, with its places in the table; and from its first payload until its
/// end evidence, parsers, events. Measured with a heap profile of 200,000 short flows.
constexpr std::size_t bytes_of_entry = sizeof(TrackedFlow) + 28;
constexpr std::size_t bytes_of_evidence = 3840;

/// However little memory there is.
constexpr std::size_t least_flows = 16;

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

/// Keeps the packet while the first ones of its flow are of interest to another part; it has been
/// consumed already.
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

}  // namespace

Shard::Shard(const sense::Database& database, tls::ChainCache& chains, const Limits& limits)
    : limits_(limits),
      collector_(database, chains),
      flows_(std::max(least_flows, limits.memory / shard_count / bytes_of_entry)),
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
    Index index = flows_.find(packet.flow_hash, [&](const TrackedFlow& f) {
        return f.key.sender(lane) == source && f.key.sender(lane ^ 1U) == destination;
    });
    if (origin.shedding != Shedding::nothing && shed(index, packet, origin.shedding)) return;
    if (index != flows_.none && is_copy(flows_.at(index), packet, at, origin.file, lane)) {
        ++counts_.duplicate_packets;
        return;
    }
    if (index != flows_.none) {
        TrackedFlow& flow = flows_.at(index);
        if (flow.last_file == origin.file && is_routine(flow, packet)) {
            consume_routine(flow, packet, at, lane);
            if (flow.head != nullptr) extend_head(flow, packet, at, origin.file);
            return;
        }
        if (flow.state == FlowState::resting) wake(flow);
    }
    const flow::Segment segment = load_segment(packet, at, origin.file);
    if (index != flows_.none && flows_.at(index).state == FlowState::young) {
        TrackedFlow& flow = flows_.at(index);
        if (flow.last_file == origin.file && stays_young(flow, segment, lane)) {
            flow.count(packet, at, lane);
            flow.first_segments[flow.kept++] = KeptSegment::of(segment, lane);
            if (flow.head != nullptr) extend_head(flow, packet, at, origin.file);
            return;
        }
        while (!has_room(0, 1))
            make_room(index);
        grow_up(flow);
    }
    if (index != flows_.none) {
        TrackedFlow& flow = flows_.at(index);
        const Meaning meaning = meaning_of(flow, segment, lane, origin.file);
        if (meaning == Meaning::retry) retry(flow, segment);
        if (meaning == Meaning::new_flow) {
            end_flow(flow, Cut::superseded);
            release(index);
            index = flows_.none;
        }
    }
    if (index == flows_.none) {
        index = begin_flow(packet.flow_hash, FlowKey::between(source, destination), lane, segment,
                           origin.file);
    }

    TrackedFlow& flow = flows_.at(index);
    flow.last_file = origin.file;
    if (flow.state == FlowState::young) {
        flow.count(packet, at, lane);
    } else if (flow.state == FlowState::open) {
        flow.count(packet, at, lane);
        consume_open(flow, segment, lane);
    } else if (flow.state == FlowState::settled) {
        consume_settled(flow, packet, at, lane);
        note_flags(*flow.evidence, segment, flow.evidence->side_of_lane(lane));
    }
    if (packet.has(fin | rst) && may_rest(flow)) rest(flow);
    if (flow.head != nullptr) extend_head(flow, packet, at, origin.file);
}

void Shard::consume_routine(TrackedFlow& flow, const wire::Packet& packet, Moment at,
                            std::uint8_t lane) {
    if (flow.state == FlowState::settled) consume_settled(flow, packet, at, lane);
    if (flow.state == FlowState::resting) flow.count(packet, at, lane);
    if (flow.state == FlowState::ignored) flow.last = at;
}

void Shard::retry(TrackedFlow& flow, const flow::Segment& segment) {
    restart(*flow.evidence, segment);
    held_bytes_ -= flow.conversation->held_bytes();
    for (evidence::Direction& direction : flow.conversation->directions)
        direction.stream.clear();
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
    ended_.at(flow.stored).open = true;
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

Shard::Index Shard::begin_flow(std::uint64_t hash, const FlowKey& key, std::uint8_t lane,
                               const flow::Segment& segment, std::uint32_t file) {
    const bool plain = is_plain(segment);
    while (!has_room(1, plain ? 0 : 1))
        make_room(flows_.none);
    const Index index = flows_.insert(hash);
    TrackedFlow& flow = flows_.at(index);
    flow.key = key;
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
    return index;
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
    flow.ignored_as = server_named ? server : client;
    ++counts_.ignored_flows[static_cast<std::size_t>(flow.ignored_as)];
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
    if (flow.state == FlowState::young) grow_up(flow);
    if (flow.state == FlowState::resting && cut != Cut::none) wake(flow);
    if (flow.evidence == nullptr && flow.state != FlowState::resting) return;
    if (flow.state != FlowState::resting) store(flow, cut);
    EvidenceStore::Entry& entry = ended_.at(flow.stored);
    entry.open = false;
    entry.last = flow.last;
    entry.frames_lost = flow.frames_lost;
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

bool Shard::has_room(std::size_t more_flows, std::size_t more_evidence) const {
    const std::size_t flows = flows_.size() + more_flows;
    const std::size_t evidence = evidence_.in_use() + more_evidence;
    const std::size_t budget = limits_.memory / shard_count;
    return flows_.size() < least_flows ||
           flows * bytes_of_entry + evidence * bytes_of_evidence <= budget;
}

/// Evicts one flow, but not `kept`: one that is over if a look at the next few finds any, or else
/// one that has settled, the one unheard of for longest among them; else the oldest one.
void Shard::make_room(Index kept) {
    constexpr unsigned looked_at = 64;
    const auto worth = [](const TrackedFlow& flow) {
        switch (flow.state) {
            case FlowState::resting: return 0;
            case FlowState::ignored: return 1;
            case FlowState::settled: return 2;
            default: return 3;
        }
    };
    const auto better = [&](const TrackedFlow& a, const TrackedFlow& b) {
        return std::pair(worth(a), a.last) < std::pair(worth(b), b.last);
    };
    Index victim = flows_.none;
    for (unsigned looked = 0; looked < looked_at;) {
        eviction_hand_ = (eviction_hand_ + 1) % flows_.end_index();
        if (!flows_.alive(eviction_hand_) || eviction_hand_ == kept) continue;
        ++looked;
        if (victim == flows_.none || better(flows_.at(eviction_hand_), flows_.at(victim))) {
            victim = eviction_hand_;
        }
    }
    TrackedFlow& flow = flows_.at(victim);
    // Of one that is over nothing is lost.
    const bool over = flow.state == FlowState::resting || flow.state == FlowState::ignored;
    if (!over) ++counts_.flows_evicted;
    end_flow(flow, over ? Cut::none : Cut::evicted);
    release(victim);
}

void Shard::end_archive(std::uint32_t archive, Nanoseconds end) {
    for (Index index = 0; index < flows_.end_index(); ++index) {
        if (!flows_.alive(index)) continue;
        TrackedFlow& flow = flows_.at(index);
        if (limits_.keep_borders) {
            keep_border(flow, end);
        } else {
            end_flow(flow, Cut::none);
        }
        flows_.erase(index);
    }
    ended_.end_archive(archive);
    lookups_.end_archive(archive);
    borders_over_ = 0;
    for (; assigned_borders_ < borders_.size(); ++assigned_borders_)
        borders_[assigned_borders_].archive = archive;
}

}  // namespace tlstriage::engine
