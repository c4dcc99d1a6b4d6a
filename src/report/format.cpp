#include "report/format.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>

namespace tlstriage::report {

namespace {

/// "00" to "99", one after the other.
constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

/// "0." to "255.", each with its length.
struct Octet {
    char text[4];
    std::uint8_t length;
};
constexpr auto octets = [] {
    std::array<Octet, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        Octet& octet = table[i];
        for (unsigned unit = i >= 100 ? 100 : i >= 10 ? 10 : 1; unit > 0; unit /= 10)
            octet.text[octet.length++] = static_cast<char>('0' + i / unit % 10);
        octet.text[octet.length++] = '.';
    }
    return table;
}();

/// Writes `count` digits that end before `end`, zeros in front.
void put_digits(std::uint64_t number, char* end, unsigned count) {
    for (; count >= 2; count -= 2, number /= 100) {
        end -= 2;
        const char* const pair = &digit_pairs[number % 100 * 2];
        end[0] = pair[0];
        end[1] = pair[1];
    }
    if (count > 0) end[-1] = static_cast<char>('0' + number % 10);
}

unsigned count_digits(std::uint64_t number) {
    unsigned count = 1;
    for (; number >= 10'000; number /= 10'000)
        count += 4;
    return count + (number >= 10 ? 1 : 0) + (number >= 100 ? 1 : 0) + (number >= 1000 ? 1 : 0);
}

}  // namespace

char* write_number(std::uint64_t number, char* at) {
    if (number < 10) {
        *at = static_cast<char>('0' + number);
        return at + 1;
    }
    if (number < 100) {
        std::memcpy(at, &digit_pairs[number * 2], 2);
        return at + 2;
    }
    char* const end = at + count_digits(number);
    put_digits(number, end, static_cast<unsigned>(end - at));
    return end;
}

char* write_milliseconds(Nanoseconds span, char* at) {
    if (span < 0) {
        *at++ = '-';
        span = -span;
    }
    const auto nanoseconds = static_cast<std::uint64_t>(span);
    at = write_number(nanoseconds / 1'000'000, at);
    *at++ = '.';
    const std::uint64_t rest = nanoseconds % 1'000'000;
    const bool exact = rest % 1000 == 0;
    const unsigned digits = exact ? 3 : 6;
    put_digits(exact ? rest / 1000 : rest, at + digits, digits);
    return at + digits;
}

void append_number(std::uint64_t number, Buffer& out) {
    char* const begin = out.reserve(longest_number);
    out.advance(static_cast<std::size_t>(write_number(number, begin) - begin));
}

void append_time(Nanoseconds time, Buffer& out) {
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
    constexpr std::string_view form = "0000-00-00T00:00:00.000000000Z";
    char* const at = out.reserve(form.size());
    std::memcpy(at, form.data(), form.size());
    const auto put = [at](auto number, std::size_t end, unsigned width) {
        put_digits(static_cast<std::uint64_t>(number), at + end, width);
    };
    put(static_cast<int>(date.year()), 4, 4);
    put(static_cast<unsigned>(date.month()), 7, 2);
    put(static_cast<unsigned>(date.day()), 10, 2);
    put(clock.hours().count(), 13, 2);
    put(clock.minutes().count(), 16, 2);
    put(clock.seconds().count(), 19, 2);
    put(fraction, 29, 9);
    out.advance(form.size());
}

void append_milliseconds(Nanoseconds span, Buffer& out) {
    char* const begin = out.reserve(longest_milliseconds);
    out.advance(static_cast<std::size_t>(write_milliseconds(span, begin) - begin));
}

std::string readable_span(Nanoseconds span) {
    const double in_seconds = static_cast<double>(span) / 1e9;
    if (in_seconds < 1) return fmt::format("{:.0f} ms", in_seconds * 1e3);
    if (in_seconds < 120) return fmt::format("{:.1f} s", in_seconds);
    return fmt::format("{:.0f} min", in_seconds / 60);
}

void append_address(const IpAddress& address, Buffer& out) {
    const auto* bytes = address.bytes.data();
    if (address.is_v4()) {
        char* const begin = out.reserve(4 * sizeof(Octet::text));
        char* at = begin;
        for (std::size_t i = 12; i < 16; ++i) {
            const Octet& octet = octets[bytes[i]];
            std::memcpy(at, octet.text, sizeof(octet.text));
            at += octet.length;
        }
        out.advance(static_cast<std::size_t>(at - begin) - 1);  // without the last dot
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
    out += std::string_view(text.data());
}

void append_endpoint(const Endpoint& endpoint, Buffer& out) {
    const bool brackets = !endpoint.address.is_v4();
    if (brackets) out += '[';
    append_address(endpoint.address, out);
    out += brackets ? "]:" : ":";
    append_number(endpoint.port, out);
}

std::string readable(const Endpoint& endpoint) {
    Buffer out;
    append_endpoint(endpoint, out);
    return out.text();
}

void append_flow_id(const evidence::Evidence& evidence, Buffer& out) {
    std::uint64_t hash = evidence::identity(evidence);
    constexpr std::size_t digits = 16;
    char* const id = out.reserve(digits);
    for (std::size_t i = digits; i-- > 0; hash >>= 4U)
        id[i] = "0123456789abcdef"[hash & 15U];
    out.advance(digits);
}

std::string flow_id(const evidence::Evidence& evidence) {
    Buffer out;
    append_flow_id(evidence, out);
    return out.text();
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
