// tlstriage analyze: options to a plan, the run, its files and its table.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/reading.h"
#include "cli/results.h"
#include "report/files.h"
#include "report/terminal.h"

namespace tlstriage::cli {
namespace {

constexpr auto analyze_examples = R"(
Examples:
  tlstriage analyze capture.pcap
      the table of causes on the terminal, no files
  tlstriage analyze /archive/2026-11-23 -o verdicts
      every capture below the folder, compressed ones too; flows.csv, summary.csv and run.json
      in verdicts/
  tlstriage analyze capture.pcap -o verdicts --trust-store system --crl ca.crl
      certificates checked against this machine's authorities and a revocation list
  ssh router tcpdump -U -w - port 443 | tlstriage analyze - -o verdicts
      from standard input

Exit status: 0 done; 3 some input could not be read whole (the rest was analysed, and the table says
what was lost); 4 flows failed and --fail-on-failed was given; 2 wrong command line; 1 anything else.)";

struct AnalyzeOptions {
    ReadingOptions reading;
    std::filesystem::path output;
    std::string format = "csv";
    std::string color = "auto";
    bool quiet = false;
    bool fail_on_failed = false;
};

bool any_failed(const std::vector<report::SummaryGroup>& groups) {
    return std::ranges::any_of(groups, [](const report::SummaryGroup& group) {
        return group.outcome == verdict::Outcome::failed;
    });
}

int analyze(const AnalyzeOptions& options) {
    const dataplane::RunPlan plan = plan_of(options.reading);
    const auto begin = std::chrono::steady_clock::now();
    const capture::Inputs inputs = collect(options.reading.inputs);
    if (inputs.traces.empty()) {
        fmt::print(stderr, "tlstriage: no capture to read\n");
        return lossy;
    }
    const dataplane::Executor executor(plan.threads);
    dataplane::RunResult result =
        read(plan, inputs, executor, !options.reading.no_progress && !options.quiet);

    report::RunFacts& facts = result.facts;
    const ResultsPlan results{.place = options.output,
                              .format = table_format(options.format),
                              .files = result.files,
                              .also = {}};
    const auto groups = judge(results, result.engine->records(), plan.limits, executor, facts);
    facts.version = TLSTRIAGE_VERSION;
    facts.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    facts.cpu_seconds = cpu_seconds();
    if (!options.output.empty()) report::write_run(options.output, facts);
    if (!options.quiet) {
        fmt::print("{}",
                   report::terminal_table(groups, facts, options.output, style_of(options.color)));
    }
    if (facts.lossy()) return lossy;
    return options.fail_on_failed && any_failed(groups) ? failed_flows : done;
}

}  // namespace

void define_analyze(CLI::App& app, int& status) {
    CLI::App* const command = app.add_subcommand(
        "analyze",
        "Read captures and say for every TLS flow whether its handshake failed, and why");
    command->footer(analyze_examples);
    const auto options = std::make_shared<AnalyzeOptions>();
    define_reading(*command, options->reading);
    command->add_option("-o,--output", options->output,
                        "Folder for the files; none are written without");
    command->add_option("--format", options->format, "Format of the tables")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
    command->add_option("--color", options->color, "Colour of the table")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command->add_flag("-q,--quiet", options->quiet, "No table");
    command->add_flag("--fail-on-failed", options->fail_on_failed,
                      "Exit with 4 when a flow failed");
    command->callback([options, &status] { status = analyze(*options); });
}

}  // namespace tlstriage::cli
