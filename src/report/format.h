// Values as the files write them.
#pragma once

#include <string>

#include "base/address.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "report/buffer.h"
#include "report/digits.h"

namespace tlstriage::report {

/// 16 hex digits from the ends, the client's initial sequence number and the first time stamp.
constexpr std::size_t flow_id_digits = 16;
char* write_flow_id(const evidence::Evidence& evidence, char* at);

// The same appended (digits.h).
inline void append_number(std::uint64_t number, Buffer& out) {
    out.write(longest_number, [&](char* at) { return write_number(number, at); });
}
inline void append_time(Nanoseconds time, Buffer& out) {
    out.write(longest_time, [&](char* at) { return write_time(time, at); });
}
inline void append_milliseconds(Nanoseconds span, Buffer& out) {
    out.write(longest_milliseconds, [&](char* at) { return write_milliseconds(span, at); });
}
inline void append_address(const IpAddress& address, Buffer& out) {
    out.write(longest_address, [&](char* at) { return write_address(address, at); });
}
inline void append_endpoint(const Endpoint& endpoint, Buffer& out) {
    out.write(longest_endpoint, [&](char* at) { return write_endpoint(endpoint, at); });
}
inline void append_flow_id(const evidence::Evidence& evidence, Buffer& out) {
    out.write(flow_id_digits, [&](char* at) { return write_flow_id(evidence, at); });
}

/// A span for people: "340 ms", "6.0 s", "12 min".
std::string readable_span(Nanoseconds span);
std::string readable(const Endpoint& endpoint);
std::string flow_id(const evidence::Evidence& evidence);
/// "1.2 GB", "340 kB": powers of ten.
std::string readable_bytes(std::uint64_t bytes);
/// "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace tlstriage::report
