// The second half of a window: from scattered packets to the shards.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "executor.h"
#include "piece.h"

namespace tlstriage::dataplane {

/// Frames used so far, by what became of them.
struct ConsumedCounts {
    std::uint64_t frames = 0;
    wire::OutcomeCounts outcomes{};
    wire::OutcomeCounts reassembled{};
    std::map<std::uint16_t, std::uint64_t> links;
};

/// Reassembles a window's IP fragments, then lets every shard consume its packets, shards in
/// parallel. The frames' bytes must be valid during consume() only.
class Consumer {
  public:
    Consumer(engine::Engine& engine, const Executor& executor)
        : engine_(engine), executor_(executor) {}

    /// `pieces` follow one another; the first one's first frame comes after `frames_before` frames
    /// of trace `file`. Returns the number of frames in them.
    std::uint64_t consume(std::span<Piece* const> pieces, std::uint32_t file,
                          std::uint64_t frames_before);

    [[nodiscard]] const ConsumedCounts& counts() const { return counts_; }

  private:
    void reassemble(Piece& piece);
    void count(Piece& piece);

    engine::Engine& engine_;
    const Executor& executor_;
    ConsumedCounts counts_;
    std::list<std::vector<std::uint8_t>> datagrams_;  ///< of this window
};

}  // namespace tlstriage::dataplane
