// A receive queue: bursts of frames to batches, and these through a ring to the analysis.
#pragma once

#include <rte_ring.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "device_clock.h"
#include "frame_batch.h"
#include "live_counts.h"
#include "port.h"

namespace tlstriage::dataplane {

struct RingDeleter {
    void operator()(rte_ring* ring) const { rte_ring_free(ring); }
};
using Ring = std::unique_ptr<rte_ring, RingDeleter>;

/// One thread polls, one other takes batches. Never blocks either.
class RxQueue {
  public:
    /// `number` of the run; `counts` outlives this. `slots` batches at most are filled or on their
    /// way. Throws std::runtime_error when there is no memory for the rings.
    RxQueue(const Port& port, std::uint16_t queue, unsigned number, unsigned slots,
            QueueCounts& counts);

    // For the polling thread.

    /// Takes a burst from the port; returns how many frames there were.
    unsigned poll();
    /// The last poll found the device empty.
    [[nodiscard]] bool empty() const { return empty_; }
    /// Gives away what has come so far, full or not: the last thing to do.
    void hand_over();

    // For the analysis.

    /// All frames from before this time have been handed over.
    [[nodiscard]] Nanoseconds polled_until() const {
        return polled_until_.load(std::memory_order_acquire);
    }
    /// A recording has come to its end, as far as one can tell: nothing came in many polls.
    [[nodiscard]] bool idle() const { return idle_polls_.load(std::memory_order_relaxed) > 1000; }
    /// Batches that wait, and how many can.
    [[nodiscard]] unsigned waiting() const { return waiting_.load(std::memory_order_relaxed); }
    [[nodiscard]] unsigned slots() const { return slots_; }
    /// It is a recording, or another source that loses nothing when it has to wait.
    [[nodiscard]] bool waits() const { return waits_; }
    /// The next batch, or null. It must be given back.
    FrameBatch* next();
    void give_back(FrameBatch* batch) { rte_ring_enqueue(used_.get(), batch); }

    static constexpr Nanoseconds always = std::numeric_limits<Nanoseconds>::max();

  private:
    static constexpr unsigned burst = 64;

    bool have_batch();
    void found_nothing(Nanoseconds now);
    void take(rte_mbuf* mbuf);

    std::uint16_t port_;
    std::uint16_t queue_;
    std::uint16_t interface_id_;
    std::uint32_t mtu_;
    bool waits_;
    bool leaves_;  ///< frames in the device while there is no room
    unsigned slots_;
    BurstClock clock_;
    QueueCounts& counts_;
    std::vector<std::unique_ptr<FrameBatch>> batches_;
    Ring filled_;
    std::atomic<unsigned> waiting_{0};  ///< in filled_
    Ring used_;
    std::vector<FrameBatch*> free_;  ///< of the polling thread
    FrameBatch* batch_ = nullptr;
    Nanoseconds batch_began_ = 0;
    bool empty_ = false;
    std::atomic<Nanoseconds> polled_until_{std::numeric_limits<Nanoseconds>::min()};
    std::atomic<unsigned> idle_polls_{0};
};

}  // namespace tlstriage::dataplane
