// One direction of DNS over TCP: from its segments to what is to be written instead of its names.
#pragma once

#include <vector>

#include "carve/name_tools.h"
#include "carve/stream_plan.h"
#include "flow/reassembler.h"

namespace tlstriage::carve {

/// RFC 7766 §8: messages behind their lengths. After a gap all is blanked.
class ResolverWalk {
  public:
    ResolverWalk(NameTools& tools, StreamPlan& plan) : tools_(tools), plan_(plan) {}

    void start_at(std::uint32_t sequence);
    void segment(std::uint32_t sequence, Bytes captured, std::uint32_t length, Moment at);
    void finish();

    // Sink of flow::Reassembler
    void bytes(Bytes data, Moment at);
    void cut(std::uint64_t count, Moment) { missing(count); }
    void lost(std::uint64_t count, Moment) { missing(count); }

  private:
    void missing(std::uint64_t count);
    void blank_waiting();

    NameTools& tools_;
    StreamPlan& plan_;
    flow::Reassembler stream_;
    std::vector<std::uint8_t> waiting_;  ///< of a message that is not whole, up to next_
    std::uint64_t next_ = 0;             ///< offset of the next byte
    bool begun_ = false;
    bool lost_ = false;
};

}  // namespace tlstriage::carve
