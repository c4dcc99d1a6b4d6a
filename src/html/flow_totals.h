// All flows of a run, counted while they stream by.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "html/flow_sample.h"
#include "html/spans.h"
#include "html/table_reader.h"
#include "html/tally.h"
#include "html/time_line.h"

namespace tlstriage::html {

inline constexpr std::array<std::string_view, 4> outcomes{"ok", "failed", "incomplete", "not_tls"};

/// The steps that have a column, as `slowest_step` names them; and the whole handshake.
inline constexpr std::array<std::string_view, 6> steps{
    "tcp_connect", "client_hello", "server_hello", "certificate", "finished", "handshake"};

struct CauseTotal {
    std::size_t outcome = 0;  ///< place in `outcomes`
    std::string cause;
    std::uint64_t flows = 0;
    Tally reasons;
};

/// How many flows the page may hold, and how many bytes of them.
struct Limits {
    std::size_t troubled = 3000;  ///< failed and incomplete
    std::size_t others = 300;     ///< ok and not_tls
    std::size_t troubled_bytes = std::size_t{6} << 20U;
    std::size_t others_bytes = std::size_t{1} << 20U;
};

/// What one pass over flows.csv leaves behind. All counts are exact.
struct FlowTotals {
    std::uint64_t rows = 0;
    std::array<std::uint64_t, outcomes.size()> by_outcome{};
    std::vector<CauseTotal> causes;  ///< in the order in which they came; series of `time_line`
    TimeLine time_line;
    std::array<Spans, steps.size()> spans;
    std::array<std::uint64_t, steps.size()> slowest{};  ///< flows whose slowest step it is
    Tally versions;
    Tally ciphers;
    Tally groups;
    Tally alpns;
    Tally alerts;
    Tally actors;  ///< of failed flows
    FlowSample troubled;
    FlowSample others;

    explicit FlowTotals(const Limits& limits)
        : troubled(limits.troubled, limits.troubled_bytes),
          others(limits.others, limits.others_bytes) {}
};

/// `pinned`: flow ids that the page wants to show if it can. Throws DamagedFile for rows that are
/// not as `analyze` writes them, and what reading throws.
FlowTotals count_flows(const std::filesystem::path& folder, const Limits& limits,
                       const std::set<std::string, std::less<>>& pinned);

}  // namespace tlstriage::html
