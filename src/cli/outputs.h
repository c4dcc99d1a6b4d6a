// What every command that judges a run has in common: which files it writes, and the table.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "executor.h"
#include "record/run_record.h"
#include "report/run_facts.h"
#include "report/summary.h"

namespace tlstriage::cli {

/// As typed.
struct OutputOptions {
    std::filesystem::path folder;  ///< empty: no files
    std::string format = "csv";
    std::vector<std::string> only;  ///< files to write; empty: all
    std::string color = "auto";
    bool no_evidence = false;
    bool quiet = false;
    bool fail_on_failed = false;

    [[nodiscard]] bool writes(std::string_view file) const;
};

/// The options of OutputOptions, for a command.
void define_output(CLI::App& command, OutputOptions& options);

/// What to judge, and how.
struct Judgeable {
    engine::Records records;
    engine::Limits limits;
    report::RunFacts& facts;  ///< gets what judging counts
};

/// What evidence.bin is to hold.
struct Recordable {
    engine::Records records;
    record::Settings settings;
    std::vector<record::BorderPlace> borders;
    const report::RunFacts& facts;
};

/// Writes evidence.bin where it is wanted.
void write_evidence(const OutputOptions& options, const Recordable& run,
                    const dataplane::Executor& executor);

/// Judges, writes the tables, and returns the groups of the summary.
std::vector<report::SummaryGroup> judge(const OutputOptions& options, Judgeable run,
                                        const dataplane::Executor& executor);

/// Writes run.json, says the table, and returns the exit status.
int finish(const OutputOptions& options, const report::RunFacts& facts,
           const std::vector<report::SummaryGroup>& groups);

}  // namespace tlstriage::cli
