// What a live run counts while it goes on: written by its threads, read by anyone at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tlstriage::dataplane {

/// Why a frame was not analysed (drops.def).
enum class Drop : std::uint8_t {
#define DROP(symbol, text) symbol,
#include "drops.def"
#undef DROP
};

struct DropInfo {
    std::string_view name;
    std::string_view text;
};

constexpr std::array drop_infos{
#define DROP(symbol, text) DropInfo{#symbol, text},
#include "drops.def"
#undef DROP
};

/// Whether frames of this kind were taken from the port before they were dropped: they are among
/// its packets.
constexpr bool is_within(Drop drop) {
    return drop >= Drop::ring_full;
}

/// A number that one thread at a time writes, and any may read.
class Counter {
  public:
    void add(std::uint64_t more) { set(get() + more); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

using DropCounters = std::array<Counter, drop_infos.size()>;
inline Counter& of(DropCounters& drops, Drop drop) {
    return drops[static_cast<std::size_t>(drop)];
}

/// A receive queue of a port, served by one thread.
struct QueueCounts {
    unsigned port = 0;  ///< index in LiveCounts::ports
    unsigned queue = 0;
    Counter packets;         ///< taken from the port, whatever became of them
    Counter bytes;           ///< of these
    Counter cut_frames;      ///< of these: shorter than their IP header says
    Counter merged_frames;   ///< of these: larger than the link can carry, made by an offload
    DropCounters drops;      ///< of these: ring_full
    Counter depth;           ///< batches of frames that wait for the analysis
    std::uint64_t size = 0;  ///< slots for them
};

struct PortCounts {
    std::string name;    ///< as it was given
    std::string driver;  ///< of DPDK, as net_af_packet
    DropCounters drops;  ///< those in front of the program
};

/// A thread of the run. Its share of time at work between two looks is the difference of `busy` by
/// the time between them.
struct ThreadCounts {
    std::string name;  ///< "poll 0", "analysis"
    Counter busy;      ///< nanoseconds
};

/// How long a step of the run took, as a histogram.
struct StepTimes {
    /// Upper bounds of the buckets in nanoseconds; one more is for all above.
    static constexpr std::array<Nanoseconds, 8> bounds{
        10'000,      100'000,       1'000'000,      10'000'000,
        100'000'000, 1'000'000'000, 10'000'000'000, 100'000'000'000};
    std::array<Counter, bounds.size() + 1> buckets;  ///< each by itself, not added up
    Counter sum;                                     ///< nanoseconds

    void note(Nanoseconds took) {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && took > bounds[bucket])
            ++bucket;
        buckets[bucket].add(1);
        sum.add(took > 0 ? static_cast<std::uint64_t>(took) : 0);
    }
};

/// The lists have their final length before the run's threads begin; nothing moves then.
struct LiveCounts {
    std::deque<PortCounts> ports;
    std::deque<QueueCounts> queues;
    std::deque<ThreadCounts> threads;

    DropCounters drops;       ///< those of no one port: what was shed
    Counter open_flows;       ///< connections in the tables
    Counter evicted_flows;    ///< given up for memory
    Counter windows;          ///< ended so far
    Counter windows_waiting;  ///< judged, not on disk yet
    Counter windows_written;  ///< to disk
    Counter windows_lost;     ///< never written: the disk was full or slow for too long
    StepTimes consume;        ///< one turn of the analysis over what waits
    StepTimes judge;          ///< a window's end: flows end, are judged, become text
    StepTimes write;          ///< a window's files to disk (by the writing thread)
};

/// Sums over all ports and queues.
struct LiveTotals {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t cut_frames = 0;
    std::uint64_t merged_frames = 0;
    std::uint64_t depth = 0;
    std::uint64_t size = 0;
    std::array<std::uint64_t, drop_infos.size()> drops{};

    /// Frames that may be of any flow: all that was dropped, but for what was shed by choice.
    [[nodiscard]] std::uint64_t lost() const;
    [[nodiscard]] std::uint64_t dropped(Drop drop) const {
        return drops[static_cast<std::size_t>(drop)];
    }
};

LiveTotals totals(const LiveCounts& counts);

}  // namespace tlstriage::dataplane
