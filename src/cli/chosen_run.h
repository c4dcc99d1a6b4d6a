// The chosen flows of a finished run as a run of their own.
#pragma once

#include <cstdint>
#include <filesystem>

#include "cli/selection.h"
#include "executor.h"

namespace tlstriage::cli {

struct ChosenRun {
    std::uint64_t flows = 0;
    std::uint64_t of = 0;  ///< flows of the run
};

/// Judges the run in `folder` again, from its evidence.bin, and writes into `to` the tables and the
/// run.json of the chosen flows. Of the lookups, those that led to them. Throws what load_run() and
/// selection_of() throw, and std::system_error.
ChosenRun write_chosen(const std::filesystem::path& folder, const SelectionOptions& options,
                       const std::filesystem::path& to, const dataplane::Executor& executor);

}  // namespace tlstriage::cli
