// What has to be known of the chosen flows' frames before the first of them is written.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_set>

#include "carve/belonging.h"
#include "carve/name_plans.h"
#include "carve/trace_merge.h"

namespace tlstriage::carve {

struct Survey {
    /// IP fragments of datagrams that belong to a flow, by trace and frame.
    std::set<std::pair<std::uint32_t, std::uint64_t>> fragments;
    /// Randoms of the flows' ClientHellos, in hex, as key logs name them.
    std::unordered_set<std::string> client_randoms;
};

/// Walks the traces once. Keeps fragments of at most 64 MiB that wait for the rest of theirs.
/// `names`: null, or what gets all segments of the flows, and of resolvers'.
Survey survey(std::span<const TraceToRead> traces, Belonging& belonging, NamePlans* names);

/// The lines of a TLS key log (https://www.ietf.org/archive/id/draft-ietf-tls-keylogfile-02.html)
/// that are about one of these sessions.
std::string lines_about(std::string_view key_log, const std::unordered_set<std::string>& randoms);

}  // namespace tlstriage::carve
