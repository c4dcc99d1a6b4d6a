// What finding names in streams needs besides the bytes.
#pragma once

#include "carve/name_map.h"

namespace tlstriage::carve {

/// Borrows the maps.
struct NameTools {
    NameMap& names;
    AddressMap& addresses;
    std::size_t memory_left =
        0;                      ///< for plans, bytes; without any, what is in the clear is blanked
    std::uint64_t blanked = 0;  ///< bytes that could not be read
};

}  // namespace tlstriage::carve
