// One shard: the flows whose hash falls on it, from packets to evidence.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/evidence_store.h"
#include "engine/limits.h"
#include "engine/lookups.h"
#include "engine/period.h"
#include "engine/tracked_flow.h"
#include "evidence/collector.h"
#include "flow/table.h"
#include "wire/packet.h"

namespace tlstriage::engine {

/// Counts of a shard; those of all shards add up.
struct ShardCounts {
    std::uint64_t packets = 0;
    std::uint64_t duplicate_packets = 0;
    std::uint64_t flows = 0;          ///< TCP connections seen
    std::uint64_t flows_evicted = 0;  ///< given up for memory
    std::uint64_t shed_settled = 0;   ///< packets left out, of flows whose verdict is known
    std::uint64_t shed_new = 0;       ///< of connections that were not known
    /// Connections that speak something else, by the server's protocol or else the client's.
    std::array<std::uint64_t, sense::protocol_names.size()> ignored_flows{};
};

/// Where a batch of packets comes from.
struct BatchOrigin {
    std::uint32_t file = 0;        ///< index of the trace
    std::uint64_t frame_base = 0;  ///< frames of the file before the batch's piece
    Shedding shedding = Shedding::nothing;
};

/// Objects to use again, with the memory that their lists have grown.
template <class T>
class Spares {
  public:
    std::unique_ptr<T> take() {
        ++in_use_;
        if (spares_.empty()) return std::make_unique<T>();
        std::unique_ptr<T> spare = std::move(spares_.back());
        spares_.pop_back();
        return spare;
    }
    void give_back(std::unique_ptr<T> used) {
        used->clear();
        --in_use_;
        if (spares_.size() < most) spares_.push_back(std::move(used));
    }
    void drop_spares() { spares_.clear(); }

    [[nodiscard]] std::size_t in_use() const { return in_use_; }

  private:
    static constexpr std::size_t most = 1024;
    std::vector<std::unique_ptr<T>> spares_;
    std::size_t in_use_ = 0;
};

/// Owned by one thread at a time. Packets of a flow must come in capture order.
class Shard {
  public:
    Shard(const sense::Database& database, tls::ChainCache& chains, const Limits& limits);

    /// Consumes packets whose bytes are valid for this call only.
    void consume(std::span<const wire::Packet> packets, const BatchOrigin& origin);

    /// The archive, whose last packet was at `end`, is over: every flow ends, and its evidence is
    /// kept under `archive`.
    void end_archive(std::uint32_t archive, Nanoseconds end);

    /// What joins flows to other parts of a capture, where Limits::keep_borders asks for it; by
    /// archive.
    [[nodiscard]] const std::vector<Border>& borders() const { return borders_; }

    // For joining parts. A flow goes on as it was at the end of one part; of a part behind that,
    // packets are consumed as they came.

    /// `stored` is the evidence that was kept of it when its part ended, if any.
    void restore(std::unique_ptr<TrackedFlow> tail, const evidence::Evidence* stored);
    /// Whether this packet, the first of another part, goes on with the flow between its ends.
    [[nodiscard]] bool continues(const KeptPacket& kept);
    void consume(const KeptPacket& kept);
    /// The flow between `key`'s ends; null without.
    [[nodiscard]] TrackedFlow* find(const FlowKey& key);
    /// It goes on beyond what is known: `later` is all evidence of its next part, of which the
    /// tally is known already.
    void add_later(TrackedFlow& flow, const evidence::Evidence& later, const Head& known,
                   const TrackedFlow* tail);
    /// What is known of it by now; empty when it is no TLS.
    [[nodiscard]] std::optional<evidence::Evidence> evidence_of(TrackedFlow& flow);
    /// Another flow between the same ends has begun.
    void supersede(const FlowKey& key);
    /// It is told by what another part has of it.
    void forget(const FlowKey& key);

    /// Live: flows that are over end, under archive 0, and move to leaving(). The others go on.
    void end_period(const PeriodEnd& end);
    /// Those are judged; lookups that ended before `time` are not needed any more.
    void forget_period(Nanoseconds time);

    /// The evidence of all flows that have ended.
    [[nodiscard]] const EvidenceStore& ended() const { return ended_; }
    /// The same, of the period that ended last.
    [[nodiscard]] const EvidenceStore& leaving() const { return leaving_; }

    [[nodiscard]] const std::vector<Lookup>& lookups() const { return lookups_.lookups(); }

    /// Calls `see` with the evidence of every flow that goes on.
    template <class See>
    void each_open(See see) {
        for (Index index = 0; index < flows_.end_index(); ++index) {
            if (!flows_.alive(index)) continue;
            const TrackedFlow& flow = flows_.at(index);
            if (flow.evidence != nullptr) see(*flow.evidence);
            if (flow.state != FlowState::resting) continue;
            evidence::Evidence rested;
            ended_.at(flow.stored).unpack(rested);
            see(std::as_const(rested));
        }
    }
    /// Flows that are followed: handshakes under way, and sessions until their end.
    [[nodiscard]] std::size_t open_flows() const { return evidence_.in_use(); }
    [[nodiscard]] evidence::HelloShapes& shapes() { return collector_.shapes(); }

    [[nodiscard]] const ShardCounts& counts() const { return counts_; }

  private:
    using Index = flow::Table<TrackedFlow>::Index;

    /// What a flow costs: its entry, with its places in the table; and from its first payload until
    /// its end evidence, parsers, events. Measured with a heap profile of 200,000 short flows.
    static constexpr std::size_t bytes_of_entry = sizeof(TrackedFlow) + 28;
    static constexpr std::size_t bytes_of_evidence = 3840;
    /// However little memory there is.
    static constexpr std::size_t least_flows = 16;

    void keep_border(TrackedFlow& flow, Nanoseconds end);
    /// Out of the table; its head is kept.
    void release(Index index);
    void consume_one(const wire::Packet& packet, const BatchOrigin& origin);
    void consume_tcp(const wire::Packet& packet, Moment at, const BatchOrigin& origin);
    void consume_known(Index index, const wire::Packet& packet, const flow::Segment& segment,
                       std::uint8_t lane, std::uint32_t file);
    void consume_segment(TrackedFlow& flow, const wire::Packet& packet,
                         const flow::Segment& segment, std::uint8_t lane, std::uint32_t file);
    static void consume_routine(TrackedFlow& flow, const wire::Packet& packet, Moment at,
                                std::uint8_t lane);
    void retry(TrackedFlow& flow, const flow::Segment& segment);
    void consume_icmp(const wire::Packet& packet, Moment at, std::uint32_t file);
    void keep_orphan(const wire::Packet& packet, Moment at, std::uint32_t file);
    void begin_flow(const wire::Packet& packet, const flow::Segment& segment, std::uint8_t lane,
                    std::uint32_t file);
    void begin_evidence(TrackedFlow& flow, const flow::Segment& first, std::uint8_t lane);
    void grow_up(TrackedFlow& flow);
    void consume_open(TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane);
    static void consume_settled(TrackedFlow& flow, const wire::Packet& packet, Moment at,
                                std::uint8_t lane);
    void take_dns(const TrackedFlow& flow);
    void settle(TrackedFlow& flow);
    void ignore(TrackedFlow& flow);
    void end_flow(TrackedFlow& flow, evidence::Cut cut);
    void store(TrackedFlow& flow, evidence::Cut cut);
    void rest(TrackedFlow& flow);
    void wake(TrackedFlow& flow);
    void relieve(TrackedFlow& flow);
    [[nodiscard]] bool has_room(std::size_t more_flows, std::size_t more_evidence) const;
    void make_room(Index kept);
    [[nodiscard]] bool shed(Index index, const wire::Packet& packet, Shedding shedding);
    [[nodiscard]] static bool is_over(const TrackedFlow& flow, const PeriodEnd& end);

    Limits limits_;
    evidence::Collector collector_;
    LookupCollector lookups_;
    flow::Table<TrackedFlow> flows_;
    EvidenceStore ended_;
    EvidenceStore leaving_;
    std::vector<Border> borders_;
    std::size_t assigned_borders_ = 0;  ///< that have their archive
    std::size_t borders_over_ = 0;      ///< of the current archive, of flows that were over
    Spares<evidence::Evidence> evidence_;
    Spares<evidence::Conversation> conversations_;
    ShardCounts counts_;
    std::size_t held_bytes_ = 0;  ///< in reassembly, over all open flows
    std::size_t max_held_bytes_;
    Index eviction_hand_ = 0;
};

}  // namespace tlstriage::engine
