// What is to be written instead of bytes of a TCP direction, by sequence number.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::carve {

/// Bytes of a payload to be written instead of those there.
struct TextReplacement {
    std::size_t offset = 0;
    std::vector<std::uint8_t> bytes;
};

class StreamPlan {
  public:
    /// Sequence number of offset 0.
    void begin_at(std::uint32_t sequence) { begin_ = sequence; }

    /// Notes where `to` differs from `from`, which is at `offset`. Each returns the bytes of memory
    /// that it took.
    std::size_t change(std::uint64_t offset, Bytes from, Bytes to);
    /// Zeros.
    std::size_t blank(std::uint64_t offset, std::uint64_t length);
    /// No more will be noted; the stream was read up to `end`.
    void finish(std::uint64_t end);

    /// For a payload that begins at `sequence`, whichever segment carries it. `closed`: what lies
    /// outside of the stream that was read is blanked.
    [[nodiscard]] std::vector<TextReplacement> of(std::uint32_t sequence, Bytes payload,
                                                  bool closed) const;

  private:
    struct Patch {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        std::vector<std::uint8_t> bytes;  ///< empty: zeros
    };

    std::optional<std::uint32_t> begin_;
    std::vector<Patch> patches_;
    std::uint64_t longest_ = 0;
    std::uint64_t end_ = 0;
};

}  // namespace tlstriage::carve
