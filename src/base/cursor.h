// The one way to read untrusted bytes.
#pragma once

#include "base/bytes.h"

namespace tlstriage {

/// A reader over borrowed bytes that can't leave them. The first read that asks for more than is
/// left poisons the cursor: that read and all later ones yield zeros or empty views, and ok() says
/// so. Parsers read on without checks and look at ok() once at the end.
class Cursor {
  public:
    constexpr Cursor() = default;
    constexpr explicit Cursor(Bytes bytes) : rest_(bytes) {}

    [[nodiscard]] constexpr bool ok() const { return ok_; }
    [[nodiscard]] constexpr bool empty() const { return rest_.empty(); }
    [[nodiscard]] constexpr std::size_t left() const { return rest_.size(); }
    [[nodiscard]] constexpr Bytes rest() const { return rest_; }

    /// The next `count` bytes, or an empty view and a poisoned cursor.
    Bytes take(std::size_t count) {
        if (count > rest_.size()) {
            poison();
            return {};
        }
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    void skip(std::size_t count) { take(count); }

    /// Big-endian (network order) integers.
    std::uint8_t u8() { return read<std::uint8_t>(); }
    std::uint16_t u16() { return read<std::uint16_t>(); }
    std::uint32_t u32() { return read<std::uint32_t>(); }
    std::uint64_t u64() { return read<std::uint64_t>(); }
    std::uint32_t u24() {
        const Bytes b = take(3);
        return b.empty() ? 0U
                         : static_cast<std::uint32_t>(b[0]) << 16U |
                               static_cast<std::uint32_t>(b[1]) << 8U | b[2];
    }

    /// A vector with a length prefix of 1, 2 or 3 bytes (RFC 8446 §3.4), as a cursor of its own.
    /// A prefix that promises more than is left poisons this cursor; the result is then empty and
    /// poisoned too.
    Cursor vector8() { return sub(u8()); }
    Cursor vector16() { return sub(u16()); }
    Cursor vector24() { return sub(u24()); }

    void poison() {
        ok_ = false;
        rest_ = {};
    }

  private:
    template <std::unsigned_integral T>
    T read() {
        const Bytes b = take(sizeof(T));
        return b.empty() ? T{0} : load_big<T>(b.data());
    }
    Cursor sub(std::size_t count) {
        Cursor inner(take(count));
        if (!ok_) inner.poison();
        return inner;
    }

    Bytes rest_;
    bool ok_ = true;
};

}  // namespace tlstriage
