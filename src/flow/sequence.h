// TCP sequence numbers, which wrap (RFC 9293 §3.4).
#pragma once

#include <cstdint>

namespace tlstriage::flow {

/// How far `a` lies ahead of `b`; negative when it is behind. Right as long as the two are less
/// than 2^31 apart.
constexpr std::int32_t distance(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b);
}

}  // namespace tlstriage::flow
