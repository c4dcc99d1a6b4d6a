// The first half of a window: cut into pieces, walked and decoded in parallel.
#pragma once

#include <memory>
#include <vector>

#include "capture/format.h"
#include "engine/focus.h"
#include "executor.h"
#include "piece.h"

namespace tlstriage::dataplane {

/// How a window is cut. The defaults are what measured best; tests use small ones.
struct WindowShape {
    std::size_t window = std::size_t{32} << 20U;        ///< bytes
    std::size_t least_piece = std::size_t{256} << 10U;  ///< bytes; smaller windows are one piece
    unsigned chains = 6;  ///< pieces that a thread walks interleaved, to hide memory latency
};

/// Walks a stretch of a window that begins at a record boundary. The boundaries of the pieces are
/// guessed, then proven: a piece counts only if the one before it ended exactly at its beginning.
class WindowWalk {
  public:
    /// With `focus` packets that are of no interest are decoded and counted, no more.
    WindowWalk(const Executor& executor, const WindowShape& shape, engine::Focus* focus)
        : executor_(executor), shape_(shape), focus_(focus) {}

    /// What stopped the walk: Step::record when it got to `end` or beyond, else what is there.
    struct Result {
        std::vector<Piece*> pieces;  ///< in order, valid until this object's next walk()
        std::size_t end = 0;         ///< offset in `window` behind the last record used
        capture::Step stop = capture::Step::record;
    };

    /// Walks window[0 …) until a record begins at or behind `end` (<= window.size()). `near` is the
    /// time of an earlier record, 0 without.
    Result walk(const capture::Format& format, Bytes window, std::size_t end, Nanoseconds near);

  private:
    struct Chain {
        Piece piece;
        std::size_t begin = 0;  ///< offsets in the window
        std::size_t position = 0;
        std::size_t end = 0;  ///< where the next chain begins
        capture::Step stop = capture::Step::record;
    };

    std::size_t place_chains(const capture::Format& format, Bytes window, std::size_t end,
                             Nanoseconds near);
    bool advance(const capture::Format& format, Bytes window, Chain& chain);
    void take_if_of_interest(const capture::Record& record, std::size_t offset, Piece& piece);
    void walk_group(const capture::Format& format, Bytes window, std::size_t first,
                    std::size_t last);

    const Executor& executor_;
    WindowShape shape_;
    engine::Focus* focus_;
    std::vector<std::unique_ptr<Chain>> chains_;
};

}  // namespace tlstriage::dataplane
