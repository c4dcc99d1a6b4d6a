// Values as the files write them.
#pragma once

#include <string>

#include "base/address.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "report/buffer.h"

namespace tlstriage::report {

/// These two write at `at`, where there must be room, and return the end of what they wrote.
char* write_number(std::uint64_t number, char* at);
char* write_milliseconds(Nanoseconds span, char* at);
constexpr std::size_t longest_number = 20;
constexpr std::size_t longest_milliseconds = 1 + longest_number + 1 + 6;

void append_number(std::uint64_t number, Buffer& out);
/// RFC 3339 UTC with nanoseconds: "2026-11-23T22:08:06.000000001Z".
void append_time(Nanoseconds time, Buffer& out);
/// Milliseconds with three decimals, or six where the nanoseconds need them.
void append_milliseconds(Nanoseconds span, Buffer& out);
/// A span for people: "340 ms", "6.0 s", "12 min".
std::string readable_span(Nanoseconds span);
/// Dotted quad, or RFC 5952 for IPv6.
void append_address(const IpAddress& address, Buffer& out);
/// "192.0.2.1:443", "[2001:db8::1]:443".
void append_endpoint(const Endpoint& endpoint, Buffer& out);
std::string readable(const Endpoint& endpoint);
/// 16 hex digits from the ends, the client's initial sequence number and the first time stamp.
void append_flow_id(const evidence::Evidence& evidence, Buffer& out);
std::string flow_id(const evidence::Evidence& evidence);
/// "1.2 GB", "340 kB": powers of ten.
std::string readable_bytes(std::uint64_t bytes);
/// "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace tlstriage::report
