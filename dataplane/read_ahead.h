// Unpacking in a thread of its own, ahead of who reads.
#pragma once

#include <cstddef>
#include <memory>

#include "capture/byte_reader.h"

namespace tlstriage::dataplane {

/// Reads `below` in a thread, up to about `bytes` ahead (at least two blocks of 1 MiB), which is
/// also the memory that it takes. Gives the same bytes and the same error at the same place. What
/// `below` throws is thrown by read().
std::unique_ptr<capture::ByteReader> read_ahead(std::unique_ptr<capture::ByteReader> below,
                                                std::size_t bytes);

}  // namespace tlstriage::dataplane
