#include "capture/walk.h"

#include <algorithm>
#include <utility>

#include "capture/appearance.h"

namespace tlstriage::capture {

namespace {

/// Bytes; more than this behind the last whole record is no record cut by the end of the capture
/// but one whose length is wrong.
constexpr std::size_t longest_believable_cut = 64U << 10U;
/// Bytes at a window's end that are searched again with the next window, since a record's header
/// may lie across.
constexpr std::size_t search_overlap = 64U << 10U;

}  // namespace

bool Walker::begin() {
    window = source_.window(window_size_);
    result.format = Format::detect(window);
    if (!result.format) {
        result.error = "not a capture: " + describe_appearance(window);
        return false;
    }
    position = std::min(result.format->header_length(), window.size());
    return true;
}

bool Walker::refill() {
    const std::size_t left = window.size() - position;
    const bool at_end = window.size() < want_;
    if (at_end) {
        if (left == 0) return false;
        if (left > longest_believable_cut) {
            const std::size_t found = result.format->resynchronise(window, position, last_time);
            if (found < window.size()) {
                lose(found - position, "record longer than what follows");
                return true;
            }
        }
        result.cut = CutEnd{source_.position() + position, left};
        position = window.size();
        return false;
    }
    // A record that does not fit into a whole window asks for a larger one.
    want_ = position == 0 ? want_ * 2 : window_size_;
    source_.advance(position);
    window = source_.window(want_);
    position = 0;
    return true;
}

bool Walker::skip_to(std::uint64_t offset) {
    while (offset - source_.position() >= window.size()) {
        if (window.size() < want_) return false;
        source_.advance(window.size());
        want_ = window_size_;
        window = source_.window(want_);
    }
    position = static_cast<std::size_t>(offset - source_.position());
    return true;
}

void Walker::control() {
    bool bad = false;
    const std::size_t length = result.format->apply(window.subspan(position), bad);
    if (bad || length == 0) {
        damaged();
    } else {
        position += length;
    }
}

void Walker::damaged() {
    std::string reason = result.format->fault(window, position);
    for (;;) {
        const std::size_t found = result.format->resynchronise(window, position, last_time);
        if (found < window.size()) {
            lose(found - position, std::move(reason));
            return;
        }
        const bool at_end = window.size() < want_;
        if (at_end) {
            lose(window.size() - position, std::move(reason));
            return;
        }
        const std::size_t searched =
            std::max(position + 1, window.size() - std::min(window.size(), search_overlap));
        lose(searched - position, reason);
        source_.advance(position);
        window = source_.window(want_);
        position = 0;
    }
}

/// Skips `count` bytes; what touches the damage before is one damage with it.
void Walker::lose(std::size_t count, std::string reason) {
    const std::uint64_t offset = source_.position() + position;
    position += count;
    if (!result.damages.empty()) {
        Damage& last = result.damages.back();
        if (last.offset + last.bytes == offset) {
            last.bytes += count;
            return;
        }
    }
    result.damages.push_back(Damage{offset, count, std::move(reason)});
}

WalkResult Walker::finish() {
    result.bytes = source_.position() + position;
    if (std::string trouble = source_.error(); !trouble.empty()) result.error = std::move(trouble);
    return std::move(result);
}

}  // namespace tlstriage::capture
