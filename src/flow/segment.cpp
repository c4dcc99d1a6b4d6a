#include "flow/segment.h"

#include <algorithm>

#include "base/cursor.h"
#include "flow/sequence.h"

namespace tlstriage::flow {
namespace {

// Option kinds of RFC 9293 §3.2 and RFC 7323 §3.2.
constexpr std::uint8_t end_of_options = 0;
constexpr std::uint8_t no_operation = 1;
constexpr std::uint8_t maximum_segment_size = 2;
constexpr std::uint8_t timestamps = 8;
constexpr std::uint8_t timestamp_length = 10;
constexpr std::uint8_t selective_acknowledgement = 5;  // RFC 2018 §3

/// Blocks behind what is acknowledged anyway say what came twice (RFC 2883).
void read_blocks(Cursor blocks, Segment& segment) {
    while (blocks.left() >= 8) {
        const std::uint32_t left = blocks.u32();
        const std::uint32_t right = blocks.u32();
        if (distance(left, segment.acknowledgement) <= 0 || distance(right, left) <= 0) continue;
        if (right - left > segment.sack_span) {
            segment.sack_span = right - left;
            segment.sack_span_right = right;
        }
        if (segment.sack_right == 0 || distance(right, segment.sack_right) > 0) {
            segment.sack_right = right;
        }
    }
}

/// What nearly every segment has that is no SYN: two no-operations, then a time stamp (RFC 7323
/// appendix A).
bool is_timestamp_alone(Bytes options) {
    constexpr std::uint32_t layout =
        no_operation << 24U | no_operation << 16U | timestamps << 8U | timestamp_length;
    return options.size() == 12 && load_big<std::uint32_t>(options.data()) == layout;
}

void read_options(Bytes options, Segment& segment) {
    if (is_timestamp_alone(options)) {
        segment.timestamp_value = load_big<std::uint32_t>(options.data() + 4);
        return;
    }
    Cursor cursor(options);
    while (cursor.ok() && !cursor.empty()) {
        const std::uint8_t kind = cursor.u8();
        if (kind == end_of_options) return;
        if (kind == no_operation) continue;
        const std::uint8_t length = cursor.u8();
        if (length < 2) return;
        Cursor body(cursor.take(length - 2U));
        if (!cursor.ok()) return;
        if (kind == maximum_segment_size && length == 4) segment.mss = body.u16();
        if (kind == timestamps && length == timestamp_length) segment.timestamp_value = body.u32();
        if (kind == selective_acknowledgement) read_blocks(body, segment);
    }
}

}  // namespace

Segment load_segment(const wire::Packet& packet, Moment at) {
    Segment segment{.sequence = packet.sequence(),
                    .acknowledgement = packet.acknowledgement(),
                    .flags = packet.flags,
                    .hops = packet.hops,
                    .ip_id = packet.ip_id(),
                    .vlan = packet.vlan,
                    .interface_id = packet.interface_id,
                    .data = packet.data(),
                    .length = packet.payload_length,
                    .at = at};
    read_options(packet.tcp_options(), segment);
    return segment;
}

}  // namespace tlstriage::flow
