// Numbers and times as a run's files write them (report/format.h is the other direction).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace tlstriage::html {

// Nothing for what is not wholly of the form, or does not fit.
std::optional<std::uint64_t> parse_count(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);
/// "12.345", "-0.000001": up to six decimals.
std::optional<Nanoseconds> parse_milliseconds(std::string_view text);
/// RFC 3339 in UTC, with up to nine decimals: "2026-11-23T22:08:06.000000001Z". What a
/// capture may have (base/time.h).
std::optional<Nanoseconds> parse_time(std::string_view text);

}  // namespace tlstriage::html
