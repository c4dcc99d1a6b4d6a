#include "html/spans.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "report/quantile.h"

namespace tlstriage::html {

/// Spans below 2^fine_bits have a bucket each; above, the bits behind the leading one and the
/// number of further bits make the bucket.
std::size_t Spans::fine_bucket(std::uint64_t span) {
    const auto width = static_cast<unsigned>(std::bit_width(span));
    if (width <= fine_bits) return span;
    const unsigned shift = width - fine_bits - 1;
    return (std::size_t{shift + 1} << fine_bits) + ((span >> shift) - (1U << fine_bits));
}

Nanoseconds Spans::middle_of(std::size_t bucket) {
    if (bucket < (1U << fine_bits)) return static_cast<Nanoseconds>(bucket);
    const std::size_t shift = (bucket >> fine_bits) - 1;
    const std::size_t leading = (bucket & ((1U << fine_bits) - 1)) + (1U << fine_bits);
    const std::uint64_t half = (std::uint64_t{1} << shift) / 2;
    return static_cast<Nanoseconds>((std::uint64_t{leading} << shift) + half);
}

void Spans::add(Nanoseconds span) {
    span = std::max<Nanoseconds>(span, 0);
    const auto above = std::ranges::upper_bound(bounds, span);
    ++counts_[static_cast<std::size_t>(above - bounds.begin()) - 1];
    ++fine_[fine_bucket(static_cast<std::uint64_t>(span))];
    ++size_;
    longest_ = std::max(longest_, span);
    if (exact()) {
        values_.push_back(span);
    } else if (!values_.empty()) {
        values_ = {};
    }
}

Nanoseconds Spans::quantile(double share) const {
    if (exact()) return report::quantile(values_, share).value_or(0);
    auto rank = static_cast<std::uint64_t>(std::llround(share * static_cast<double>(size_ - 1)));
    for (std::size_t bucket = 0; bucket < fine_.size(); ++bucket) {
        if (rank < fine_[bucket]) return std::min(middle_of(bucket), longest_);
        rank -= fine_[bucket];
    }
    return longest_;
}

}  // namespace tlstriage::html
