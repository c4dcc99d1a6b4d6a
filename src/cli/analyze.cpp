// tlstriage analyze: options to a plan, the run, its files and its table.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cli/options.h"
#include "cli/progress.h"
#include "report/files.h"
#include "report/flow_report.h"
#include "report/safe_text.h"
#include "report/terminal.h"
#include "run.h"

namespace tlstriage::cli {
namespace {

constexpr unsigned max_threads = 256;
constexpr std::size_t least_memory = std::size_t{16} << 20U;

[[noreturn]] void refuse(const std::string& reason) {
    throw CLI::ValidationError(reason);
}

unsigned parse_threads(const std::string& text) {
    if (text == "auto") return std::max(1U, std::thread::hardware_concurrency());
    char* end = nullptr;
    const unsigned long count = std::strtoul(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || count < 1 || count > max_threads) {
        refuse(fmt::format("--threads: {} is neither auto nor a number from 1 to {}", text,
                           max_threads));
    }
    return static_cast<unsigned>(count);
}

std::size_t parse_memory(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string unit = end;
    const unsigned shift = unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : 0;
    const double bytes = number * static_cast<double>(std::size_t{1} << shift);
    if (end == text.c_str() || (shift == 0 && !unit.empty()) || !(bytes >= least_memory) ||
        bytes > 1e15) {
        refuse(fmt::format("--memory: {} is no size of at least 16M (try 512M or 4G)", text));
    }
    return static_cast<std::size_t>(bytes);
}

dataplane::RunPlan plan_of(const AnalyzeOptions& options) {
    dataplane::RunPlan plan;
    plan.threads = parse_threads(options.threads);
    plan.limits.memory = parse_memory(options.memory);
    plan.limits.all_flows = options.all_flows;
    if (!options.tls_ports.empty()) {
        plan.limits.tls_ports.reset();
        for (const std::uint16_t port : options.tls_ports)
            plan.limits.tls_ports.set(port);
    }
    if (!options.trust_store.empty() || !options.revocation_lists.empty()) {
        plan.limits.trust =
            std::make_shared<const tls::TrustStore>(options.trust_store, options.revocation_lists);
    }
    plan.grouping = options.one_archive ? dataplane::Grouping::one_archive
                    : options.separate  ? dataplane::Grouping::separate
                                        : dataplane::Grouping::by_time;
    plan.pcap_port = options.pmd == "pcap";
    plan.map = !options.stream;
    return plan;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto in_seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

report::TerminalStyle style_of(const AnalyzeOptions& options) {
    report::TerminalStyle style;
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    const char* no_color = std::getenv("NO_COLOR");
    style.color = options.color == "always" || (options.color == "auto" && terminal &&
                                                (no_color == nullptr || *no_color == '\0'));
    winsize size{};
    if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60) {
        style.width = std::min<unsigned>(size.ws_col, 120);
    }
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string_view locale = value;
        style.unicode = locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
        return style;
    }
    style.unicode = false;
    return style;
}

/// Judges what was read, and writes the tables.
std::vector<report::SummaryGroup> judge(const AnalyzeOptions& options, dataplane::RunResult& result,
                                        const dataplane::Executor& executor) {
    const auto format =
        options.format == "csv" ? report::TableFormat::csv : report::TableFormat::jsonl;
    report::FlowReport flows(result.files, options.output, format, executor.threads());
    const engine::Judgement judgement = result.engine->judge(executor.parallel(), flows.handlers());
    result.facts.rows = judgement.rows;
    result.facts.without_row = judgement.without_row;
    for (const engine::NameTrouble& trouble : judgement.names)
        ++(trouble.failed ? result.facts.names_failed : result.facts.names_slow);
    auto groups = flows.finish();
    if (!options.output.empty()) {
        report::write_summary(options.output, format, groups, result.files);
        report::write_inventory(options.output, format, flows.inventory(),
                                result.facts.capture_last);
        report::write_names(options.output, format, judgement.names, result.files);
    }
    return groups;
}

bool any_failed(const std::vector<report::SummaryGroup>& groups) {
    return std::ranges::any_of(groups, [](const report::SummaryGroup& group) {
        return group.outcome == verdict::Outcome::failed;
    });
}

capture::Inputs collect(const AnalyzeOptions& options) {
    capture::Inputs inputs = capture::collect(options.inputs);
    for (const capture::Problem& problem : inputs.problems) {
        fmt::print(stderr, "tlstriage: {}: {}\n", report::printable(problem.path),
                   report::printable(problem.reason));
    }
    return inputs;
}

}  // namespace

int analyze(const AnalyzeOptions& options) {
    const dataplane::RunPlan plan = plan_of(options);
    const auto begin = std::chrono::steady_clock::now();
    const capture::Inputs inputs = collect(options);
    if (inputs.traces.empty()) {
        fmt::print(stderr, "tlstriage: no capture to read\n");
        return lossy;
    }
    std::uint64_t stored = 0;
    for (const capture::Trace& trace : inputs.traces)
        stored += trace.stored_size;
    Progress progress(stored, !options.no_progress && !options.quiet);
    const dataplane::Executor executor(plan.threads);
    dataplane::RunResult result = dataplane::run(
        plan, inputs, executor, [&](std::uint64_t bytes) { progress.update(bytes); });
    progress.wipe();

    const auto groups = judge(options, result, executor);
    report::RunFacts& facts = result.facts;
    facts.version = TLSTRIAGE_VERSION;
    facts.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    facts.cpu_seconds = cpu_seconds();
    if (!options.output.empty()) report::write_run(options.output, facts);
    if (!options.quiet) {
        fmt::print("{}", report::terminal_table(groups, facts, options.output, style_of(options)));
    }
    if (facts.lossy()) return lossy;
    return options.fail_on_failed && any_failed(groups) ? failed_flows : done;
}

}  // namespace tlstriage::cli
