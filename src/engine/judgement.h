// The evidence of all flows, joined with what surrounds each of them, and judged.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "engine/archive.h"
#include "engine/carried_history.h"
#include "engine/evidence_store.h"
#include "engine/limits.h"
#include "engine/lookups.h"
#include "engine/parallel.h"
#include "verdict/judge.h"

namespace tlstriage::engine {

/// Everything that a judgement rests on. Borrows the stores.
struct Records {
    std::vector<const EvidenceStore*> ended;
    std::vector<Lookup> lookups;
    std::vector<Archive> archives;  ///< by Evidence::archive
    /// Flows of archive 0 that are not judged, but tell of their servers and clients; by time.
    std::vector<FlowRecord> others;
    /// Lookups first asked for in (names_from, names_until] can get a row of dns.csv.
    Nanoseconds names_from = std::numeric_limits<Nanoseconds>::min();
    Nanoseconds names_until = std::numeric_limits<Nanoseconds>::max();
    const CarriedHistories* carried = nullptr;  ///< take the place of what the archives tell
};

/// Where a judged flow comes from.
struct JudgedBatch {
    std::size_t index = 0;  ///< within its round
    unsigned worker = 0;
};

/// What is borrowed is valid for the call.
struct JudgedFlow {
    const evidence::Evidence& evidence;
    const verdict::ServerHistory& history;
    const verdict::Verdict& verdict;
};

/// Gets the judged flows that have a row, in the order of rows: by start time, file, first frame.
/// They come in rounds of batches; a batch's flows come in order from one thread, a few at a time,
/// the batches of a round in parallel.
struct OnJudged {
    std::function<void(const JudgedBatch&, std::span<const JudgedFlow>)> flows;
    /// A round of `batches` is complete.
    std::function<void(std::size_t batches)> end_round;
    /// May be empty. What is left to do for a complete round: runs beside the flows of the next
    /// one, on one thread, or after the last.
    std::function<void()> after_round{};
};

/// For OnJudged::flows: calls `flow(batch, judged flow)` for each.
template <class Flow>
auto one_by_one(Flow flow) {
    return [flow](const JudgedBatch& batch, std::span<const JudgedFlow> flows) {
        for (const JudgedFlow& judged : flows)
            flow(batch, judged);
    };
}

/// Batches of a round at most, and flows of a batch.
constexpr std::size_t round_batches = 16;
constexpr std::size_t batch_flows = 128;

struct Judgement {
    std::uint64_t rows = 0;
    std::uint64_t without_row = 0;   ///< TCP connections that are no attempt at TLS
    std::vector<NameTrouble> names;  ///< lookups that failed or took long
};

Judgement judge(Records records, const Limits& limits, const Parallel& parallel,
                const OnJudged& on_judged);

}  // namespace tlstriage::engine
