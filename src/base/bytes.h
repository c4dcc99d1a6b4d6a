// Bytes off the wire: a view that owns nothing, and big-endian loads.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tlstriage {

/// Borrowed bytes. Valid only for the call they are passed to, unless the callee says otherwise.
using Bytes = std::span<const std::uint8_t>;

template <std::unsigned_integral T>
constexpr T byte_swapped(T value) {
    if constexpr (sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return static_cast<T>(__builtin_bswap16(value));
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else {
        return __builtin_bswap64(value);
    }
}

/// Unaligned load in the machine's order. The caller has checked that sizeof(T) bytes are there.
template <std::unsigned_integral T>
inline T load_native(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof(T));
    return value;
}

/// Unaligned big-endian (network order) load; same precondition as load_native.
template <std::unsigned_integral T>
inline T load_big(const std::uint8_t* at) {
    const T value = load_native<T>(at);
    return std::endian::native == std::endian::little ? byte_swapped(value) : value;
}

inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace tlstriage
