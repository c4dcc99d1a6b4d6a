// A stretch of a trace that one chain of records walks: decoded and scattered by shard.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "capture/format.h"
#include "capture/place.h"
#include "engine/limits.h"
#include "wire/packet.h"

namespace tlstriage::dataplane {

/// What decoding left of some consecutive frames. Reused from window to window, so that its arrays
/// keep their memory. Packets borrow the frames' bytes.
class Piece {
  public:
    void clear();

    /// Decodes one frame and puts it where it belongs.
    void take(const capture::Record& record);
    /// The two halves of take(), for who looks at the packet in between: decodes and counts one
    /// frame; puts its packet where it belongs.
    void decode(const capture::Record& record, wire::Packet& packet);
    void add(wire::Packet& packet);
    /// Remembers that the last frame taken is at `offset` of the window.
    void note_place(std::size_t offset) { places_.push_back({offset, frames_}); }
    /// Counts a frame that holds no packet.
    void take_empty_frame() { ++frames_; }
    /// Adds a reassembled datagram's packet, as of the frame that completed it.
    void insert(const wire::Packet& packet);
    void flush_link_count();

    [[nodiscard]] std::uint32_t frames() const { return frames_; }
    [[nodiscard]] const std::vector<wire::Packet>& packets(unsigned shard) const {
        return by_shard_[shard];
    }
    [[nodiscard]] const std::vector<wire::Packet>& fragments() const { return fragments_; }
    /// Frames counted from 1 within the piece.
    [[nodiscard]] const std::vector<capture::Place>& places() const { return places_; }
    [[nodiscard]] const wire::OutcomeCounts& outcomes() const { return outcomes_; }
    [[nodiscard]] const std::map<std::uint16_t, std::uint64_t>& links() const { return links_; }
    [[nodiscard]] bool any_time() const { return first_time_ <= last_time_; }
    [[nodiscard]] Nanoseconds first_time() const { return first_time_; }
    [[nodiscard]] Nanoseconds last_time() const { return last_time_; }
    /// Of the last record taken, which need not be the latest.
    [[nodiscard]] Nanoseconds recent_time() const { return recent_time_; }

  private:
    void take_icmp_error(wire::Packet& packet);

    std::array<std::vector<wire::Packet>, engine::shard_count> by_shard_;
    std::vector<wire::Packet> fragments_;
    std::vector<capture::Place> places_;
    wire::OutcomeCounts outcomes_{};
    std::map<std::uint16_t, std::uint64_t> links_;
    LinkType link_ = LinkType::ethernet;
    std::uint64_t link_frames_ = 0;
    std::uint32_t frames_ = 0;
    Nanoseconds first_time_ = std::numeric_limits<Nanoseconds>::max();
    Nanoseconds recent_time_ = 0;
    Nanoseconds last_time_ = std::numeric_limits<Nanoseconds>::min();
};

}  // namespace tlstriage::dataplane
