// One TCP direction's segments to its bytes in order.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "flow/sequence.h"

namespace tlstriage::flow {

/// What a segment brought.
enum class Arrival : std::uint8_t { new_data, held, retransmission, keepalive };

/// Puts a direction's payload in order. In-order bytes pass through without a copy; what comes
/// early is held, at most max_held bytes. A byte that comes twice keeps its first value. A hole is
/// passed over (Sink::lost) when the peer has acknowledged bytes behind it and `patience` later it
/// is still there, when more than max_held waits behind it, or at finish().
///
/// The Sink gets bytes(Bytes, Moment), cut(count, Moment) for what the snap length took and
/// lost(count, Moment) for holes, in stream order, the Moment being that of the segment that made
/// the bytes deliverable.
class Reassembler {
  public:
    static constexpr std::size_t max_held = 256 * 1024;
    static constexpr Nanoseconds patience = milliseconds(50);

    /// As new, but for its memory.
    void clear() {
        std::vector<Held> kept = std::move(held_);
        kept.clear();
        *this = Reassembler{};
        held_ = std::move(kept);
    }

    /// The first byte's sequence number (ISN + 1). Without it the first segment begins the stream.
    void start_at(std::uint32_t sequence) {
        next_ = sequence;
        started_ = true;
    }
    [[nodiscard]] bool started() const { return started_; }
    /// Sequence number of the next byte in order.
    [[nodiscard]] std::uint32_t next() const { return next_; }
    [[nodiscard]] bool has_hole() const { return !held_.empty(); }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

    /// Takes `length` bytes of payload from `sequence` on, of which `captured` are there.
    template <class Sink>
    Arrival segment(std::uint32_t sequence, Bytes captured, std::uint32_t length, Moment at,
                    Sink& sink) {
        if (!started_) start_at(sequence);
        const std::int32_t ahead = distance(sequence, next_);
        if (ahead == -1 && length <= 1) return Arrival::keepalive;
        if (ahead > 0) return hold(sequence, captured, length, at, sink);
        const std::uint32_t known = next_ - sequence;
        if (known >= length) return Arrival::retransmission;
        deliver(captured, length, known, at, sink);
        if (held_.empty()) {
            hole_acknowledged_ = 0;
        } else {
            release(at, sink);
        }
        return Arrival::new_data;
    }

    /// The peer acknowledged everything before `sequence`.
    template <class Sink>
    void acknowledged(std::uint32_t sequence, Moment at, Sink& sink) {
        if (!started_) return;
        if (distance(sequence, acknowledged_) > 0 || !acknowledged_known_) {
            acknowledged_ = sequence;
            acknowledged_known_ = true;
        }
        if (distance(acknowledged_, next_) <= 0) {
            hole_acknowledged_ = 0;
            return;
        }
        if (hole_acknowledged_ == 0) hole_acknowledged_ = at.time;
        if (!held_.empty() && at.time - hole_acknowledged_ > patience) pass_hole(sink);
    }

    /// Bytes that the peer acknowledged and the capture never showed, at the stream's end.
    [[nodiscard]] std::uint32_t missing_tail() const {
        if (!started_ || !acknowledged_known_ || !held_.empty()) return 0;
        return static_cast<std::uint32_t>(std::max(0, distance(acknowledged_, next_)));
    }

    /// No more will come: delivers what is held, passing over the holes.
    template <class Sink>
    void finish(Sink& sink) {
        while (!held_.empty())
            pass_hole(sink);
    }

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io(self.held_, self.held_bytes_, self.next_, self.acknowledged_, self.started_,
           self.acknowledged_known_);
        io.time(self.hole_acknowledged_);
    }

  private:
    struct Held {
        std::uint32_t sequence = 0;
        std::uint32_t length = 0;
        Moment at;
        std::vector<std::uint8_t> captured;

        template <class Self, class Io>
        static void members(Self& self, Io& io) {
            io(self.sequence, self.length, self.at, self.captured);
        }
    };

    template <class Sink>
    void deliver(Bytes captured, std::uint32_t length, std::uint32_t known, Moment at, Sink& sink) {
        const std::size_t fresh = captured.size() - std::min<std::size_t>(known, captured.size());
        next_ += length - known;
        if (fresh > 0) sink.bytes(captured.last(fresh), at);
        if (fresh < length - known) sink.cut(length - known - fresh, at);
    }

    template <class Sink>
    Arrival hold(std::uint32_t sequence, Bytes captured, std::uint32_t length, Moment at,
                 Sink& sink) {
        const auto behind = [&](const Held& h) { return distance(h.sequence, sequence) > 0; };
        const auto place = std::find_if(held_.begin(), held_.end(), behind);
        if (place != held_.begin()) {
            const Held& before = *(place - 1);
            if (distance(before.sequence + before.length, sequence + length) >= 0) {
                return Arrival::retransmission;
            }
        }
        held_.insert(place, Held{sequence, length, at, {captured.begin(), captured.end()}});
        held_bytes_ += captured.size();
        if (held_bytes_ > max_held) pass_hole(sink);
        return Arrival::held;
    }

    /// Delivers the held segments that have become next; `at` is what made them so.
    template <class Sink>
    void release(Moment at, Sink& sink) {
        std::size_t count = 0;
        while (count < held_.size() && distance(held_[count].sequence, next_) <= 0) {
            const Held& held = held_[count++];
            const auto known = static_cast<std::uint32_t>(distance(next_, held.sequence));
            held_bytes_ -= held.captured.size();
            if (known >= held.length) continue;
            deliver(held.captured, held.length, known, at.time > held.at.time ? at : held.at, sink);
        }
        held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
        if (held_.empty()) hole_acknowledged_ = 0;
    }

    template <class Sink>
    void pass_hole(Sink& sink) {
        const Moment at = held_.front().at;
        const std::uint32_t missing = held_.front().sequence - next_;
        next_ += missing;
        sink.lost(missing, at);
        release(at, sink);
    }

    std::vector<Held> held_;  ///< by sequence
    std::size_t held_bytes_ = 0;
    Nanoseconds hole_acknowledged_ = 0;  ///< when the peer first acknowledged bytes not seen
    std::uint32_t next_ = 0;
    std::uint32_t acknowledged_ = 0;
    bool started_ = false;
    bool acknowledged_known_ = false;
};

}  // namespace tlstriage::flow
