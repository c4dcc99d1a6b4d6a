// Where a frame of a flow may be cut: behind what its headers say, before what they protect.
#pragma once

#include <array>
#include <cstdint>

#include "tls/record.h"
#include "wire/packet.h"

namespace tlstriage::carve {

/// Follows the TLS records of one direction from where application data went both ways, as
/// engine::RecordTracker does. All record headers stay, so that whoever follows them later finds
/// the same ones; only the tail of a segment goes, and only where it is application data.
class DataCut {
  public:
    /// How many payload bytes of a segment are to be kept, of those that the capture has.
    std::uint32_t keep(const wire::Packet& packet);

  private:
    std::uint32_t next_header_ = 0;
    bool known_ = false;
};

}  // namespace tlstriage::carve
