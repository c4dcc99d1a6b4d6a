// The ways in which decoding a frame can end (outcomes.def).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlstriage::wire {

enum class Outcome : std::uint8_t {
#define OUTCOME(symbol, kind, text) symbol,
#include "wire/outcomes.def"
#undef OUTCOME
};

enum class OutcomeKind : std::uint8_t { used, left_alone, undecodable };

struct OutcomeInfo {
    std::string_view name;
    OutcomeKind kind;
    std::string_view text;
};

constexpr std::array outcome_infos{
#define OUTCOME(symbol, kind, text) OutcomeInfo{#symbol, OutcomeKind::kind, text},
#include "wire/outcomes.def"
#undef OUTCOME
};

/// A counter for each outcome.
using OutcomeCounts = std::array<std::uint64_t, outcome_infos.size()>;

constexpr const OutcomeInfo& info(Outcome outcome) {
    return outcome_infos[static_cast<std::size_t>(outcome)];
}

}  // namespace tlstriage::wire
