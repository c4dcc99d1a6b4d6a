// A temporary file for what can be read only once and is needed out of order.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

/// Bytes put aside in a file without a name, in $TMPDIR or /tmp; gone with the last reader.
class Spool {
  public:
    /// Copies all of `reader`; the result reads the copy. Empty when the disk does not take it.
    std::unique_ptr<ByteReader> put(ByteReader& reader);

  private:
    std::shared_ptr<FileDescriptor> file_;
    std::uint64_t size_ = 0;
};

}  // namespace tlstriage::capture
