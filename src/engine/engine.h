// All shards of a run, and what joins their evidence into verdicts.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "engine/archive.h"
#include "engine/judgement.h"
#include "engine/limits.h"
#include "engine/parallel.h"
#include "engine/period.h"
#include "engine/recollection.h"
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
    [[nodiscard]] const wire::Defragmenter& defragmenter() const { return defragmenter_; }
    [[nodiscard]] Archive& archive() { return archives_.back(); }
    /// What captures tell of surroundings that they lack.
    [[nodiscard]] CarriedHistories& carried() { return carried_; }
    [[nodiscard]] const std::vector<Archive>& archives() const { return archives_; }
    [[nodiscard]] ShardCounts counts() const;

    /// All flows of the current archive end; the next packet begins another one.
    void end_archive(const Parallel& parallel);

    /// What judge() needs, after the last end_archive(); borrows this object.
    [[nodiscard]] Records records() const;
    Judgement judge(const Parallel& parallel, const OnJudged& on_judged);

    /// Live, in place of end_archive(): flows that are over leave. What judging them needs, and
    /// what earlier flows tell; borrows this object until forget_period(). Packets may be consumed
    /// meanwhile.
    Records end_period(const PeriodEnd& end, const Parallel& parallel);
    /// They are judged. What is known of them fades away.
    void forget_period();
    [[nodiscard]] const Limits& limits() const { return limits_; }
    [[nodiscard]] std::size_t open_flows() const;
    /// What joins the run to others, by shard.
    [[nodiscard]] const std::vector<Border>& borders(unsigned shard) const {
        return shards_[shard]->borders();
    }

  private:
    void sweep_caches();

    Limits limits_;
    tls::ChainCache chains_;
    std::vector<std::unique_ptr<Shard>> shards_;
    wire::Defragmenter defragmenter_;
    std::vector<Archive> archives_{1};
    Recollection recollection_;
    PeriodEnd period_;        ///< the last one
    std::size_t cached_ = 0;  ///< shapes and certificates that the last sweep left
    Nanoseconds names_reported_ = std::numeric_limits<Nanoseconds>::min();  ///< up to there
    CarriedHistories carried_;
};

}  // namespace tlstriage::engine
