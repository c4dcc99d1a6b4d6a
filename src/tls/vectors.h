// Length-prefixed vectors that may be cut: what messages.h promises to fill before a fault.
#pragma once

#include "base/cursor.h"

namespace tlstriage::tls {

/// The body of a vector whose prefix said `length`, or what there is of it; `whole` is cleared if
/// that is less. (Cursor::vector16 yields nothing then.)
inline Cursor vector_or_part(Cursor& cursor, std::size_t length, bool& whole) {
    if (length > cursor.left()) {
        whole = false;
        length = cursor.left();
    }
    return Cursor(cursor.take(length));
}

}  // namespace tlstriage::tls
