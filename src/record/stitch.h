// Flows that end one part of an archive and begin the next, joined.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/shard.h"
#include "record/run_record.h"

namespace tlstriage::record {

/// What was captured in one go: an archive of a run of analyze.
struct Piece {
    std::size_t part = 0;
    std::uint32_t number = 0;  ///< what flows, lookups and borders have as their archive
    engine::Archive span;
};

/// Plays what parts kept of their ends through shards of its own. A flow that it joins is taken out
/// of the parts (their entries are dropped, their borders emptied) and is in its shard then.
/// docs/evidence.md says what that makes exact.
class Stitcher {
  public:
    Stitcher(std::vector<RecordedRun>& parts, const Settings& settings);

    /// Joins the pieces, in order of time, that are one archive of the whole.
    void join(std::uint32_t archive, const std::vector<Piece>& pieces);

    [[nodiscard]] const engine::Shard& shard(std::size_t index) const { return *shards_[index]; }
    /// What the parts counted twice: connections, and copies of frames.
    [[nodiscard]] const engine::ShardCounts& counted_twice() const { return counted_twice_; }

  private:
    struct KeyHash {
        std::size_t operator()(const FlowKey& key) const;
    };
    /// A flow at the end of a part that has gone by.
    struct Tail {
        std::size_t part = 0;
        engine::Border* border = nullptr;
    };
    /// What a part has between a flow's ends: packets of its middle, or a flow of its own.
    struct Sequel {
        Moment at;
        engine::Border* head = nullptr;
        engine::EvidenceStore::Index stored = engine::Border::nowhere;
        engine::Border* tail = nullptr;  ///< of a flow that began with a SYN
    };
    using Tails = std::unordered_map<FlowKey, Tail, KeyHash>;
    using Sequels = std::unordered_map<FlowKey, std::vector<Sequel>, KeyHash>;

    void join_shard(std::uint32_t archive, const std::vector<Piece>& pieces, std::size_t shard);
    Sequels sequels(const Piece& piece, std::size_t shard, const Tails& tails);
    /// Goes through what `part` has behind a flow, until another one begins.
    void follow(const FlowKey& key, std::vector<Sequel>& sequels, std::size_t part,
                std::size_t shard, Tails& tails);
    bool take(const FlowKey& key, Sequel& sequel, std::size_t part, std::size_t shard);
    void restore(Tail tail, std::size_t shard);
    void take_head(const FlowKey& key, engine::Border& border, std::size_t part, std::size_t shard);
    bool prepend(const FlowKey& key, const Sequel& sequel, std::size_t part, std::size_t shard);

    std::vector<RecordedRun>& parts_;
    engine::Limits limits_;
    tls::ChainCache chains_;
    std::vector<std::unique_ptr<engine::Shard>> shards_;
    engine::ShardCounts counted_twice_;
};

}  // namespace tlstriage::record
