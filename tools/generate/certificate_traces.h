// What the bytes of certificates tie a conversation to: moments and addresses. Found by their DER
// encoding, without parsing anything around it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace tlstriage::generate {

// notBefore and notAfter of every certificate in `bytes`, ns since 1970 (RFC 5280 §4.1.2.5).
std::vector<std::int64_t> validity_bounds(tlstriage::Bytes bytes);

// Whether a certificate in `bytes` has the address as a name (iPAddress, RFC 5280 §4.2.1.6).
bool names_address(tlstriage::Bytes bytes, const IpAddress& address);

}  // namespace tlstriage::generate
