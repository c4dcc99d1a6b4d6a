// A trace in memory through the file path and its limits, each stage timed by itself.
#pragma once

#include "cost.h"
#include "engine/engine.h"
#include "executor.h"
#include "memory_trace.h"
#include "window_walk.h"

namespace tlstriage::dataplane {

/// What a walk over all records found.
struct WalkedRecords {
    std::uint64_t frames = 0;
    std::uint64_t captured = 0;       ///< bytes of frames, without record headers
    std::uint32_t longest_frame = 0;  ///< bytes
    bool whole = true;                ///< no damage, no cut end
};

/// The limit: one record header after the other and nothing else, by one thread.
WalkedRecords walk_records(const MemoryTrace& trace);

/// The same by all threads, several chains of records interleaved on each (WindowShape::chains).
/// Returns the frames found, which are those of walk_records() if every cut was guessed right.
std::uint64_t walk_interleaved(const MemoryTrace& trace, const Executor& executor);

/// Ticks of the time stamp counter in a second, measured; takes a tenth of one.
double counter_frequency();

/// Both halves of a replay: packets to the shards, and the shards' work until every flow has ended.
struct ReplayCosts {
    Cost scatter;  ///< walk or poll, decode, scatter
    Cost shards;
};

/// Replays a trace through windows, as `analyze` does, into a fresh engine.
ReplayCosts replay_file(const MemoryTrace& trace, engine::Engine& engine, const Executor& executor);

}  // namespace tlstriage::dataplane
