// The verdicts that a generated trace should give, from the truth that tracegen wrote beside it.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/bench_table.h"

namespace tlstriage::cli {

/// Of NAME.truth.csv beside NAME.pcap. Empty where there is none, or where it leaves the outcome or
/// cause of a flow open.
std::optional<Answers> truth_beside(const std::filesystem::path& trace);

}  // namespace tlstriage::cli
