// What a payload in the clear says, in a line.
#pragma once

#include <string>

#include "base/bytes.h"
#include "evidence/evidence.h"
#include "plain/dns.h"

namespace tlstriage::ladder {

/// The first line of a payload that is text, at most max_line bytes of it; empty when it is not.
/// What may be a password is left out. Not made safe for any output.
std::string first_line(Bytes payload, evidence::Side sender);
constexpr std::size_t max_line = 120;

/// "A good.test", or "NOERROR good.test: 198.51.100.2".
std::string spoken_dns(const plain::DnsMessage& message);

}  // namespace tlstriage::ladder
