// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt).
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace tlstriage::plain {

struct ProxyHeader {
    std::size_t length = 0;   ///< bytes before the proxied stream; 0: not a well-formed header
    bool needs_more = false;  ///< so far well-formed, but not whole
};

ProxyHeader read_proxy_header(Bytes first);

}  // namespace tlstriage::plain
