// Where a compressed file can be cut without unpacking it.
#pragma once

#include <cstddef>

#include "capture/layers.h"

namespace tlstriage::capture {

/// Stored bytes that unpack by themselves: whole frames of zstd, or whole members of a BGZF file.
struct Part {
    std::size_t offset = 0;
    std::size_t size = 0;  ///< 0: there is none that can be told
};

/// Length of the zstd frame (a skippable one too) or of the BGZF member that `stored` begins with,
/// as its headers say it. 0 where they don't, or lie, or the frame is so large that it is better
/// unpacked as it is read: over 64 MiB, or with a window of over 8 MiB. Plain gzip says no length.
std::size_t frame_length(Content content, Bytes stored);

/// From `offset` on as many whole frames as it takes for `least` bytes, fewer at the end or before
/// something else. That what is in them is sound is not known.
Part find_part(Content content, Bytes stored, std::size_t offset, std::size_t least);

}  // namespace tlstriage::capture
