#include "carve/stream_plan.h"

#include <algorithm>

#include "flow/sequence.h"

namespace tlstriage::carve {
namespace {

/// Changes with fewer equal bytes than this between them are one.
constexpr std::size_t shortest_gap = 16;
/// A segment that begins further before the stream is one of 2^31 bytes behind it.
constexpr std::int32_t longest_before = 1 << 24;

}  // namespace

std::size_t StreamPlan::change(std::uint64_t offset, Bytes from, Bytes to) {
    std::size_t taken = 0;
    const auto differs = [&](std::size_t i) { return from[i] != to[i]; };
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (!differs(i)) continue;
        std::size_t end = i + 1;
        for (std::size_t at = end; at < std::min(to.size(), end + shortest_gap); ++at)
            if (differs(at)) end = at + 1;
        const Bytes changed = to.subspan(i, end - i);
        patches_.push_back({offset + i, changed.size(), {changed.begin(), changed.end()}});
        taken += sizeof(Patch) + changed.size();
        i = end;
    }
    return taken;
}

std::size_t StreamPlan::blank(std::uint64_t offset, std::uint64_t length) {
    if (length == 0) return 0;
    if (!patches_.empty()) {
        Patch& last = patches_.back();
        if (last.bytes.empty() && last.offset + last.length == offset) {
            last.length += length;
            return 0;
        }
    }
    patches_.push_back({offset, length, {}});
    return sizeof(Patch);
}

void StreamPlan::finish(std::uint64_t end) {
    end_ = end;
    std::ranges::stable_sort(patches_, {}, &Patch::offset);
    patches_.shrink_to_fit();
    for (const Patch& patch : patches_)
        longest_ = std::max(longest_, patch.length);
}

std::vector<TextReplacement> StreamPlan::of(std::uint32_t sequence, Bytes payload,
                                            bool closed) const {
    std::vector<TextReplacement> found;
    if (payload.empty()) return found;
    const std::int64_t begin = begin_ ? flow::distance(sequence, *begin_) : 0;
    const std::int64_t end = begin + static_cast<std::int64_t>(payload.size());
    const auto blank = [&](std::int64_t from, std::int64_t to) {
        from = std::max(from, begin);
        to = std::min(to, end);
        if (from >= to) return;
        found.push_back({static_cast<std::size_t>(from - begin),
                         std::vector<std::uint8_t>(static_cast<std::size_t>(to - from))});
    };
    if (closed || begin > -longest_before) blank(begin, 0);
    if (closed) blank(static_cast<std::int64_t>(end_), end);
    if (end <= 0) return found;
    const std::uint64_t inside = begin < 0 ? 0 : static_cast<std::uint64_t>(begin);
    auto patch =
        std::ranges::lower_bound(patches_, inside - std::min(inside, longest_), {}, &Patch::offset);
    for (; patch != patches_.end() && static_cast<std::int64_t>(patch->offset) < end; ++patch) {
        const auto offset = static_cast<std::int64_t>(patch->offset);
        const auto patch_end = static_cast<std::int64_t>(patch->offset + patch->length);
        if (patch->bytes.empty()) {
            blank(offset, patch_end);
            continue;
        }
        const std::int64_t from = std::max(offset, begin);
        const std::int64_t to = std::min(patch_end, end);
        if (from >= to) continue;
        const Bytes part = Bytes(patch->bytes)
                               .subspan(static_cast<std::size_t>(from - offset),
                                        static_cast<std::size_t>(to - from));
        found.push_back({static_cast<std::size_t>(from - begin), {part.begin(), part.end()}});
    }
    return found;
}

}  // namespace tlstriage::carve
