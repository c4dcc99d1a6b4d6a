#include "report/format.h"

#include <arpa/inet.h>
#define XXH_INLINE_ALL
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <chrono>
#include <ctime>
#include <iterator>

namespace tlstriage::report {

void append_time(Nanoseconds time, std::string& out) {
    Nanoseconds second = time / nanoseconds_per_second;
    Nanoseconds fraction = time % nanoseconds_per_second;
    if (fraction < 0) {
        fraction += nanoseconds_per_second;
        --second;
    }
    const std::chrono::sys_seconds since_epoch{std::chrono::seconds{second}};
    const auto day = std::chrono::floor<std::chrono::days>(since_epoch);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{since_epoch - day};
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count(), fraction);
}

void append_milliseconds(Nanoseconds span, std::string& out) {
    if (span < 0) {
        out += '-';
        span = -span;
    }
    const auto whole = span / 1'000'000;
    const auto rest = span % 1'000'000;
    if (rest % 1000 == 0) {
        fmt::format_to(std::back_inserter(out), FMT_STRING("{}.{:03}"), whole, rest / 1000);
    } else {
        fmt::format_to(std::back_inserter(out), FMT_STRING("{}.{:06}"), whole, rest);
    }
}

std::string readable_span(Nanoseconds span) {
    const double in_seconds = static_cast<double>(span) / 1e9;
    if (in_seconds < 1) return fmt::format("{:.0f} ms", in_seconds * 1e3);
    if (in_seconds < 120) return fmt::format("{:.1f} s", in_seconds);
    return fmt::format("{:.0f} min", in_seconds / 60);
}

void append_address(const IpAddress& address, std::string& out) {
    const auto* bytes = address.bytes.data();
    if (address.is_v4()) {
        fmt::format_to(std::back_inserter(out), FMT_STRING("{}.{}.{}.{}"), bytes[12], bytes[13],
                       bytes[14], bytes[15]);
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
    out += text.data();
}

std::string readable(const Endpoint& endpoint) {
    std::string address;
    append_address(endpoint.address, address);
    return endpoint.address.is_v4() ? fmt::format("{}:{}", address, endpoint.port)
                                    : fmt::format("[{}]:{}", address, endpoint.port);
}

std::string flow_id(const evidence::Evidence& evidence) {
    std::array<std::uint8_t, 48> key{};
    auto* at = key.data();
    const auto put = [&at](const void* data, std::size_t size) {
        std::memcpy(at, data, size);
        at += size;
    };
    const std::uint32_t sequence = evidence.of_client().initial_sequence;
    put(evidence.client.address.bytes.data(), 16);
    put(evidence.server.address.bytes.data(), 16);
    put(&evidence.client.port, 2);
    put(&evidence.server.port, 2);
    put(&sequence, 4);
    put(&evidence.first.time, 8);
    return fmt::format("{:016x}", XXH3_64bits(key.data(), key.size()));
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
