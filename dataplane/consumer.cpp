#include "consumer.h"

#include "wire/decode.h"

namespace tlstriage::dataplane {

std::uint64_t Consumer::consume(std::span<Piece* const> pieces, std::uint32_t file,
                                std::uint64_t frames_before) {
    std::vector<std::uint64_t> bases;
    bases.reserve(pieces.size());
    std::uint64_t frames = frames_before;
    for (Piece* piece : pieces) {
        bases.push_back(frames);
        frames += piece->frames();
        reassemble(*piece);
        count(*piece);
    }
    executor_.run(engine::shard_count, [&](std::size_t s) {
        engine::Shard& shard = engine_.shard(static_cast<unsigned>(s));
        for (std::size_t p = 0; p < pieces.size(); ++p) {
            shard.consume(pieces[p]->packets(static_cast<unsigned>(s)), {file, bases[p]});
        }
    });
    datagrams_.clear();
    counts_.frames += frames - frames_before;
    return frames - frames_before;
}

/// Fragments cross shards until they are whole, so they are put together between the two halves.
void Consumer::reassemble(Piece& piece) {
    for (const wire::Packet& fragment : piece.fragments()) {
        auto datagram = engine_.defragmenter().add(fragment);
        if (!datagram) continue;
        datagrams_.push_back(std::move(*datagram));
        wire::Packet packet;
        const wire::Outcome outcome = wire::decode_ip(datagrams_.back(), packet);
        ++counts_.reassembled[static_cast<std::size_t>(outcome)];
        if (outcome != wire::Outcome::tcp && outcome != wire::Outcome::dns) continue;
        if (outcome == wire::Outcome::dns) {
            packet.flow_hash = wire::flow_hash(packet.source(), packet.destination());
        }
        packet.time = fragment.time;
        packet.frame = fragment.frame;
        packet.interface_id = fragment.interface_id;
        packet.vlan = fragment.vlan;
        piece.insert(packet);
    }
}

void Consumer::count(Piece& piece) {
    piece.flush_link_count();
    for (std::size_t i = 0; i < counts_.outcomes.size(); ++i) {
        counts_.outcomes[i] += piece.outcomes()[i];
    }
    for (const auto& [link, frames] : piece.links())
        counts_.links[link] += frames;
    if (piece.any_time()) engine_.archive().see(piece.first_time(), piece.last_time());
}

}  // namespace tlstriage::dataplane
