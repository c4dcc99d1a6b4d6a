// What every command that reads captures has in common: which ones, and how.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "run.h"

namespace tlstriage::cli {

/// As typed: what any analysis is told, of files or live.
struct JudgingOptions {
    std::string threads = "auto";
    std::string memory = "4G";
    std::vector<std::uint16_t> tls_ports;
    std::string trust_store;
    std::vector<std::string> revocation_lists;
    bool all_flows = false;
};

/// As typed.
struct ReadingOptions {
    std::vector<std::string> inputs;
    JudgingOptions judging;
    std::string pmd;
    bool one_archive = false;
    bool separate = false;
    bool stream = false;
    bool no_progress = false;
};

/// The options of JudgingOptions, for a command.
void define_judging(CLI::App& command, JudgingOptions& options);

/// Throws CLI::ValidationError, or what reading a trust store throws.
engine::Limits limits_of(const JudgingOptions& options);

/// INPUT and the options of ReadingOptions, for a command.
void define_reading(CLI::App& command, ReadingOptions& options);

/// Throws CLI::ValidationError, or what reading a trust store throws.
dataplane::RunPlan plan_of(const ReadingOptions& options);

/// What was typed to traces in order; problems are said on standard error at once.
capture::Inputs collect(const std::vector<std::string>& typed);

/// dataplane::run() under a progress bar.
dataplane::RunResult read(const dataplane::RunPlan& plan, const capture::Inputs& inputs,
                          const dataplane::Executor& executor, bool progress_bar);

}  // namespace tlstriage::cli
