// Flows counted by what happened to them: the model of summary.csv and of the terminal table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/row.h"

namespace tlstriage::report {

/// A line of summary.csv: flows that failed (or not) alike at the same server.
struct SummaryGroup {
    verdict::Outcome outcome = verdict::Outcome::ok;
    verdict::Cause cause = verdict::Cause::none;
    verdict::Word reason = verdict::Word::none;
    verdict::Actor actor = verdict::Actor::none;
    Endpoint server;
    std::string sni;
    std::uint64_t flows = 0;
    double share_of_server = 0;  ///< of all rows with this server endpoint, 0 … 1
    std::uint64_t clients = 0;   ///< distinct client addresses
    Nanoseconds first_seen = 0;  ///< start of the first such flow
    Nanoseconds last_seen = 0;
    std::string alert;  ///< of the example
    std::optional<Nanoseconds> handshake_p50;
    std::optional<Nanoseconds> handshake_p95;
    const engine::JudgedFlow* example = nullptr;  ///< the first such flow
};

/// Groups in the order of summary.csv: most flows first, then by first_seen and cause. Groups with
/// Outcome::ok are part of it. Borrows from `flows`.
std::vector<SummaryGroup> summarise(const std::vector<engine::JudgedFlow>& flows,
                                    const std::vector<std::string>& files);

}  // namespace tlstriage::report
