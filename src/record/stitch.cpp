#include "record/stitch.h"

#include <algorithm>

#include "record/retried.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::record {
namespace {

using engine::Border;
using engine::EvidenceStore;
using engine::FlowState;
using evidence::Evidence;

/// Ends of the flow that a packet belongs to, or that an ICMP error quotes.
std::optional<FlowKey> key_of(const engine::KeptPacket& kept) {
    wire::Packet packet;
    if (!kept.packet(packet)) return std::nullopt;
    if (packet.outcome != wire::Outcome::icmp_error) {
        return FlowKey::between(packet.source(), packet.destination());
    }
    const auto quoted = wire::quoted_segment(packet);
    return FlowKey::between(quoted->source, quoted->destination);
}

}  // namespace

std::size_t Stitcher::KeyHash::operator()(const FlowKey& key) const {
    return wire::flow_hash(key.low, key.high);
}

Stitcher::Stitcher(std::vector<RecordedRun>& parts, const Settings& settings) : parts_(parts) {
    limits_.all_flows = settings.all_flows;
    limits_.tls_ports = settings.tls_ports;
    for (unsigned i = 0; i < engine::shard_count; ++i) {
        shards_.push_back(
            std::make_unique<engine::Shard>(sense::Database::shared(), chains_, limits_));
    }
}

void Stitcher::join(std::uint32_t archive, const std::vector<Piece>& pieces) {
    for (std::size_t shard = 0; shard < shards_.size(); ++shard)
        join_shard(archive, pieces, shard);
}

void Stitcher::join_shard(std::uint32_t archive, const std::vector<Piece>& pieces,
                          std::size_t shard) {
    Tails tails;
    engine::Archive before;
    for (const Piece& piece : pieces) {
        // Parts that were captured side by side have no border between them.
        if (before.any && piece.span.first_packet >= before.last_packet) {
            Sequels found = sequels(piece, shard, tails);
            for (auto& [key, list] : found)
                follow(key, list, piece.part, shard, tails);
        }
        before.see(piece.span.first_packet, piece.span.last_packet);
        for (Border& border : parts_[piece.part].borders) {
            if (border.shard != shard || border.archive != piece.number) continue;
            if (border.tail == nullptr) continue;
            tails.insert_or_assign(border.tail->key, Tail{piece.part, &border});
        }
    }
    shards_[shard]->end_archive(archive, before.last_packet);
}

Stitcher::Sequels Stitcher::sequels(const Piece& piece, std::size_t shard, const Tails& tails) {
    Sequels found;
    RecordedRun& part = parts_[piece.part];
    const auto open = [&](const FlowKey& key) {
        return tails.contains(key) || shards_[shard]->find(key) != nullptr;
    };
    std::unordered_map<EvidenceStore::Index, Border*> borders;  // by what is stored
    for (Border& border : part.borders) {
        if (border.shard != shard || border.archive != piece.number) continue;
        if (border.stored != Border::nowhere) borders[border.stored] = &border;
        if (border.head != nullptr) {
            const engine::KeptPacket& first = border.head->packets.front();
            const auto key = key_of(first);
            if (key && open(*key)) {
                found[*key].push_back({.at = first.at, .head = &border, .stored = border.stored});
            }
        } else if (border.stored == Border::nowhere && border.tail != nullptr) {
            const engine::TrackedFlow& tail = *border.tail;
            if (!open(tail.key)) continue;
            found[tail.key].push_back({.at = tail.first_segments.front().at, .tail = &border});
        }
    }
    EvidenceStore& store = part.stores[shard];
    for (EvidenceStore::Index i = 0; i < store.size(); ++i) {
        const EvidenceStore::Entry& entry = store.at(i);
        if (entry.dropped() || entry.archive != piece.number) continue;
        const FlowKey key = FlowKey::between(entry.record.client, entry.record.server);
        const auto border = borders.find(i);
        Border* const own = border == borders.end() ? nullptr : border->second;
        if ((own != nullptr && own->head != nullptr) || !open(key)) continue;
        found[key].push_back({.at = entry.first, .stored = i, .tail = own});
    }
    for (auto& [key, list] : found)
        std::ranges::sort(list, std::less{}, &Sequel::at);
    return found;
}

void Stitcher::follow(const FlowKey& key, std::vector<Sequel>& sequels, std::size_t part,
                      std::size_t shard, Tails& tails) {
    if (const auto tail = tails.find(key); tail != tails.end()) {
        restore(tail->second, shard);
        tails.erase(tail);
    }
    for (Sequel& sequel : sequels) {
        if (shards_[shard]->find(key) == nullptr) return;
        if (!take(key, sequel, part, shard)) {
            shards_[shard]->supersede(key);
            return;
        }
    }
}

/// Whether the sequel goes on with the flow; if so it is in the shard, or has taken that in.
bool Stitcher::take(const FlowKey& key, Sequel& sequel, std::size_t part, std::size_t shard) {
    if (sequel.head == nullptr) return prepend(key, sequel, part, shard);
    if (!shards_[shard]->continues(sequel.head->head->packets.front())) return false;
    take_head(key, *sequel.head, part, shard);
    return true;
}

/// Takes a flow out of the part that ended with it.
void Stitcher::restore(Tail tail, std::size_t shard) {
    EvidenceStore& store = parts_[tail.part].stores[shard];
    Border& border = *tail.border;
    Evidence stored;
    const bool any = border.stored != Border::nowhere;
    if (any) {
        store.at(border.stored).unpack(stored);
        store.drop(border.stored);
    }
    border.tail->head = std::move(border.head);
    shards_[shard]->restore(std::move(border.tail), any ? &stored : nullptr);
}

void Stitcher::take_head(const FlowKey& key, Border& border, std::size_t part, std::size_t shard) {
    engine::Shard& joined = *shards_[shard];
    const std::unique_ptr<engine::Head> head = std::move(border.head);
    const std::unique_ptr<engine::TrackedFlow> tail = std::move(border.tail);
    for (const engine::KeptPacket& packet : head->packets)
        joined.consume(packet);
    wire::Packet first;
    if (!head->packets.front().packet(first) || first.outcome == wire::Outcome::icmp_error) return;
    ++counted_twice_.flows;
    const bool any = border.stored != Border::nowhere;
    engine::TrackedFlow* const flow = joined.find(key);
    const bool may_be_ignored = !any || limits_.all_flows;
    const bool ignored =
        tail != nullptr ? tail->state == FlowState::ignored
                        : may_be_ignored && flow != nullptr && flow->state == FlowState::ignored;
    if (ignored) {
        // Both parts, or the part and what was read anew here, counted it as no TLS.
        const sense::Protocol protocol = tail != nullptr ? tail->ignored_as : flow->ignored_as;
        ++counted_twice_.ignored_flows[static_cast<std::size_t>(protocol)];
    }
    if (!any) return;
    EvidenceStore& store = parts_[part].stores[shard];
    Evidence later;
    store.at(border.stored).unpack(later);
    store.drop(border.stored);
    counted_twice_.duplicate_packets += later.duplicates;
    if (!head->whole && flow != nullptr) joined.add_later(*flow, later, *head, tail.get());
}

/// A try that a SYN of the next part repeats is told there.
bool Stitcher::prepend(const FlowKey& key, const Sequel& sequel, std::size_t part,
                       std::size_t shard) {
    engine::Shard& joined = *shards_[shard];
    engine::TrackedFlow* const flow = joined.find(key);
    const std::optional<Evidence> before = joined.evidence_of(*flow);
    if (!before || !before->of_client().syn.seen()) return false;
    if (sequel.stored == Border::nowhere) {
        // It turned out to speak something else than TLS.
        if (before->of_server().syn.seen() || before->of_client().first_data.seen()) return false;
        ++counted_twice_.flows;
        joined.forget(key);
        return true;
    }
    EvidenceStore& store = parts_[part].stores[shard];
    Evidence later;
    store.at(sequel.stored).unpack(later);
    if (!is_retried(*before, later)) return false;
    ++counted_twice_.flows;
    record::prepend(*before, later);
    EvidenceStore::Entry& entry = store.at(sequel.stored);
    const std::uint32_t archive = entry.archive;
    store.replace(sequel.stored, later);
    entry.archive = archive;
    for (std::size_t side = 0; side < entry.side_packets.size(); ++side) {
        entry.side_packets[side] = later.sides[side].packets;
        entry.side_bytes[side] = later.sides[side].bytes;
    }
    if (sequel.tail != nullptr && sequel.tail->tail != nullptr) {
        engine::TrackedFlow& tail = *sequel.tail->tail;
        for (std::uint8_t lane = 0; lane < 2; ++lane) {
            const auto& side = later.side(later.side_of_lane(lane));
            tail.packets[lane] = side.packets;
            tail.bytes[lane] = side.bytes;
        }
        if (tail.evidence != nullptr) {
            Evidence& open = *tail.evidence;
            record::prepend(*before, open);
        }
        // Its first segments are in the evidence now.
        if (tail.state == FlowState::young) tail.state = FlowState::resting;
    }
    joined.forget(key);
    return true;
}

}  // namespace tlstriage::record
