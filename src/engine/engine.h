// All shards of a run, and what joins their evidence into verdicts.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "engine/limits.h"
#include "engine/lookups.h"
#include "engine/shard.h"
#include "verdict/judge.h"
#include "wire/defragmenter.h"

namespace tlstriage::engine {

/// A job of several, and which of the threads runs it: no two jobs of one worker overlap.
using Job = std::function<void(std::size_t index, unsigned worker)>;

/// Runs the jobs 0 … count - 1, in any order and on any threads, and returns when all are done.
using Parallel = std::function<void(std::size_t count, const Job& job)>;

/// One after the other, as worker 0: the plain way.
void run_serially(std::size_t count, const Job& job);

/// Where a judged flow comes from.
struct JudgedBatch {
    std::size_t index = 0;  ///< within its round
    unsigned worker = 0;
};

/// Gets the judged flows that have a row, in the order of rows: by start time, file, first frame.
/// They come in rounds of batches; a batch's flows come in order from one thread, the batches of a
/// round in parallel.
struct OnJudged {
    /// What is borrowed is valid for the call.
    std::function<void(const JudgedBatch&, const evidence::Evidence&, const verdict::Verdict&)>
        flow;
    /// A round of `batches` is complete.
    std::function<void(std::size_t batches)> end_round;
};

/// A group of traces that belong together (output.md, One archive or several).
struct Archive {
    Nanoseconds first_packet = 0;
    Nanoseconds last_packet = 0;
    bool any = false;  ///< it has a packet

    void see(Nanoseconds first, Nanoseconds last);
};

struct Judgement {
    std::uint64_t rows = 0;
    std::uint64_t without_row = 0;   ///< TCP connections that are no attempt at TLS
    std::vector<NameTrouble> names;  ///< lookups that failed or took long
};

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

    /// Batches of a round at most, and flows of a batch.
    static constexpr std::size_t round_batches = 16;
    static constexpr std::size_t batch_flows = 128;

    /// Joins and judges everything, after the last end_archive().
    Judgement judge(const Parallel& parallel, const OnJudged& on_judged);

  private:
    Limits limits_;
    tls::ChainCache chains_;
    std::vector<std::unique_ptr<Shard>> shards_;
    wire::Defragmenter defragmenter_;
    std::vector<Archive> archives_{1};
};

}  // namespace tlstriage::engine
