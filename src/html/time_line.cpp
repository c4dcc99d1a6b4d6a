#include "html/time_line.h"

#include <array>

namespace tlstriage::html {
namespace {

constexpr Nanoseconds minute = seconds(60);
constexpr Nanoseconds hour = 60 * minute;
constexpr Nanoseconds day = 24 * hour;

/// What people read off an axis; each is a multiple of the one before, so that buckets can merge.
constexpr std::array widths{
    milliseconds(1),
    milliseconds(5),
    milliseconds(10),
    milliseconds(50),
    milliseconds(100),
    milliseconds(500),
    seconds(1),
    seconds(5),
    seconds(15),
    seconds(30),
    minute,
    5 * minute,
    15 * minute,
    30 * minute,
    hour,
    3 * hour,
    6 * hour,
    12 * hour,
    day,
    7 * day,
    28 * day,
    364 * day,
    3640 * day,
};

std::int64_t floor_divide(std::int64_t number, std::int64_t by) {
    return number / by - (number % by < 0 ? 1 : 0);
}

}  // namespace

Nanoseconds TimeLine::width() const {
    return widths[step_];
}

bool TimeLine::too_wide() const {
    const auto span = buckets_.rbegin()->first - buckets_.begin()->first + 1;
    return span > static_cast<std::int64_t>(most_buckets);
}

void TimeLine::widen() {
    const Nanoseconds before = width();
    ++step_;
    const std::int64_t factor = width() / before;
    std::map<std::int64_t, Counts> merged;
    for (const auto& [index, counts] : buckets_) {
        Counts& sum = merged[floor_divide(index, factor)];
        if (sum.size() < counts.size()) sum.resize(counts.size());
        for (std::size_t series = 0; series < counts.size(); ++series)
            sum[series] += counts[series];
    }
    buckets_ = std::move(merged);
}

void TimeLine::add(Nanoseconds time, std::size_t series) {
    Counts& counts = buckets_[floor_divide(time, width())];
    if (counts.size() <= series) counts.resize(series + 1);
    ++counts[series];
    while (too_wide() && step_ + 1 < widths.size())
        widen();
}

std::vector<std::uint64_t> TimeLine::counts(std::size_t series) const {
    if (buckets_.empty()) return {};
    const std::int64_t first = buckets_.begin()->first;
    std::vector<std::uint64_t> line(static_cast<std::size_t>(buckets_.rbegin()->first - first + 1));
    for (const auto& [index, counts] : buckets_) {
        if (series < counts.size()) line[static_cast<std::size_t>(index - first)] = counts[series];
    }
    return line;
}

}  // namespace tlstriage::html
