// A frame of a flow as a second walk over the captures finds it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "flow/segment.h"

namespace tlstriage::ladder {

enum class FrameKind : std::uint8_t { segment, dns, icmp };

/// What a segment is beside those before it, in the order of the capture.
enum class Repeat : std::uint8_t {
    none,
    retransmission,
    out_of_order,  ///< fills a hole sooner than a retransmission could
    keep_alive,    ///< RFC 9293 §3.8.4
    duplicate_acknowledgement,
};

struct Frame {
    FrameKind kind = FrameKind::segment;
    bool walked = true;  ///< false: made from evidence, only its flags are known
    Repeat repeat = Repeat::none;
    /// Of a segment and of a DNS message its sender (a resolver is Side::server); of an ICMP error
    /// whose segment it quotes, and so whom it tells.
    evidence::Side side{};
    Moment at;
    std::uint32_t file = 0;  ///< index of the trace
    Endpoint peer;           ///< the resolver, or with port 0 who sent the ICMP error
    /// As sent, not made safe for any output: the first line of a payload that is text; of a DNS
    /// message what it asks or answers; an ICMP error's name.
    std::string text;
    flow::Segment segment;  ///< `data` is empty: see `beginning`
    std::array<std::uint8_t, 16> beginning{};
    std::uint8_t beginning_length = 0;
    std::uint16_t window = 0;          ///< as sent, not scaled
    std::uint32_t missing_before = 0;  ///< bytes between this segment and those before it
    std::uint64_t repeated = 0;  ///< frame that first held those bytes; 0: none in the capture

    [[nodiscard]] bool has(std::uint8_t flag) const { return segment.has(flag); }
};

/// The frames of one flow in the order of the capture, each once.
struct FlowFrames {
    std::vector<Frame> frames;
    std::uint64_t copies = 0;  ///< frames that the capture holds twice, left out
    std::uint64_t unkept = 0;  ///< frames beyond the limit, left out
};

/// Puts frames of several files in order, drops copies and says what repeats what.
void arrange(FlowFrames& flow);

}  // namespace tlstriage::ladder
