// From what a run read to verdicts and files, for every command that judges.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/judgement.h"
#include "executor.h"
#include "report/files.h"
#include "report/run_facts.h"
#include "report/summary.h"

namespace tlstriage::cli {

struct ResultsPlan {
    report::Place place;  ///< of the files; none are written without
    report::TableFormat format = report::TableFormat::csv;
    std::vector<std::string> files;  ///< names of the traces, by Evidence::file; none when live
    std::vector<std::string> only;   ///< tables to write, as OutputOptions has them; empty: all
    /// Gets every judged flow too, as engine::OnJudged::flows does. May be empty.
    std::function<void(const engine::JudgedBatch&, std::span<const engine::JudgedFlow>)> also;
};

/// "csv" or "jsonl".
report::TableFormat table_format(const std::string& word);

/// Judges `records` and writes the tables, all but run.json; counts rows and names in `facts`.
/// Returns the groups of summary.csv. Throws std::system_error.
std::vector<report::SummaryGroup> judge(const ResultsPlan& plan, engine::Records records,
                                        const engine::Limits& limits,
                                        const dataplane::Executor& executor,
                                        report::RunFacts& facts);

/// Of this process so far, user and system.
double cpu_seconds();

}  // namespace tlstriage::cli
