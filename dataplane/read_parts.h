// One compressed file, unpacked at several places at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "capture/byte_reader.h"

namespace tlstriage::dataplane {

struct PartsShape {
    std::size_t at_once = 1;     ///< parts, each in a thread of its own
    std::size_t ahead = 0;       ///< bytes that each may unpack ahead (see read_ahead.h)
    std::size_t least_part = 0;  ///< stored bytes; smaller frames are put together
};

/// What up to `threads` threads and `memory` bytes allow.
PartsShape shape_of_parts(unsigned threads, std::size_t memory);

/// Reads a regular file of several zstd frames, or of BGZF members. Gives the same bytes, and the
/// same error at the same place, as if it were unpacked from its beginning. Null for any other
/// file, and where the shape has no two at once. Throws std::system_error when it can't be opened.
std::unique_ptr<capture::ByteReader> read_parts(const std::string& path, const PartsShape& shape);

}  // namespace tlstriage::dataplane
