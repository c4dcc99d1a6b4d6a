// A flow's entry in a shard's table.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/evidence_store.h"
#include "engine/record_tracker.h"
#include "evidence/conversation.h"
#include "evidence/evidence.h"

namespace tlstriage::engine {

enum class FlowState : std::uint8_t {
    open,     ///< parsed in full
    settled,  ///< application data went both ways: counted, and watched for its end
    resting,  ///< closed: its evidence is packed, and taken out again if something happens
    ignored,  ///< not TLS: only a new SYN is of interest
};

/// What each packet of the flow touches comes first; evidence and parsers live elsewhere.
/// Arrays are by lane: 0 is sent by key.low.
struct TrackedFlow {
    FlowKey key;
    FlowState state = FlowState::open;
    std::uint32_t last_file = 0;
    /// Once settled, where the capture holds frames twice: their filters go on.
    std::unique_ptr<std::array<evidence::DuplicateFilter, 2>> copies;
    Moment last;
    std::array<std::uint32_t, 2> next_sequence{};  ///< behind the highest byte seen; 0: none seen
    std::array<std::uint32_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};
    std::array<RecordTracker, 2> records;
    void count(const wire::Packet& packet, Moment at, std::uint8_t lane) {
        last = at;
        ++packets[lane];
        bytes[lane] += packet.payload_length;
        if (packet.has(wire::tcp_flag::rst)) return;
        const bool syn = packet.has(wire::tcp_flag::syn);
        const std::uint32_t end = packet.sequence() + packet.payload_length + (syn ? 1U : 0U);
        if (next_sequence[lane] == 0 || flow::distance(end, next_sequence[lane]) > 0) {
            next_sequence[lane] = end;
        }
    }

    static constexpr EvidenceStore::Index nowhere = ~EvidenceStore::Index{0};
    EvidenceStore::Index stored = nowhere;                 ///< once it has rested
    std::unique_ptr<evidence::Evidence> evidence;          ///< null when ignored or resting
    std::unique_ptr<evidence::Conversation> conversation;  ///< null unless open
};

}  // namespace tlstriage::engine
