// The layers of a stored trace, recognised by content: compression, tar, the capture itself.
#pragma once

#include <memory>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

/// What the first bytes are.
enum class Content : std::uint8_t { capture, gzip, zstd, lz4, xz, bzip2, tar, other };

/// Bytes that recognise() looks at: a tar's magic lies at 257.
constexpr std::size_t recognised_bytes = 512;

Content recognise(Bytes start);

/// A stored file with its compression taken off.
struct Unpacked {
    std::unique_ptr<PeekReader> reader;  ///< from its first byte
    Content content = Content::other;    ///< capture, tar or other; of what reader yields
    bool plain = true;                   ///< nothing had to be taken off
};

/// Takes off compression, several layers if need be.
Unpacked unpack(std::unique_ptr<ByteReader> stored);

}  // namespace tlstriage::capture
