// The little of HTTP/1 that surrounds TLS (RFC 9112 §4).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace tlstriage::plain {

/// The status code of a response that begins at `data`; empty when none does.
std::optional<std::uint16_t> http_status(Bytes data);

/// Whether (a part of) a 400 response says that plain HTTP came to a TLS port, as nginx, Apache,
/// Go, Tomcat and others word it.
bool says_tls_port(Bytes data);

}  // namespace tlstriage::plain
