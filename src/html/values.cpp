#include "html/values.h"

#include <array>
#include <charconv>
#include <chrono>
#include <limits>

namespace tlstriage::html {
namespace {

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number value = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || at != end || text.empty()) return std::nullopt;
    return value;
}

bool only_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// The digits behind a point in units of 10^-places: "5" in microseconds (6) is 500000.
std::optional<std::int64_t> fraction(std::string_view digits, std::size_t places) {
    if (!only_digits(digits) || digits.size() > places) return std::nullopt;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < places; ++i)
        value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    return value;
}

/// The number at `at`, of exactly `width` digits, and below `limit`.
std::optional<unsigned> field(std::string_view text, std::size_t at, std::size_t width,
                              unsigned limit) {
    const std::string_view digits = text.substr(at, width);
    if (!only_digits(digits)) return std::nullopt;
    const auto value = whole_number<unsigned>(digits);
    return value && *value < limit ? value : std::nullopt;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
    const auto year = field(text, 0, 4, 10'000);
    const auto month = field(text, 5, 2, 13);
    const auto day = field(text, 8, 2, 32);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day)};
    return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
    return only_digits(text) ? whole_number<std::uint64_t>(text) : std::nullopt;
}

std::optional<std::int64_t> parse_signed(std::string_view text) {
    return whole_number<std::int64_t>(text);
}

std::optional<Nanoseconds> parse_milliseconds(std::string_view text) {
    constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const auto whole = parse_count(text.substr(0, point));
    constexpr std::uint64_t most = std::numeric_limits<Nanoseconds>::max() / 1'000'000 - 1;
    if (!whole || *whole > most) return std::nullopt;
    std::int64_t rest = 0;
    if (point != text.npos) {
        const auto decimals = fraction(text.substr(point + 1), 6);
        if (!decimals) return std::nullopt;
        rest = *decimals;
    }
    const std::int64_t span =
        static_cast<std::int64_t>(*whole) * nanoseconds_per_millisecond + rest;
    return negative ? -span : span;
}

std::optional<Nanoseconds> parse_time(std::string_view text) {
    constexpr std::string_view form = "2026-11-23T22:08:06Z";
    if (text.size() < form.size() || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
        text.back() != 'Z')
        return std::nullopt;
    const auto date = parse_date(text);
    const auto hour = field(text, 11, 2, 24);
    const auto minute = field(text, 14, 2, 60);
    const auto second = field(text, 17, 2, 61);
    if (!date || !hour || !minute || !second) return std::nullopt;
    const auto days = date->time_since_epoch().count();
    constexpr int most_days = 106'000;  // 64 bits of nanoseconds reach a little further
    if (days < -most_days || days > most_days) return std::nullopt;
    std::int64_t rest = 0;
    if (text.size() > form.size()) {
        const auto decimals = text[19] == '.'
                                  ? fraction(text.substr(20, text.size() - form.size() - 1), 9)
                                  : std::nullopt;
        if (!decimals) return std::nullopt;
        rest = *decimals;
    }
    const std::int64_t in_seconds = std::int64_t{days} * 86'400 + std::int64_t{*hour} * 3600 +
                                    std::int64_t{*minute} * 60 + *second;
    const Nanoseconds time = in_seconds * nanoseconds_per_second + rest;
    return is_capture_time(time) ? std::optional(time) : std::nullopt;
}

}  // namespace tlstriage::html
