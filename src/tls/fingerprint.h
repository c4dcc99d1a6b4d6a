// ClientHello fingerprints.
#pragma once

#include <string>

#include "tls/messages.h"

namespace tlstriage::tls {

/// JA3 (https://github.com/salesforce/ja3): MD5 as 32 hex digits. Both are empty for an
/// SSLv2-framed hello, which neither method covers.
std::string ja3(const ClientHello& hello);
/// JA4 (https://github.com/FoxIO-LLC/ja4, JA4 TLS client fingerprint, over TCP), e.g.
/// "t13d1516h2_8daaf6152771_e5627efa2ab1".
std::string ja4(const ClientHello& hello);

}  // namespace tlstriage::tls
