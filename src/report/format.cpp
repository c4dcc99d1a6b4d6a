#include "report/format.h"

#include <arpa/inet.h>
#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <charconv>
#include <chrono>

namespace tlstriage::report {

void append_number(std::uint64_t number, std::string& out, unsigned width) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto count = static_cast<unsigned>(end - digits.data());
    if (count < width) out.append(width - count, '0');
    out.append(digits.data(), count);
}

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
    const auto put = [&out](auto number, unsigned width, char behind) {
        append_number(static_cast<std::uint64_t>(number), out, width);
        out += behind;
    };
    put(static_cast<int>(date.year()), 4, '-');
    put(static_cast<unsigned>(date.month()), 2, '-');
    put(static_cast<unsigned>(date.day()), 2, 'T');
    put(clock.hours().count(), 2, ':');
    put(clock.minutes().count(), 2, ':');
    put(clock.seconds().count(), 2, '.');
    put(fraction, 9, 'Z');
}

void append_milliseconds(Nanoseconds span, std::string& out) {
    if (span < 0) {
        out += '-';
        span = -span;
    }
    const auto nanoseconds = static_cast<std::uint64_t>(span);
    append_number(nanoseconds / 1'000'000, out);
    out += '.';
    const std::uint64_t rest = nanoseconds % 1'000'000;
    if (rest % 1000 == 0) {
        append_number(rest / 1000, out, 3);
    } else {
        append_number(rest, out, 6);
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
        for (std::size_t i = 12; i < 16; ++i) {
            if (i > 12) out += '.';
            append_number(bytes[i], out);
        }
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
    out += text.data();
}

void append_endpoint(const Endpoint& endpoint, std::string& out) {
    const bool brackets = !endpoint.address.is_v4();
    if (brackets) out += '[';
    append_address(endpoint.address, out);
    out += brackets ? "]:" : ":";
    append_number(endpoint.port, out);
}

std::string readable(const Endpoint& endpoint) {
    std::string out;
    append_endpoint(endpoint, out);
    return out;
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
    std::uint64_t hash = XXH3_64bits(key.data(), key.size());
    std::string id(16, '0');
    for (std::size_t i = id.size(); i-- > 0; hash >>= 4U)
        id[i] = "0123456789abcdef"[hash & 15U];
    return id;
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
