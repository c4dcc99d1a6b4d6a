// Where a record is, for who comes back to it.
#pragma once

#include <cstdint>

namespace tlstriage::capture {

struct Place {
    std::uint64_t offset = 0;  ///< in the (decompressed) trace
    std::uint64_t frame = 0;   ///< as Wireshark counts; 0 for a block that holds no packet
};

}  // namespace tlstriage::capture
