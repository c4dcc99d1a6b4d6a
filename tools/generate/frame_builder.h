// Turns a planned segment into the bytes of an Ethernet frame, checksums included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "flow.h"
#include "stream.h"

namespace tlstriage::generate {

constexpr std::size_t longest_frame = 2048;

class FrameBuilder {
  public:
    explicit FrameBuilder(const RandomPool& pool) : pool_(pool) {}

    // Writes the frame to `out` (at least longest_frame bytes) and answers its length. Counts up
    // the sender's IP ID and time stamp, so segments have to come in their order.
    std::size_t build(Flow& flow, const Segment& segment, std::uint8_t* out) const;

    // What build() will answer.
    static std::size_t length(const Flow& flow, const Segment& segment);

  private:
    const RandomPool& pool_;
};

}  // namespace tlstriage::generate
