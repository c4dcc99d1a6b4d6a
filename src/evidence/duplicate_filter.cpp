#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "evidence/conversation.h"

namespace tlstriage::evidence {
namespace {

constexpr Nanoseconds duplicate_window = milliseconds(20);

std::uint64_t hash_content(const flow::Segment& segment) {
    struct Content {
        std::uint32_t sequence, acknowledgement, length, timestamp_value;
        std::uint32_t flags_and_id;
        std::array<std::uint8_t, 16> beginning;
    };
    Content content{segment.sequence,
                    segment.acknowledgement,
                    segment.length,
                    segment.timestamp_value,
                    std::uint32_t{segment.flags} << 16U | segment.ip_id,
                    {}};
    // The first bytes stand for the payload: they lie beside the header, its end is far in memory.
    constexpr std::size_t most = content.beginning.size();
    if (segment.data.size() >= most) {
        std::copy_n(segment.data.data(), most, content.beginning.data());
    } else {
        std::ranges::copy(segment.data, content.beginning.begin());
    }
    return XXH3_64bits(&content, sizeof(content));
}

std::uint64_t place(const flow::Segment& segment) {
    return std::uint64_t{segment.interface_id} << 32U | std::uint64_t{segment.vlan} << 16U |
           segment.hops;
}

}  // namespace

bool DuplicateFilter::repeats(const flow::Segment& segment) {
    const Seen now{hash_content(segment), place(segment), segment.at.time};
    // A sender that numbers its packets does not number two alike; without a number it takes both
    // the same TCP clock tick and another place of capture to tell a copy from a repetition. No SYN
    // is repeated as soon as that.
    const bool numbered = segment.ip_id != 0 || segment.has(wire::tcp_flag::syn);
    const bool stamped = segment.timestamp_value != 0;
    for (const Seen& before : seen_) {
        if (before.content == now.content && now.time - before.time <= duplicate_window &&
            now.time >= before.time && before.time != 0 &&
            (numbered || (stamped && before.where != now.where))) {
            return true;
        }
    }
    seen_[next_++ % seen_.size()] = now;
    return false;
}

}  // namespace tlstriage::evidence
