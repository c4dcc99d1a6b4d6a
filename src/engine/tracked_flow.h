// A flow's entry in a shard's table.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/record_tracker.h"
#include "evidence/conversation.h"
#include "evidence/evidence.h"

namespace tlstriage::engine {

enum class FlowState : std::uint8_t {
    open,     ///< parsed in full
    settled,  ///< application data went both ways: counted, and watched for its end
    ignored,  ///< not TLS: only a new SYN is of interest
};

/// What each packet of the flow touches comes first; evidence and parsers live elsewhere.
/// Arrays are by lane: 0 is sent by key.low.
struct TrackedFlow {
    FlowKey key;
    FlowState state = FlowState::open;
    std::uint32_t last_file = 0;
    Moment last;
    std::array<std::uint32_t, 2> next_sequence{};  ///< behind the highest byte seen; 0: none seen
    std::array<std::uint32_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};
    std::array<RecordTracker, 2> records;
    std::unique_ptr<evidence::Evidence> evidence;          ///< null when ignored
    std::unique_ptr<evidence::Conversation> conversation;  ///< null unless open
};

}  // namespace tlstriage::engine
