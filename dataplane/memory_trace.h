// A trace held in memory, so that reading it again and again costs no disk and no page fault.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/source.h"

namespace tlstriage::dataplane {

/// The decompressed bytes of a trace in an anonymous file, mapped and touched. Throws
/// std::system_error when it cannot be opened, read to its end or held.
class MemoryTrace {
  public:
    explicit MemoryTrace(const capture::Input& input);
    ~MemoryTrace();
    MemoryTrace(MemoryTrace&&) = delete;
    MemoryTrace& operator=(MemoryTrace&&) = delete;

    [[nodiscard]] Bytes bytes() const { return {data_, size_}; }
    /// A reader from the beginning on; borrows this object.
    [[nodiscard]] std::unique_ptr<capture::Source> source() const;
    /// What `cat` does: read() of 1 MiB until the end, thrown away. Returns the bytes read.
    [[nodiscard]] std::uint64_t read_through() const;

  private:
    int descriptor_;
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tlstriage::dataplane
