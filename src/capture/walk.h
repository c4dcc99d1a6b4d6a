// A serial walk over all records of a trace: for tools and tests, and the oracle of parallel walks.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "capture/damage.h"
#include "capture/format.h"
#include "capture/source.h"

namespace tlstriage::capture {

struct WalkResult {
    std::optional<Format> format;  ///< as it was at the end; empty when the trace is no capture
    std::uint64_t frames = 0;      ///< as Wireshark numbers them, those without a packet too
    std::uint64_t packets = 0;     ///< frames with a packet
    std::uint64_t bytes = 0;       ///< of the (decompressed) trace that were walked
    std::vector<Damage> damages;   ///< in order, not touching one another
    std::optional<CutEnd> cut;
    std::string error;  ///< not a capture, or the source's error()
};

/// Bytes asked for at a time.
constexpr std::size_t walk_window = 4U << 20U;

/// The steps that are not a record: kept out of the template.
class Walker {
  public:
    Walker(Source& source, std::size_t window_size)
        : source_(source), window_size_(window_size), want_(window_size) {}

    /// False when the source is no capture.
    bool begin();
    /// Moves the window on to `position`, and sees to it that something can be read there; false at
    /// the end.
    bool refill();
    /// Moves on to `offset` of the trace, which is not before the present position; false when the
    /// trace ends before.
    bool skip_to(std::uint64_t offset);
    /// Applies a control block, or takes it for damage.
    void control();
    void damaged();
    WalkResult finish();

    Bytes window;
    std::size_t position = 0;
    Nanoseconds last_time = 0;
    WalkResult result;

  private:
    void lose(std::size_t count, std::string reason);

    Source& source_;
    std::size_t window_size_;
    std::size_t want_;
};

/// Calls on_record(const Record&, frame number, offset of the record in the trace) for each packet
/// in order; an on_record that returns false ends the walk.
template <class OnRecord>
WalkResult walk(Source& source, OnRecord on_record, std::size_t window_size = walk_window) {
    Walker walker(source, window_size);
    if (!walker.begin()) return walker.finish();
    Record record;
    for (;;) {
        const std::uint64_t offset = source.position() + walker.position;
        switch (walker.result.format->step(walker.window, walker.position, record)) {
            case Step::record: {
                ++walker.result.packets;
                walker.last_time = record.time;
                const std::uint64_t frame = ++walker.result.frames;
                if constexpr (std::is_same_v<decltype(on_record(record, frame, offset)), bool>) {
                    if (!on_record(record, frame, offset)) return walker.finish();
                } else {
                    on_record(record, frame, offset);
                }
                break;
            }
            case Step::frame_without_packet: ++walker.result.frames; break;
            case Step::skipped: break;
            case Step::control: walker.control(); break;
            case Step::damaged: walker.damaged(); break;
            case Step::partial:
                if (!walker.refill()) return walker.finish();
                break;
        }
    }
}

}  // namespace tlstriage::capture
