#include "stream.h"

#include <algorithm>
#include <cstring>

namespace tlstriage::generate {

void Stream::append(std::span<const std::uint8_t> bytes) {
    if (extents_.empty() || extents_.back().pooled) {
        extents_.push_back({size_, static_cast<std::uint32_t>(owned_.size()), false});
    }
    owned_.insert(owned_.end(), bytes.begin(), bytes.end());
    size_ += static_cast<std::uint32_t>(bytes.size());
}

void Stream::append_pooled(std::uint32_t offset, std::uint32_t length) {
    extents_.push_back({size_, offset, true});
    size_ += length;
}

void Stream::copy(std::uint32_t position, std::span<std::uint8_t> out,
                  const RandomPool& pool) const {
    auto extent = std::upper_bound(
        extents_.begin(), extents_.end(), position,
        [](std::uint32_t wanted, const Extent& candidate) { return wanted < candidate.begin; });
    --extent;
    while (!out.empty()) {
        const auto next = extent + 1;
        const std::uint32_t end = next == extents_.end() ? size_ : next->begin;
        const std::size_t count = std::min<std::size_t>(out.size(), end - position);
        const std::uint32_t source = extent->source + (position - extent->begin);
        std::memcpy(out.data(), extent->pooled ? pool.at(source) : owned_.data() + source, count);
        out = out.subspan(count);
        position += static_cast<std::uint32_t>(count);
        extent = next;
    }
}

}  // namespace tlstriage::generate
