// One direction's bytes of a TCP connection. Application data is not stored: it points into one
// pool of random bytes that all flows share, so a long flow costs only its record headers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "byte_writer.h"
#include "random.h"

namespace tlstriage::generate {

class RandomPool {
  public:
    // The longest piece that can be asked for; larger than any TLS record.
    static constexpr std::uint32_t longest_piece = 20'000;

    explicit RandomPool(Rng& rng) : bytes_(pool_size + longest_piece) { rng.fill(bytes_); }

    std::uint32_t draw_offset(Rng& rng) const {
        return static_cast<std::uint32_t>(rng.below(pool_size));
    }
    const std::uint8_t* at(std::uint32_t offset) const { return bytes_.data() + offset; }

  private:
    static constexpr std::uint32_t pool_size = 1 << 18;  // stays in the second-level cache

    Bytes bytes_;
};

class Stream {
  public:
    void append(std::span<const std::uint8_t> bytes);
    // `length` bytes, at most RandomPool::longest_piece, of the pool from `offset`.
    void append_pooled(std::uint32_t offset, std::uint32_t length);

    std::uint32_t size() const { return size_; }

    // Bytes [position, position + out.size()); the range has been appended before.
    void copy(std::uint32_t position, std::span<std::uint8_t> out, const RandomPool& pool) const;

  private:
    struct Extent {
        std::uint32_t begin;   // in the stream
        std::uint32_t source;  // in the pool, or in owned_
        bool pooled;
    };

    std::vector<Extent> extents_;
    Bytes owned_;
    std::uint32_t size_ = 0;
};

}  // namespace tlstriage::generate
