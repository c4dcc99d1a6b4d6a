// A whole run in this process, with its flows.csv as a reader of the file sees it.
#pragma once

#include <string>
#include <vector>

#include "run.h"
#include "support/csv.h"

namespace tlstriage::test {

struct Analysis {
    dataplane::RunResult result;
    std::string csv;  ///< the bytes of flows.csv
    CsvTable flows;
};

/// Analyses files or folders. One thread unless `plan` says otherwise, or, for one that does not,
/// TLSTRIAGE_THREADS (tools/check_sanitizers).
Analysis analyse(const std::vector<std::string>& inputs, const dataplane::RunPlan& plan = {});

/// Rows of a flows.csv without a column: for runs that can't agree on it.
std::vector<CsvTable::Row> rows_without(const CsvTable& table, const std::string& column);

}  // namespace tlstriage::test
