// A trace in memory through what a port's receive queue leaves: mbufs in rings, drained in bursts.
#pragma once

#include <cstdint>
#include <memory>

#include "replay.h"

namespace tlstriage::dataplane {

/// Rings of mbufs, one a queue, filled by no measured thread: rounds of filling, not timed, and
/// of draining, timed, take turns. So the frames lie in the caches as a NIC leaves them there
/// (DDIO), and what is measured is the way from the ring to the shards. All frames of two hosts
/// are in one queue, in capture order, as symmetric RSS has it. The EAL must be up. A record's
/// length on the wire goes with its mbuf; a frame longer than 64 KiB is cut and counted.
class RingReplay {
  public:
    /// `queues`: one a thread. Throws std::runtime_error when there is no memory.
    RingReplay(const MemoryTrace& trace, unsigned queues, std::uint32_t longest_frame);
    ~RingReplay();
    RingReplay(RingReplay&&) = delete;
    RingReplay& operator=(RingReplay&&) = delete;

    /// Replays the trace into a fresh engine. The executor has as many threads as there are queues.
    ReplayCosts run(engine::Engine& engine, const Executor& executor);
    [[nodiscard]] std::uint64_t frames_cut() const;

    /// Bytes that the mbufs of so many queues take.
    static std::size_t pool_bytes(unsigned queues, std::uint32_t longest_frame);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tlstriage::dataplane
