// The commands: each is one file, which defines its options and help and runs it.
#pragma once

#include <CLI/CLI.hpp>

namespace tlstriage::cli {

/// Exit statuses (output.md).
enum Status : int {
    done = 0,
    failed = 1,
    usage = 2,
    lossy = 3,
    failed_flows = 4,
};

/// Each adds its command to `app`; once that is parsed it runs and sets `status`. A command throws
/// CLI::ValidationError for a wrong command line, other exceptions for what ends the run.
void define_analyze(CLI::App& app, int& status);
void define_report(CLI::App& app, int& status);
void define_explain(CLI::App& app, int& status);
void define_carve(CLI::App& app, int& status);
void define_bench(CLI::App& app, int& status);
void define_live(CLI::App& app, int& status);
void define_merge(CLI::App& app, int& status);

}  // namespace tlstriage::cli
