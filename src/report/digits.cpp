#include "report/digits.h"

#include <array>
#include <bit>
#include <chrono>
#include <cstring>

#include "base/bytes.h"

namespace tlstriage::report {
namespace {

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

/// Eight digits of a number below 10^8, the first in the lowest byte. The halves, then the pairs
/// and then the digits of all of them are parted side by side, by reciprocals that are exact here.
inline std::uint64_t eight_digits(std::uint64_t number) {
    const std::uint64_t halves = number / 10'000 | number % 10'000 << 32U;
    const std::uint64_t hundreds = (halves * 10'486 >> 20U) & 0x0000'007f'0000'007fU;
    const std::uint64_t pairs = hundreds | (halves - hundreds * 100) << 16U;
    const std::uint64_t tens = (pairs * 103 >> 10U) & 0x000f'000f'000f'000fU;
    return tens | (pairs - tens * 10) << 8U;
}

/// Writes eight digits as text, from the lowest byte on.
inline void put_digits(std::uint64_t digits, char* at) {
    digits |= 0x3030'3030'3030'3030U;
    if constexpr (std::endian::native == std::endian::big) digits = byte_swapped(digits);
    std::memcpy(at, &digits, sizeof(digits));
}

char* write_v4(const std::uint8_t* bytes, char* at) {
    for (std::size_t i = 0; i < 4; ++i) {
        const Octet& octet = octets[bytes[i]];
        std::memcpy(at, octet.text, sizeof(octet.text));
        at += octet.length;
    }
    return at - 1;  // without the last dot
}

char* write_hex(std::uint16_t word, char* at) {
    for (unsigned shift = word < 0x10     ? 0
                          : word < 0x100  ? 4
                          : word < 0x1000 ? 8
                                          : 12;
         ; shift -= 4) {
        *at++ = "0123456789abcdef"[word >> shift & 15U];
        if (shift == 0) return at;
    }
}

/// The longest run of zero words, the first of equals; a single one is none (RFC 5952 §4.2).
struct ZeroRun {
    std::size_t begin = 8;
    std::size_t length = 1;
};
ZeroRun find_zeros(const std::array<std::uint16_t, 8>& words) {
    ZeroRun longest;
    for (std::size_t begin = 0; begin < words.size(); ++begin) {
        std::size_t end = begin;
        while (end < words.size() && words[end] == 0)
            ++end;
        if (end - begin > longest.length) longest = {begin, end - begin};
        begin = end;
    }
    return longest;
}

char* write_v6(const std::uint8_t* bytes, char* at) {
    std::array<std::uint16_t, 8> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = load_big<std::uint16_t>(bytes + 2 * i);
    const ZeroRun zeros = find_zeros(words);
    bool first = true;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i == zeros.begin) {
            *at++ = ':';
            *at++ = ':';
            i += zeros.length - 1;
            first = true;
            continue;
        }
        // IPv4-compatible (RFC 4291 §2.5.5.1): the rest is an IPv4 address.
        if (i == 6 && zeros.begin == 0 && zeros.length == 6) return write_v4(bytes + 12, at);
        if (!first) *at++ = ':';
        first = false;
        at = write_hex(words[i], at);
    }
    return at;
}

}  // namespace

char* write_number(std::uint64_t number, char* at) {
    constexpr std::uint64_t eight = 100'000'000;
    if (number < 10) {
        *at = static_cast<char>('0' + number);
        return at + 1;
    }
    if (number >= eight) {
        at = write_number(number / eight, at);
        put_digits(eight_digits(number % eight), at);
        return at + 8;
    }
    const std::uint64_t digits = eight_digits(number);
    const int zeros = std::countr_zero(digits) / 8;
    put_digits(digits >> (8 * zeros), at);
    return at + 8 - zeros;
}

char* write_milliseconds(Nanoseconds span, char* at) {
    if (span < 0) {
        *at++ = '-';
        span = -span;
    }
    const auto nanoseconds = static_cast<std::uint64_t>(span);
    const std::uint64_t microseconds = nanoseconds / 1000;
    if (microseconds < 100'000'000 && microseconds * 1000 == nanoseconds) {
        // The last three of eight digits are the decimals; of the others one stays in any case.
        const std::uint64_t digits = eight_digits(microseconds);
        const int zeros = std::countr_zero(digits | std::uint64_t{1} << 32U) / 8;
        put_digits(digits >> (8 * zeros), at);
        at += 5 - zeros;
        *at++ = '.';
        put_digits(digits >> 40U, at);
        return at + 3;
    }
    at = write_number(nanoseconds / 1'000'000, at);
    *at++ = '.';
    const std::uint64_t rest = nanoseconds % 1'000'000;
    put_digits(eight_digits(rest) >> 16U, at);
    return at + (rest % 1000 == 0 ? 3 : 6);
}

char* write_time(Nanoseconds time, char* at) {
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
    const auto together = [](auto high, auto middle, auto low) {
        return eight_digits(static_cast<std::uint64_t>(high) * 10'000 +
                            static_cast<std::uint64_t>(middle) * 100 +
                            static_cast<std::uint64_t>(low));
    };
    const std::uint64_t day_digits =
        together(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()));
    const std::uint64_t clock_digits =
        together(clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    // Each part overwrites what the one before wrote behind its last digit.
    const auto put = [&at](std::uint64_t digits, int count, char separator) {
        put_digits(digits, at);
        at += count;
        *at++ = separator;
    };
    put(day_digits, 4, '-');
    put(day_digits >> 32U, 2, '-');
    put(day_digits >> 48U, 2, 'T');
    put(clock_digits >> 16U, 2, ':');
    put(clock_digits >> 32U, 2, ':');
    put(clock_digits >> 48U, 2, '.');
    const auto nanoseconds = static_cast<std::uint64_t>(fraction);
    put_digits(eight_digits(nanoseconds / 10), at);
    at[8] = static_cast<char>('0' + nanoseconds % 10);
    at[9] = 'Z';
    return at + 10;
}

char* write_address(const IpAddress& address, char* at) {
    const std::uint8_t* const bytes = address.bytes.data();
    return address.is_v4() ? write_v4(bytes + 12, at) : write_v6(bytes, at);
}

char* write_endpoint(const Endpoint& endpoint, char* at) {
    const bool brackets = !endpoint.address.is_v4();
    if (brackets) *at++ = '[';
    at = write_address(endpoint.address, at);
    if (brackets) *at++ = ']';
    *at++ = ':';
    return write_number(endpoint.port, at);
}

}  // namespace tlstriage::report
