#include "consumer.h"

#include <algorithm>

#include "wire/decode.h"

namespace tlstriage::dataplane {

namespace {

/// The next packet of a shard in a window; null behind the last.
const wire::Packet* next_packet(Window& window, unsigned shard) {
    Window::Place& place = window.places[shard];
    for (; place.piece < window.pieces.size(); ++place.piece, place.packet = 0) {
        const auto& packets = window.pieces[place.piece]->packets(shard);
        if (place.packet < packets.size()) return &packets[place.packet];
    }
    return nullptr;
}

/// Takes from one piece what comes before `until`.
std::span<const wire::Packet> take_run(Window& window, unsigned shard, Nanoseconds until) {
    Window::Place& place = window.places[shard];
    const std::span packets(window.pieces[place.piece]->packets(shard));
    const std::size_t begin = place.packet;
    while (place.packet < packets.size() && packets[place.packet].time <= until)
        ++place.packet;
    return packets.subspan(begin, place.packet - begin);
}

}  // namespace

std::uint64_t Consumer::take(std::span<Piece* const> pieces, std::uint32_t file,
                             std::uint64_t frames_before, Window& window) {
    window.file = file;
    window.pieces.assign(pieces.begin(), pieces.end());
    window.bases.clear();
    window.datagrams.clear();
    window.last_time = std::numeric_limits<Nanoseconds>::min();
    window.places.fill({});
    window.begun = false;
    std::uint64_t frames = frames_before;
    for (Piece* piece : pieces) {
        window.bases.push_back(frames);
        frames += piece->frames();
        reassemble(*piece, window);
        count(*piece);
        if (piece->any_time()) window.last_time = std::max(window.last_time, piece->last_time());
    }
    counts_.frames += frames - frames_before;
    return frames - frames_before;
}

void Consumer::run_shards(Alongside alongside, const std::function<void(unsigned)>& shard) const {
    const std::size_t before = alongside.size();
    executor_.run(before + engine::shard_count, [&](std::size_t i, unsigned) {
        if (i < before) {
            alongside[i]();
        } else {
            shard(static_cast<unsigned>(i - before));
        }
    });
}

void Consumer::consume(Window& window, Alongside alongside) {
    if (window.begun) {
        Window* const one[] = {&window};
        consume_until(one, std::numeric_limits<Nanoseconds>::max(), alongside);
        return;
    }
    window.begun = true;
    run_shards(alongside, [&](unsigned index) {
        for (std::size_t p = 0; p < window.pieces.size(); ++p) {
            engine_.shard(index).consume(window.pieces[p]->packets(index),
                                         {window.file, window.bases[p], window.shedding});
        }
    });
}

void Consumer::consume_until(std::span<Window* const> windows, Nanoseconds until,
                             Alongside alongside) {
    for (Window* const window : windows)
        window->begun = true;
    run_shards(alongside, [&](unsigned index) {
        for (;;) {
            Window* earliest = nullptr;
            Nanoseconds first = until;
            Nanoseconds second = until;  // the next one's turn
            for (Window* const window : windows) {
                const wire::Packet* const packet = next_packet(*window, index);
                if (packet == nullptr || packet->time > until) continue;
                if (earliest == nullptr || packet->time < first) {
                    if (earliest != nullptr) second = first;
                    earliest = window;
                    first = packet->time;
                } else {
                    second = std::min(second, packet->time);
                }
            }
            if (earliest == nullptr) return;
            const std::size_t piece = earliest->places[index].piece;
            engine_.shard(index).consume(
                take_run(*earliest, index, second),
                {earliest->file, earliest->bases[piece], earliest->shedding});
        }
    });
}

/// Fragments cross shards until they are whole, so they are put together between the two halves.
void Consumer::reassemble(Piece& piece, Window& window) {
    for (const wire::Packet& fragment : piece.fragments()) {
        auto datagram = engine_.defragmenter().add(fragment);
        if (!datagram) continue;
        window.datagrams.push_back(std::move(*datagram));
        wire::Packet packet;
        const wire::Outcome outcome = wire::decode_ip(window.datagrams.back(), packet);
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

void Consumer::take_statements(const capture::Format& format) {
    // A capture is not silent for longer than this; then its statistics are wrong, not its packets.
    constexpr Nanoseconds longest_silence = seconds(86'400);
    engine::Archive& archive = engine_.archive();
    for (const capture::Interface& interface : format.interfaces()) {
        if (!archive.any) break;
        const Nanoseconds start = interface.capture_start.value_or(archive.first_packet);
        const Nanoseconds end = interface.capture_end.value_or(archive.last_packet);
        if (start < archive.first_packet && start >= archive.first_packet - longest_silence) {
            archive.first_packet = start;
        }
        if (end > archive.last_packet && end <= archive.last_packet + longest_silence) {
            archive.last_packet = end;
        }
    }
    for (const std::string& note : format.notes())
        engine_.carried().read(note);
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
