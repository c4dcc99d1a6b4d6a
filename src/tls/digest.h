// Message digests as hex texts.
#pragma once

#include <string>

#include "base/bytes.h"

namespace tlstriage::tls {

/// Lower-case hex of the whole digest; empty if this OpenSSL refuses the algorithm (FIPS and MD5).
std::string md5_hex(Bytes bytes);
std::string sha256_hex(Bytes bytes);

}  // namespace tlstriage::tls
