// All shards of a run, and what joins their evidence into verdicts.
#pragma once

#include <memory>
#include <vector>

#include "engine/archive.h"
#include "engine/judgement.h"
#include "engine/limits.h"
#include "engine/parallel.h"
#include "engine/shard.h"
#include "wire/defragmenter.h"

namespace tlstriage::engine {

/// Feed packets shard by shard (see shard()), close each archive, then judge once.
class Engine {
  public:
    explicit Engine(const Limits& limits);

    /// The shard that a flow hash belongs to.
    static unsigned shard_of(std::uint64_t flow_hash) {
        return static_cast<unsigned>(flow_hash % shard_count);
    }
    [[nodiscard]] Shard& shard(unsigned index) { return *shards_[index]; }
    [[nodiscard]] wire::Defragmenter& defragmenter() { return defragmenter_; }
    [[nodiscard]] Archive& archive() { return archives_.back(); }
    [[nodiscard]] const std::vector<Archive>& archives() const { return archives_; }
    [[nodiscard]] ShardCounts counts() const;

    /// All flows of the current archive end; the next packet begins another one.
    void end_archive(const Parallel& parallel);

    /// What judge() needs, after the last end_archive(); borrows this object.
    [[nodiscard]] Records records() const;
    /// What joins the run to others, by shard.
    [[nodiscard]] const std::vector<Border>& borders(unsigned shard) const {
        return shards_[shard]->borders();
    }
    Judgement judge(const Parallel& parallel, const OnJudged& on_judged) const;

  private:
    Limits limits_;
    tls::ChainCache chains_;
    std::vector<std::unique_ptr<Shard>> shards_;
    wire::Defragmenter defragmenter_;
    std::vector<Archive> archives_{1};
};

}  // namespace tlstriage::engine
