// From DER to a Certificate. Inside this folder only.
#pragma once

#include <memory>

#include "tls/certificate.h"

namespace tlstriage::tls {

/// Null when the DER is no certificate, or more than one.
std::shared_ptr<const Certificate> parse_certificate(Bytes der);

/// Whether two DER Names are the same name (RFC 5280 §7.1: case and space don't count).
bool same_name(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b);

}  // namespace tlstriage::tls
