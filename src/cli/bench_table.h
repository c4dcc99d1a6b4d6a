// The table of `tlstriage bench`: what each stage costs, beside the limits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cost.h"
#include "report/terminal.h"
#include "verdict/verdict.h"

namespace tlstriage::cli {

/// Verdicts counted.
using Answers = std::map<std::pair<verdict::Outcome, verdict::Cause>, std::uint64_t>;

/// A stage, measured on so many threads: the best of several runs.
struct BenchLine {
    std::string path;  ///< limit, file or live
    std::string stage;
    unsigned threads = 1;
    dataplane::Cost cost;
};

struct BenchFacts {
    std::string version;
    std::string trace;  ///< its name
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::uint64_t captured = 0;  ///< bytes in the packets
    unsigned repeats = 1;
    unsigned runs = 0;  ///< whose answers were compared
    double counter_hz = 0;
    double load = 0;  ///< the machine's load average before the first run
    Answers answers;
    std::vector<std::string> different;  ///< runs with other answers than the first
    std::optional<Answers> truth;        ///< what is right, where that is known

    [[nodiscard]] bool right() const { return different.empty() && (!truth || *truth == answers); }
};

/// The line that all others are compared with: the plain walk over the records, by one thread.
constexpr auto walk_stage = "walk over the records";

/// `lines` in the order in which they are shown; one of them is the walk.
std::string bench_table(const BenchFacts& facts, const std::vector<BenchLine>& lines,
                        const report::TerminalStyle& style);
std::string bench_csv(const BenchFacts& facts, const std::vector<BenchLine>& lines);

/// "AMD EPYC, 2 cores, 24 GiB, Linux 6.1.0".
std::string this_machine();

}  // namespace tlstriage::cli
