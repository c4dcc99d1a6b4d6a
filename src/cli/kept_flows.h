// Judged flows that were asked for, kept for a look at each: the first ones, and how many there
// are.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "engine/judgement.h"

namespace tlstriage::cli {

/// A judged flow, kept. What its evidence points to belongs to the run.
struct KeptFlow {
    evidence::Evidence evidence;
    verdict::Verdict verdict;
    Nanoseconds capture_end = 0;
};

/// Of what engine::judge() gives, in the order of rows. take() may be called as OnJudged::flows is.
class KeptFlows {
  public:
    /// Keeps `most` flows.
    explicit KeptFlows(std::size_t most) : most_(most) {}

    void take(const engine::JudgedBatch& batch, const engine::JudgedFlow& flow);
    void end_round(std::size_t batches);

    [[nodiscard]] const std::deque<KeptFlow>& flows() const { return flows_; }
    /// Those that were not kept, too.
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    struct Part {
        std::vector<KeptFlow> flows;
        std::uint64_t count = 0;
    };

    std::size_t most_;
    std::array<Part, engine::round_batches> parts_;
    std::deque<KeptFlow> flows_;
    std::uint64_t count_ = 0;
};

}  // namespace tlstriage::cli
