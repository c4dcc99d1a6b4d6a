// A flow's entry in a shard's table.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/border.h"
#include "engine/evidence_store.h"
#include "engine/record_tracker.h"
#include "evidence/conversation.h"
#include "evidence/evidence.h"
#include "flow/segment.h"

namespace tlstriage::engine {

enum class FlowState : std::uint8_t {
    young,    ///< a few segments without payload, kept as they came
    open,     ///< parsed in full
    settled,  ///< application data went both ways: counted, and watched for its end
    resting,  ///< closed: its evidence is packed, and taken out again if something happens
    ignored,  ///< not TLS: only a new SYN is of interest
};

/// A segment without payload, as a young flow keeps it.
struct KeptSegment {
    Moment at;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint32_t timestamp_value = 0;
    std::uint16_t ip_id = 0;
    std::uint16_t vlan = 0;
    std::uint16_t interface_id = 0;
    std::uint16_t mss = 0;
    std::uint8_t flags = 0;
    std::uint8_t hops = 0;
    std::uint8_t lane = 0;

    static KeptSegment of(const flow::Segment& s, std::uint8_t lane) {
        return {s.at,
                s.sequence,
                s.acknowledgement,
                s.timestamp_value,
                s.ip_id,
                s.vlan,
                s.interface_id,
                s.mss,
                s.flags,
                s.hops,
                lane};
    }
    [[nodiscard]] flow::Segment segment() const {
        flow::Segment s;
        s.at = at;
        s.sequence = sequence;
        s.acknowledgement = acknowledgement;
        s.timestamp_value = timestamp_value;
        s.ip_id = ip_id;
        s.vlan = vlan;
        s.interface_id = interface_id;
        s.mss = mss;
        s.flags = flags;
        s.hops = hops;
        return s;
    }
};

/// What each packet of the flow touches comes first; evidence and parsers live elsewhere.
/// Arrays are by lane: 0 is sent by key.low.
struct TrackedFlow {
    FlowKey key;
    FlowState state = FlowState::young;
    std::uint8_t kept = 0;     ///< of first_segments, while young
    bool frames_lost = false;  ///< meanwhile frames did not reach us, or were shed
    bool fell_silent = false;  ///< live: a session that is over for its silence alone
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
    std::unique_ptr<evidence::Evidence> evidence;          ///< null unless open or settled
    std::unique_ptr<evidence::Conversation> conversation;  ///< null unless open

    std::unique_ptr<Head> head;  ///< where borders are kept: of one that began without a SYN
    sense::Protocol ignored_as = sense::Protocol::silent;  ///< what it was counted as

    /// SYN, SYN-ACK and ACK, as a rule: a flow that never gets further costs no more than this.
    std::array<KeptSegment, 3> first_segments;
};

}  // namespace tlstriage::engine
