// What a ClientHello offers, as texts for one cell: GREASE left out, items joined by spaces.
#pragma once

#include <string>

#include "tls/messages.h"

namespace tlstriage::tls {

/// IANA names in the order sent.
std::string cipher_list(const ClientHello& hello);
std::string group_list(const ClientHello& hello);
/// Ascending, each once: "TLS1.0 TLS1.1 TLS1.2". Without the supported_versions extension only the
/// maximum is known, and written.
std::string version_list(const ClientHello& hello);
/// Protocol names as sent: any bytes, not made safe for any output.
std::string alpn_list(const ClientHello& hello);

}  // namespace tlstriage::tls
