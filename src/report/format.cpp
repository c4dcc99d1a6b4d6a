#include "report/format.h"

#include <fmt/format.h>

#include <array>

namespace tlstriage::report {

std::string readable_span(Nanoseconds span) {
    const double in_seconds = static_cast<double>(span) / 1e9;
    if (in_seconds < 1) return fmt::format("{:.0f} ms", in_seconds * 1e3);
    if (in_seconds < 120) return fmt::format("{:.1f} s", in_seconds);
    return fmt::format("{:.0f} min", in_seconds / 60);
}

std::string readable(const Endpoint& endpoint) {
    std::array<char, longest_endpoint> text{};
    return {text.data(), write_endpoint(endpoint, text.data())};
}

char* write_flow_id(const evidence::Evidence& evidence, char* at) {
    const std::uint64_t hash = evidence::identity(evidence);
    for (unsigned shift = 64; shift > 0; shift -= 4)
        *at++ = "0123456789abcdef"[hash >> (shift - 4) & 15U];
    return at;
}

std::string flow_id(const evidence::Evidence& evidence) {
    std::array<char, flow_id_digits> text{};
    return {text.data(), write_flow_id(evidence, text.data())};
}

std::string readable_bytes(std::uint64_t bytes) {
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1000 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string grouped(std::uint64_t number) {
    std::string digits = fmt::to_string(number);
    for (std::size_t at = digits.size(); at > 3;)
        digits.insert(at -= 3, ",");
    return digits;
}

}  // namespace tlstriage::report
