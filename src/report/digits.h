// Numbers, times and addresses as text, written straight into a buffer's room.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "base/time.h"

namespace tlstriage::report {

// Each writes at `at` and returns the end of its text. There must be room for the longest one: what
// lies behind a shorter text may be overwritten up to there.

constexpr std::size_t longest_number = 20;
char* write_number(std::uint64_t number, char* at);

/// Milliseconds with three decimals, or six where the nanoseconds need them.
constexpr std::size_t longest_milliseconds = 1 + longest_number + 1 + 8;
char* write_milliseconds(Nanoseconds span, char* at);

/// RFC 3339 UTC with nanoseconds: "2026-11-23T22:08:06.000000001Z".
constexpr std::size_t longest_time = 30;
char* write_time(Nanoseconds time, char* at);

/// Dotted quad, or RFC 5952 for IPv6.
constexpr std::size_t longest_address = 46;
char* write_address(const IpAddress& address, char* at);

/// "192.0.2.1:443", "[2001:db8::1]:443".
constexpr std::size_t longest_endpoint = longest_address + 3 + longest_number;
char* write_endpoint(const Endpoint& endpoint, char* at);

}  // namespace tlstriage::report
