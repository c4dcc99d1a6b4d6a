// tlstriage merge: several runs into one, judged again from their evidence.
#include "record/merge.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/outputs.h"
#include "cli/quantities.h"
#include "cli/results.h"

namespace tlstriage::cli {
namespace {

constexpr auto merge_examples = R"(
Examples:
  tlstriage merge monday tuesday wednesday -o week
      three runs of analyze, each with the evidence.bin it wrote, as one
  tlstriage merge site-a site-b -o both --only flows,summary
      two tables alone
  tlstriage merge week -o again
      one run judged again, as after an update of tlstriage

Servers' history, lookups and flows go across runs whose captures overlap or follow one another
within ten minutes, as they do across the captures of one run.

Exit status: 0 done; 3 some input of the runs could not be read whole; 4 flows failed and
--fail-on-failed was given; 2 wrong command line; 1 anything else.)";

struct MergeOptions {
    std::vector<std::string> folders;
    std::string threads = "auto";
    OutputOptions output;
};

int merge(const MergeOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const dataplane::Executor executor(parse_threads(options.threads));
    record::Pool pool;
    std::vector<record::RecordedRun> parts;
    std::set<std::filesystem::path> seen;
    for (const std::string& folder : options.folders) {
        // The same run twice is one run.
        if (!seen.insert(std::filesystem::weakly_canonical(folder)).second) continue;
        parts.push_back(record::load_run(folder, pool));
    }
    record::MergedRun run(std::move(parts), pool);
    report::RunFacts& facts = run.facts();
    engine::Limits limits;
    limits.all_flows = run.settings().all_flows;
    limits.tls_ports = run.settings().tls_ports;
    write_evidence(options.output,
                   {.records = run.records(),
                    .settings = run.settings(),
                    .borders = run.borders(),
                    .facts = facts},
                   executor);
    run.join();
    const auto groups = judge(
        options.output, {.records = run.records(), .limits = limits, .facts = facts}, executor);
    facts.version = TLSTRIAGE_VERSION;
    facts.threads = executor.threads();
    facts.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    facts.cpu_seconds = cpu_seconds();
    return finish(options.output, facts, groups);
}

}  // namespace

void define_merge(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("merge", "Make one run of several, without their captures");
    command->footer(merge_examples);
    const auto options = std::make_shared<MergeOptions>();
    command
        ->add_option("DIR", options->folders,
                     "Folders that analyze -o or merge -o wrote, with their evidence.bin")
        ->required();
    define_threads(*command, options->threads);
    define_output(*command, options->output);
    command->callback([options, &status] { status = merge(*options); });
}

}  // namespace tlstriage::cli
