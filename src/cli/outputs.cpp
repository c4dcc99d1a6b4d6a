#include "cli/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/results.h"
#include "report/files.h"
#include "report/terminal.h"

namespace tlstriage::cli {
namespace {

/// The files of a run, as --only and the table name them.
constexpr std::array<std::string_view, 7> file_names{"flows", "summary",  "servers", "certificates",
                                                     "dns",   "evidence", "run"};

std::string written(const OutputOptions& options) {
    std::string list;
    for (const std::string_view file : file_names) {
        if (!options.writes(file)) continue;
        if (!list.empty()) list += ", ";
        list += file;
        if (file == "evidence") list += ".bin";
        if (file == "run") list += ".json";
    }
    return list;
}

bool any_failed(const std::vector<report::SummaryGroup>& groups) {
    return std::ranges::any_of(groups, [](const report::SummaryGroup& group) {
        return group.outcome == verdict::Outcome::failed;
    });
}

}  // namespace

bool OutputOptions::writes(std::string_view file) const {
    if (folder.empty() || (file == "evidence" && no_evidence)) return false;
    return only.empty() || std::ranges::find(only, file) != only.end();
}

void define_output(CLI::App& command, OutputOptions& options) {
    CLI::Option* const folder = command
                                    .add_option("-o,--output", options.folder,
                                                "Folder for the files; none are written without")
                                    ->option_text("DIR");
    command.add_option("--format", options.format, "Format of the tables")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
    command
        .add_option(
            "--only", options.only,
            "Write these files alone: flows, summary, servers, certificates, dns, evidence, "
            "run")
        ->delimiter(',')
        ->check(CLI::IsMember(std::vector<std::string>(file_names.begin(), file_names.end())))
        ->option_text("FILE,...")
        ->needs(folder);
    command.add_flag("--no-evidence", options.no_evidence,
                     "Leave out evidence.bin, with which merge judges again");
    command.add_option("--color", options.color, "Colour of the table")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command.add_flag("-q,--quiet", options.quiet, "No table");
    command.add_flag("--fail-on-failed", options.fail_on_failed, "Exit with 4 when a flow failed");
}

std::vector<report::SummaryGroup> judge(const OutputOptions& options, Judgeable run,
                                        const dataplane::Executor& executor) {
    const ResultsPlan plan{.place = options.folder,
                           .format = table_format(options.format),
                           .files = record::file_names(run.facts),
                           .only = options.only,
                           .also = {}};
    return judge(plan, std::move(run.records), run.limits, executor, run.facts);
}

void write_evidence(const OutputOptions& options, const Recordable& run,
                    const dataplane::Executor& executor) {
    if (!options.writes("evidence")) return;
    record::write_run(options.folder, run.settings, run.facts, run.records, run.borders,
                      executor.parallel());
}

int finish(const OutputOptions& options, const report::RunFacts& facts,
           const std::vector<report::SummaryGroup>& groups) {
    if (options.writes("run")) report::write_run(options.folder, facts);
    if (!options.quiet) {
        fmt::print("{}", report::terminal_table(groups, facts, options.folder, written(options),
                                                style_of(options.color)));
    }
    if (facts.lossy()) return lossy;
    return options.fail_on_failed && any_failed(groups) ? failed_flows : done;
}

}  // namespace tlstriage::cli
