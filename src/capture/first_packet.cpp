#include "capture/first_packet.h"

#include "capture/format.h"

namespace tlstriage::capture {

namespace {

/// Bytes looked at first, and at most.
constexpr std::size_t first_look = 64U << 10U;
constexpr std::size_t longest_look = 64U << 20U;

std::optional<Nanoseconds> first_packet_in(Bytes window) {
    std::optional<Format> format = Format::detect(window);
    if (!format) return std::nullopt;
    Record record;
    std::size_t position = std::min(format->header_length(), window.size());
    for (;;) {
        switch (format->step(window, position, record)) {
            case Step::record: return record.time;
            case Step::partial: return std::nullopt;
            case Step::control: {
                bool damaged = false;
                const std::size_t length = format->apply(window.subspan(position), damaged);
                position =
                    length != 0 ? position + length : format->resynchronise(window, position, 0);
                break;
            }
            case Step::damaged: position = format->resynchronise(window, position, 0); break;
            case Step::frame_without_packet:
            case Step::skipped: break;
        }
    }
}

}  // namespace

std::optional<Nanoseconds> find_first_packet(Source& source) {
    for (std::size_t want = first_look;; want *= 4) {
        const Bytes window = source.window(want);
        const std::optional<Nanoseconds> time = first_packet_in(window);
        if (time || window.size() < want || want >= longest_look) return time;
    }
}

}  // namespace tlstriage::capture
