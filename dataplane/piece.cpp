#include "piece.h"

#include <algorithm>

#include "engine/engine.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::dataplane {

void Piece::clear() {
    for (auto& packets : by_shard_)
        packets.clear();
    fragments_.clear();
    places_.clear();
    outcomes_.fill(0);
    links_.clear();
    link_frames_ = 0;
    frames_ = 0;
    first_time_ = std::numeric_limits<Nanoseconds>::max();
    last_time_ = std::numeric_limits<Nanoseconds>::min();
}

void Piece::take(const capture::Record& record) {
    wire::Packet packet;
    decode(record, packet);
    add(packet);
}

void Piece::decode(const capture::Record& record, wire::Packet& packet) {
    const wire::Outcome outcome =
        wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
    packet.time = record.time;
    packet.frame = frames_++;
    packet.interface_id = record.interface_id;
    ++outcomes_[static_cast<std::size_t>(outcome)];
    first_time_ = std::min(first_time_, record.time);
    last_time_ = std::max(last_time_, record.time);
    recent_time_ = record.time;
    if (record.link != link_) {
        flush_link_count();
        link_ = record.link;
    }
    ++link_frames_;
}

void Piece::add(wire::Packet& packet) {
    const wire::Outcome outcome = packet.outcome;
    if (outcome == wire::Outcome::tcp) {
        by_shard_[engine::Engine::shard_of(packet.flow_hash)].push_back(packet);
    } else if (outcome == wire::Outcome::fragment) {
        fragments_.push_back(packet);
    } else if (outcome == wire::Outcome::icmp_error) {
        take_icmp_error(packet);
    } else if (outcome == wire::Outcome::dns) {
        packet.flow_hash = wire::flow_hash(packet.source(), packet.destination());
        by_shard_[engine::Engine::shard_of(packet.flow_hash)].push_back(packet);
    }
}

/// It is of interest to the shard of the flow that it quotes.
void Piece::take_icmp_error(wire::Packet& packet) {
    const auto quoted = wire::quoted_segment(packet);
    if (!quoted) return;
    packet.flow_hash = wire::flow_hash(quoted->source, quoted->destination);
    by_shard_[engine::Engine::shard_of(packet.flow_hash)].push_back(packet);
}

void Piece::insert(const wire::Packet& packet) {
    auto& packets = by_shard_[engine::Engine::shard_of(packet.flow_hash)];
    const auto place = std::ranges::upper_bound(packets, packet.frame, {}, &wire::Packet::frame);
    packets.insert(place, packet);
}

void Piece::flush_link_count() {
    if (link_frames_ > 0) links_[static_cast<std::uint16_t>(link_)] += link_frames_;
    link_frames_ = 0;
}

}  // namespace tlstriage::dataplane
