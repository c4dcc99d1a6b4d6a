// What could not be read of a trace.
#pragma once

#include <cstdint>
#include <string>

namespace tlstriage::capture {

/// Bytes in the middle of a trace that hold no record, and were skipped.
struct Damage {
    std::uint64_t offset = 0;  ///< in the (decompressed) trace
    std::uint64_t bytes = 0;
    std::string reason;
};

/// A trace that ends inside a record.
struct CutEnd {
    std::uint64_t offset = 0;  ///< of the record that is not whole
    std::uint64_t bytes = 0;   ///< of it that are there
};

}  // namespace tlstriage::capture
