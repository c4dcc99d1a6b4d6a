// tlstriage analyze: options to a plan, the run, its files and its table.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/outputs.h"
#include "cli/reading.h"
#include "cli/results.h"

namespace tlstriage::cli {
namespace {

constexpr auto analyze_examples = R"(
Examples:
  tlstriage analyze capture.pcap
      the table of causes on the terminal, no files
  tlstriage analyze /archive/2026-11-23 -o verdicts
      every capture below the folder, compressed ones too; flows.csv, summary.csv and the
      other files in verdicts/
  tlstriage analyze capture.pcap -o verdicts --trust-store system --crl ca.crl
      certificates checked against this machine's authorities and a revocation list
  ssh router tcpdump -U -w - port 443 | tlstriage analyze - -o verdicts
      from standard input

Exit status: 0 done; 3 some input could not be read whole (the rest was analysed, and the table says
what was lost); 4 flows failed and --fail-on-failed was given; 2 wrong command line; 1 anything
else.)";

struct AnalyzeOptions {
    ReadingOptions reading;
    OutputOptions output;
};

int analyze(const AnalyzeOptions& options) {
    dataplane::RunPlan plan = plan_of(options.reading);
    plan.limits.keep_borders = options.output.writes("evidence");
    const auto begin = std::chrono::steady_clock::now();
    const capture::Inputs inputs = collect(options.reading.inputs);
    if (inputs.traces.empty()) {
        fmt::print(stderr, "tlstriage: no capture to read\n");
        return lossy;
    }
    const dataplane::Executor executor(plan.threads);
    dataplane::RunResult result =
        read(plan, inputs, executor, !options.reading.no_progress && !options.output.quiet);

    report::RunFacts& facts = result.facts;
    const report::RunFacts facts_of_reading = facts;  // judging adds to them meanwhile
    std::vector<report::SummaryGroup> groups;
    const auto record = [&] {
        write_evidence(options.output,
                       {.records = result.engine->records(),
                        .settings = {.grouping = plan.grouping,
                                     .all_flows = plan.limits.all_flows,
                                     .tls_ports = plan.limits.tls_ports},
                        .borders = record::borders_of(*result.engine),
                        .facts = facts_of_reading},
                       executor);
    };
    const auto judge_all = [&] {
        groups = judge(options.output,
                       {.records = result.engine->records(), .limits = plan.limits, .facts = facts},
                       executor);
    };
    // Both have stretches of one thread.
    executor.run(2, [&](std::size_t job, unsigned) { job == 0 ? record() : judge_all(); });
    facts.version = TLSTRIAGE_VERSION;
    facts.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    facts.cpu_seconds = cpu_seconds();
    return finish(options.output, facts, groups);
}

}  // namespace

void define_analyze(CLI::App& app, int& status) {
    CLI::App* const command = app.add_subcommand(
        "analyze",
        "Read captures and say for every TLS flow whether its handshake failed, and why");
    command->footer(analyze_examples);
    const auto options = std::make_shared<AnalyzeOptions>();
    define_reading(*command, options->reading);
    define_output(*command, options->output);
    command->callback([options, &status] { status = analyze(*options); });
}

}  // namespace tlstriage::cli
