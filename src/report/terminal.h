// The table after a run: what failed, where, and what to look at first.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/run_facts.h"
#include "report/summary.h"

namespace tlstriage::report {

struct TerminalStyle {
    bool color = false;
    bool unicode = true;
    unsigned width = 80;  ///< columns
};

/// `folder` is where the files are, empty when none were written; `files` names them.
std::string terminal_table(const std::vector<SummaryGroup>& groups, const RunFacts& facts,
                           const std::filesystem::path& folder, const std::string& files,
                           const TerminalStyle& style);

}  // namespace tlstriage::report
