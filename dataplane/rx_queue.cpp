#include "rx_queue.h"

#include <fmt/format.h>
#include <rte_ethdev.h>

#include <array>
#include <bit>
#include <stdexcept>

namespace tlstriage::dataplane {
namespace {

/// Frames don't wait longer for their batch to fill.
constexpr Nanoseconds longest_wait = milliseconds(2);
/// A device's stamp may be from so long before the frame can be polled.
constexpr Nanoseconds device_delay = milliseconds(1);
/// Ethernet, and two tags.
constexpr std::uint32_t link_headers = 22;

Ring make_ring(const std::string& name, unsigned slots) {
    Ring ring(rte_ring_create(name.c_str(), std::bit_ceil(slots + 1), SOCKET_ID_ANY,
                              RING_F_SP_ENQ | RING_F_SC_DEQ));
    if (ring == nullptr) throw std::runtime_error("no memory for the rings of batches");
    return ring;
}

}  // namespace

RxQueue::RxQueue(const Port& port, std::uint16_t queue, unsigned number, unsigned slots,
                 QueueCounts& counts)
    : port_(port.id()),
      queue_(queue),
      interface_id_(port.id()),
      mtu_(port.mtu()),
      waits_(port.plan().waits),
      leaves_(port.plan().counts_losses()),
      slots_(slots),
      clock_(port.id(), port.stamps()),
      counts_(counts),
      filled_(make_ring(fmt::format("filled{}", number), slots)),
      used_(make_ring(fmt::format("used{}", number), slots)) {
    counts_.size = slots;
    free_.reserve(slots);
    for (unsigned i = 0; i < slots; ++i) {
        batches_.push_back(std::make_unique<FrameBatch>());
        free_.push_back(batches_.back().get());
    }
}

/// Buffers are freed by the thread that allocates, from its own cache, the latest first: they are
/// still in the processor's.
bool RxQueue::have_batch() {
    if (batch_ != nullptr) return true;
    for (void* used = nullptr; rte_ring_dequeue(used_.get(), &used) == 0;) {
        auto* const batch = static_cast<FrameBatch*>(used);
        batch->release();
        free_.push_back(batch);
    }
    if (free_.empty()) return false;
    batch_ = free_.back();
    free_.pop_back();
    return true;
}

unsigned RxQueue::poll() {
    empty_ = false;
    const bool room = have_batch();
    if (!room && leaves_) return 0;
    const Nanoseconds now = clock_.begin_burst();
    std::array<rte_mbuf*, burst> mbufs{};
    const unsigned count = rte_eth_rx_burst(port_, queue_, mbufs.data(), burst);
    if (count == 0) {
        found_nothing(now);
        return 0;
    }
    if (idle_polls_.load(std::memory_order_relaxed) != 0) {
        idle_polls_.store(0, std::memory_order_relaxed);
        if (clock_.recorded())
            polled_until_.store(std::numeric_limits<Nanoseconds>::min(), std::memory_order_release);
    }
    std::uint64_t bytes = 0;
    for (unsigned i = 0; i < count; ++i)
        bytes += rte_pktmbuf_pkt_len(mbufs[i]);
    counts_.packets.add(count);
    counts_.bytes.add(bytes);
    if (!room) {
        of(counts_.drops, Drop::ring_full).add(count);
        rte_pktmbuf_free_bulk(mbufs.data(), count);
        return count;
    }
    if (batch_->empty()) batch_began_ = now;
    for (unsigned i = 0; i < count; ++i) {
        if (i + 4 < count) rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + 4], const void*));
        take(mbufs[i]);
    }
    if (batch_->full()) hand_over();
    return count;
}

/// The device is empty.
void RxQueue::found_nothing(Nanoseconds now) {
    empty_ = true;
    counts_.depth.set(waiting());
    if (batch_ != nullptr && !batch_->empty()) {
        if (now - batch_began_ <= longest_wait && !clock_.recorded()) return;
        hand_over();
    }
    idle_polls_.store(idle_polls_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    // What a device stamps is on its way still for a while.
    polled_until_.store(clock_.recorded() ? always : now - device_delay, std::memory_order_release);
}

void RxQueue::take(rte_mbuf* mbuf) {
    wire::Packet packet;
    const std::uint32_t on_wire = batch_->decode(mbuf, clock_.time_of(mbuf), interface_id_, packet);
    // Frames are whole here, and of the link's size, unless a ring cut them or an offload made
    // them.
    if (on_wire > rte_pktmbuf_pkt_len(mbuf)) counts_.cut_frames.add(1);
    if (mtu_ != 0 && on_wire > mtu_ + link_headers) counts_.merged_frames.add(1);
    batch_->keep(mbuf, packet);
}

void RxQueue::hand_over() {
    if (batch_ == nullptr || batch_->empty()) return;
    waiting_.fetch_add(1, std::memory_order_relaxed);
    rte_ring_enqueue(filled_.get(), batch_);  // has room for all batches
    batch_ = nullptr;
    counts_.depth.set(waiting());
}

FrameBatch* RxQueue::next() {
    void* taken = nullptr;
    if (rte_ring_dequeue(filled_.get(), &taken) != 0) return nullptr;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return static_cast<FrameBatch*>(taken);
}

}  // namespace tlstriage::dataplane
