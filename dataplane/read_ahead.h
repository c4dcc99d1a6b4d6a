// Unpacking in a thread of its own, ahead of who reads.
#pragma once

#include <memory>

#include "capture/byte_reader.h"

namespace tlstriage::dataplane {

/// Reads `below` in a thread, up to some megabytes ahead. Gives the same bytes and the same error
/// at the same place. What `below` throws is thrown by read().
std::unique_ptr<capture::ByteReader> read_ahead(std::unique_ptr<capture::ByteReader> below);

}  // namespace tlstriage::dataplane
