// Frames of one receive queue on their way to the analysis, with the packet buffers they lie in.
#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "piece.h"

namespace tlstriage::dataplane {

/// Filled by who polls, then handed over whole, emptied by the analysis, and used again: so that
/// its lists keep their memory.
class FrameBatch {
  public:
    /// Buffers that fill it. Frames of several buffers may take it beyond, by a burst of these.
    static constexpr unsigned buffers = 512;

    FrameBatch() { mbufs_.reserve(2 * std::size_t{buffers}); }
    ~FrameBatch() { release(); }
    FrameBatch(FrameBatch&&) = delete;
    FrameBatch& operator=(FrameBatch&&) = delete;

    [[nodiscard]] bool empty() const { return mbufs_.empty(); }
    [[nodiscard]] bool full() const { return held_ >= buffers; }
    [[nodiscard]] Piece& piece() { return piece_; }

    /// Decodes a frame, for who looks at it before keep(), which must follow. Returns its length on
    /// the wire as its IP header tells: longer than the frame when a ring cut it.
    std::uint32_t decode(rte_mbuf* mbuf, Nanoseconds time, std::uint16_t interface_id,
                         wire::Packet& packet);
    /// The packet goes to the analysis, and the frame with it.
    void keep(rte_mbuf* mbuf, wire::Packet& packet) {
        piece_.add(packet);
        mbufs_.push_back(mbuf);
        held_ += mbuf->nb_segs;
    }

    /// The buffers go back to their pool; packets of this batch are dead.
    void release();

  private:
    const std::uint8_t* joined(const rte_mbuf* mbuf);

    Piece piece_;
    std::vector<rte_mbuf*> mbufs_;
    unsigned held_ = 0;                             ///< buffers in mbufs_
    std::deque<std::vector<std::uint8_t>> joined_;  ///< frames that came in several buffers
    std::size_t joined_used_ = 0;
};

}  // namespace tlstriage::dataplane
