// Asking for memory ahead of its use.
#pragma once

#include <cstddef>

namespace tlstriage {

/// Asks for the cache lines of `size` bytes. Inline in any case: to GCC 12 a function that only
/// prefetches does nothing, and calls of such a one are left out.
[[gnu::always_inline]] inline void prefetch(const void* begin, std::size_t size = 1) {
    constexpr std::size_t line = 64;
    for (std::size_t offset = 0; offset < size; offset += line)
        __builtin_prefetch(static_cast<const char*>(begin) + offset);
}

}  // namespace tlstriage
