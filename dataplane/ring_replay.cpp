#include "ring_replay.h"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "capture/walk.h"
#include "consumer.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::dataplane {
namespace {

constexpr unsigned burst = 64;
constexpr unsigned round_frames = 4096;  ///< of a queue; held until the shards have consumed them
constexpr std::uint32_t longest_room = 65535;

struct PoolDeleter {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
struct RingDeleter {
    void operator()(rte_ring* ring) const { rte_ring_free(ring); }
};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + rte_strerror(rte_errno));
}

std::uint16_t room_for(std::uint32_t longest_frame) {
    const std::uint32_t least = RTE_MBUF_DEFAULT_BUF_SIZE;
    return static_cast<std::uint16_t>(
        std::clamp(longest_frame + RTE_PKTMBUF_HEADROOM, least, longest_room));
}

/// The same for all packets between two hosts, and for ICMP errors about them.
std::uint64_t host_pair_hash(const capture::Record& record) {
    wire::Packet packet;
    const wire::Outcome outcome =
        wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
    const auto hash = [](IpAddress a, IpAddress b) { return wire::flow_hash({a, 0}, {b, 0}); };
    if (outcome == wire::Outcome::icmp_error) {
        const auto quoted = wire::quoted_segment(packet);
        return quoted ? hash(quoted->source.address, quoted->destination.address) : 0;
    }
    if (outcome != wire::Outcome::tcp && outcome != wire::Outcome::dns &&
        outcome != wire::Outcome::fragment) {
        return 0;
    }
    const auto* const at = packet.network;
    return packet.is_v4() ? hash(IpAddress::v4(at + 12), IpAddress::v4(at + 16))
                          : hash(IpAddress::v6(at + 8), IpAddress::v6(at + 24));
}

/// One receive queue: what is still to come into it, its ring, and what was drained of it.
struct Queue {
    std::vector<capture::Record> records;  ///< borrow the trace
    std::size_t next = 0;
    std::unique_ptr<rte_ring, RingDeleter> ring;
    Piece piece;
    std::vector<rte_mbuf*> held;
    std::uint64_t cut = 0;
};

}  // namespace

struct RingReplay::State {
    std::unique_ptr<rte_mempool, PoolDeleter> pool;
    std::vector<Queue> queues;
    int time_offset = -1;

    rte_mbuf* mbuf_of(const capture::Record& record, Queue& queue) const {
        rte_mbuf* const mbuf = rte_pktmbuf_alloc(pool.get());
        if (mbuf == nullptr) return nullptr;
        const std::uint32_t length =
            std::min<std::uint32_t>(record.captured, rte_pktmbuf_tailroom(mbuf));
        if (length < record.captured) ++queue.cut;
        std::memcpy(rte_pktmbuf_mtod(mbuf, void*), record.data, length);
        mbuf->data_len = static_cast<std::uint16_t>(length);
        mbuf->pkt_len = length;
        mbuf->packet_type = static_cast<std::uint32_t>(record.link);
        mbuf->hash.usr = record.wire_length;
        *RTE_MBUF_DYNFIELD(mbuf, time_offset, rte_mbuf_timestamp_t*) =
            static_cast<rte_mbuf_timestamp_t>(record.time);
        return mbuf;
    }

    void fill(Queue& queue) const {
        for (unsigned i = 0; i < round_frames && queue.next < queue.records.size(); ++i) {
            rte_mbuf* const mbuf = mbuf_of(queue.records[queue.next], queue);
            if (mbuf == nullptr) return;
            if (rte_ring_sp_enqueue(queue.ring.get(), mbuf) != 0) {
                rte_pktmbuf_free(mbuf);
                return;
            }
            ++queue.next;
        }
    }

    void drain(Queue& queue) const {
        std::array<rte_mbuf*, burst> mbufs{};
        for (;;) {
            const unsigned count = rte_ring_sc_dequeue_burst(
                queue.ring.get(), reinterpret_cast<void**>(mbufs.data()), burst, nullptr);
            if (count == 0) return;
            for (unsigned i = 0; i < count; ++i)
                rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], const void*));
            for (unsigned i = 0; i < count; ++i)
                take(*mbufs[i], queue.piece);
            queue.held.insert(queue.held.end(), mbufs.begin(), mbufs.begin() + count);
        }
    }

    void take(rte_mbuf& mbuf, Piece& piece) const {
        const auto time = *RTE_MBUF_DYNFIELD(&mbuf, time_offset, const rte_mbuf_timestamp_t*);
        piece.take({.data = rte_pktmbuf_mtod(&mbuf, const std::uint8_t*),
                    .captured = mbuf.pkt_len,
                    .wire_length = mbuf.hash.usr,
                    .time = static_cast<Nanoseconds>(time),
                    .link = static_cast<LinkType>(mbuf.packet_type)});
    }

    static void release(Queue& queue) {
        rte_pktmbuf_free_bulk(queue.held.data(), static_cast<unsigned>(queue.held.size()));
        queue.held.clear();
        queue.piece.clear();
    }

    [[nodiscard]] bool more() const {
        return std::ranges::any_of(
            queues, [](const Queue& queue) { return queue.next < queue.records.size(); });
    }
};

RingReplay::RingReplay(const MemoryTrace& trace, unsigned queues, std::uint32_t longest_frame)
    : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.pool.reset(rte_pktmbuf_pool_create("replay", 2 * round_frames * queues, 0, 0,
                                         room_for(longest_frame), SOCKET_ID_ANY));
    if (s.pool == nullptr) fail("no memory for packet buffers");
    if (rte_mbuf_dyn_rx_timestamp_register(&s.time_offset, nullptr) != 0) fail("no time stamps");
    s.queues = std::vector<Queue>(queues);
    for (unsigned i = 0; i < queues; ++i) {
        s.queues[i].ring.reset(rte_ring_create(("replay" + std::to_string(i)).c_str(),
                                               2 * round_frames, SOCKET_ID_ANY,
                                               RING_F_SP_ENQ | RING_F_SC_DEQ));
        if (s.queues[i].ring == nullptr) fail("no memory for a ring");
        s.queues[i].held.reserve(round_frames);
    }
    const auto source = trace.source();
    capture::walk(
        *source,
        [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
            const std::uint64_t queue = queues == 1 ? 0 : host_pair_hash(record) % queues;
            s.queues[queue].records.push_back(record);
        },
        trace.bytes().size());
}

RingReplay::~RingReplay() = default;

std::size_t RingReplay::pool_bytes(unsigned queues, std::uint32_t longest_frame) {
    constexpr std::size_t overhead = sizeof(rte_mbuf) + 256;  // headers of mbuf and pool
    return 2 * std::size_t{round_frames} * queues * (room_for(longest_frame) + overhead);
}

ReplayCosts RingReplay::run(engine::Engine& engine, const Executor& executor) {
    State& s = *state_;
    ReplayCosts costs;
    Consumer consumer(engine, executor);
    Window window;
    std::uint64_t frames = 0;
    std::vector<Piece*> pieces;
    for (Queue& queue : s.queues) {
        queue.next = 0;
        pieces.push_back(&queue.piece);
    }
    while (s.more()) {
        executor.run(s.queues.size(), [&](std::size_t i, unsigned) { s.fill(s.queues[i]); });
        {
            const Timed timed(costs.scatter);
            executor.run(s.queues.size(), [&](std::size_t i, unsigned) { s.drain(s.queues[i]); });
            frames += consumer.take(pieces, 0, frames, window);
        }
        {
            const Timed timed(costs.shards);
            consumer.consume(window);
        }
        const Timed timed(costs.scatter);
        executor.run(s.queues.size(),
                     [&](std::size_t i, unsigned) { State::release(s.queues[i]); });
    }
    const Timed timed(costs.shards);
    engine.end_archive(executor.parallel());
    return costs;
}

std::uint64_t RingReplay::frames_cut() const {
    std::uint64_t cut = 0;
    for (const Queue& queue : state_->queues)
        cut += queue.cut;
    return cut;
}

}  // namespace tlstriage::dataplane
