// Elements of DER (X.690 §8.1), no deeper than certificates ask. Inside this folder only.
#pragma once

#include "base/cursor.h"

namespace tlstriage::tls::der {

constexpr std::uint8_t integer = 0x02;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t context_0 = 0xa0;  ///< [0], explicit

/// Goes into an element of this tag and returns its length, which may be more than is there;
/// poisons the cursor when it is another tag.
inline std::size_t enter(Cursor& der, std::uint8_t tag) {
    constexpr std::uint8_t long_form = 0x80;
    if (der.u8() != tag) der.poison();
    std::size_t length = der.u8();
    if (length > long_form) {
        const std::size_t octets = length - long_form;
        length = 0;
        for (std::size_t i = 0; i < octets && der.ok(); ++i)
            length = length << 8U | der.u8();
    }
    return length;
}

/// The body of an element of this tag; poisoned when it is another, or not whole.
inline Cursor body(Cursor& der, std::uint8_t tag) {
    Cursor body(der.take(enter(der, tag)));
    if (!der.ok()) body.poison();
    return body;
}

/// All of it, with tag and length; empty where body() is poisoned.
inline Bytes element(Cursor& der, std::uint8_t tag) {
    const Bytes from = der.rest();
    body(der, tag);
    return der.ok() ? from.first(from.size() - der.left()) : Bytes{};
}

}  // namespace tlstriage::tls::der
