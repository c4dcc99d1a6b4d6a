// Quantiles of spans.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/time.h"

namespace tlstriage::report {

/// The nearest-rank quantile; empty of nothing.
inline std::optional<Nanoseconds> quantile(std::vector<Nanoseconds> values, double share) {
    if (values.empty()) return std::nullopt;
    const auto rank =
        static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(values.size() - 1)));
    std::ranges::nth_element(values, values.begin() + rank);
    return values[static_cast<std::size_t>(rank)];
}

}  // namespace tlstriage::report
