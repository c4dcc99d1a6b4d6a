// Builds network-order messages; lengths in front of a block are filled in when the block ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "random.h"

namespace tlstriage::generate {

using Bytes = std::vector<std::uint8_t>;

class ByteWriter {
  public:
    void u8(std::size_t value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
    void u16(std::size_t value) { number(value, 2); }
    void u24(std::size_t value) { number(value, 3); }
    void u32(std::size_t value) { number(value, 4); }
    void bytes(std::span<const std::uint8_t> data) {
        bytes_.insert(bytes_.end(), data.begin(), data.end());
    }
    void text(std::string_view data) { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
    void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }
    void random(Rng& rng, std::size_t count) {
        zeros(count);
        rng.fill(std::span(bytes_).last(count));
    }

    // What `body` writes, behind its own length in `width` bytes (the opaque<0..2^n-1> of RFC
    // 8446).
    template <typename Body>
    void prefixed(std::size_t width, Body&& body) {
        const std::size_t start = bytes_.size();
        zeros(width);
        std::forward<Body>(body)();
        const std::size_t length = bytes_.size() - start - width;
        for (std::size_t i = 0; i < width; ++i) {
            bytes_[start + i] = static_cast<std::uint8_t>(length >> (8 * (width - 1 - i)));
        }
    }

    std::size_t size() const { return bytes_.size(); }
    Bytes take() { return std::move(bytes_); }

  private:
    void number(std::size_t value, std::size_t width) {
        for (std::size_t i = width; i-- > 0;)
            u8(value >> (8 * i));
    }

    Bytes bytes_;
};

}  // namespace tlstriage::generate
