// The second half of a window: from scattered packets to the shards.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
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

/// A window's pieces, scattered and counted, on their way to the shards.
struct Window {
    /// How far a shard has got.
    struct Place {
        std::size_t piece = 0;
        std::size_t packet = 0;
    };

    std::uint32_t file = 0;
    std::vector<Piece*> pieces;                      ///< one behind the other
    std::vector<std::uint64_t> bases;                ///< frames of the file before each
    std::list<std::vector<std::uint8_t>> datagrams;  ///< that fragments made whole
    Nanoseconds last_time = std::numeric_limits<Nanoseconds>::min();
    std::array<Place, engine::shard_count> places{};
    bool begun = false;  ///< some packets have been consumed
    engine::Shedding shedding = engine::Shedding::nothing;
};

/// What is done while the shards consume, in the same run of the executor, and begun before them.
using Alongside = std::span<const std::function<void()>>;

/// Reassembles a window's IP fragments, then lets every shard consume its packets, shards in
/// parallel. The frames' bytes must be valid until they are consumed.
class Consumer {
  public:
    Consumer(engine::Engine& engine, const Executor& executor)
        : engine_(engine), executor_(executor) {}

    /// `pieces` follow one another; the first one's first frame comes after `frames_before` frames
    /// of trace `file`. Returns the number of frames in them.
    std::uint64_t take(std::span<Piece* const> pieces, std::uint32_t file,
                       std::uint64_t frames_before, Window& window);

    /// All packets of a window that are left.
    void consume(Window& window, Alongside alongside = {});
    /// Packets of several windows, one a file, by time: those up to `until`, or up to the first
    /// later one of their file.
    void consume_until(std::span<Window* const> windows, Nanoseconds until,
                       Alongside alongside = {});

    /// What a trace that has ended says of itself: how long its interfaces were listened to, and
    /// what is to be known of flows that were carved out of another one.
    void take_statements(const capture::Format& format);

    [[nodiscard]] const ConsumedCounts& counts() const { return counts_; }
    [[nodiscard]] engine::Focus* focus() const { return engine_.limits().focus; }

  private:
    void run_shards(Alongside alongside, const std::function<void(unsigned)>& shard) const;
    void reassemble(Piece& piece, Window& window);
    void count(Piece& piece);

    engine::Engine& engine_;
    const Executor& executor_;
    ConsumedCounts counts_;
};

}  // namespace tlstriage::dataplane
