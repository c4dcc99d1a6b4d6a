// tlstriage live: ports polled for hours, a finished set of files every window.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/live_remarks.h"
#include "cli/live_view.h"
#include "cli/privileges.h"
#include "cli/quantities.h"
#include "cli/reading.h"
#include "cli/results.h"
#include "cli/window_writer.h"
#include "live_run.h"
#include "report/safe_text.h"
#include "report/terminal.h"

namespace tlstriage::cli {
namespace {

constexpr auto live_examples = R"(
Examples:
  tlstriage live --port eth1 -o verdicts
      what a mirror port brings to a network interface (through DPDK's net_af_packet, as root or
      with CAP_NET_RAW); a folder with all files in verdicts/ every minute
  tlstriage live --port eth1 --port eth2 -o verdicts --every 5m --keep 288 --user tlstriage
      two taps, a day's worth of windows, and no rights once the ports are open
  tlstriage live --port 0000:3b:00.0 -o verdicts -- -l 2-5 --in-memory
      a network card bound to vfio-pci, in hugepages, polled on cores 3 to 5
  tlstriage live --port eth1 -o verdicts --metrics 127.0.0.1:9464
      with counters for Prometheus; on a terminal, a line says how it goes
  tlstriage live --port net_pcap0,rx_pcap=capture.pcap --stop-idle 1s -o verdicts
      a capture as if it came from a port

SIGUSR1 ends the window at once; SIGINT and SIGTERM end the run, with a last window.
What stands behind -- goes to DPDK's EAL.
Exit status: 0 done; 2 wrong command line; 1 anything else, among it windows that could not be
written.)";

/// Of windows that wait for the disk.
constexpr std::size_t most_waiting_bytes = std::size_t{512} << 20U;
constexpr unsigned most_pollers = 64;

struct LiveOptions {
    std::vector<std::string> ports;
    std::vector<std::string> eal;
    JudgingOptions judging;
    std::filesystem::path output;
    std::string format = "csv";
    std::string every = "60s";
    std::string idle_timeout = "120s";
    std::string duration;
    std::string stop_idle;
    std::string user;
    std::size_t keep = 0;
    unsigned pollers = 0;
    unsigned slots = 128;
    std::string metrics;
    std::string color = "auto";
    bool quiet = false;
};

// Signal handlers reach nothing else.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
dataplane::LiveControl control;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int signal) {
    (signal == SIGUSR1 ? control.end_window : control.stop) = true;
}

void install_handlers() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1})
        ::sigaction(signal, &action, nullptr);
}

dataplane::LivePlan plan_of(const LiveOptions& options) {
    dataplane::LivePlan plan;
    plan.ports = options.ports;
    plan.eal_options = options.eal;
    if (!options.eal.empty() && !options.eal.front().starts_with('-')) {
        throw CLI::ValidationError(
            fmt::format("{}: is no option of EAL (ports are given by --port)", options.eal[0]));
    }
    plan.limits = limits_of(options.judging);
    plan.pollers = options.pollers;
    plan.slots = options.slots;
    plan.every = parse_span("--every", options.every);
    plan.idle_timeout = parse_span("--idle-timeout", options.idle_timeout);
    if (!options.duration.empty()) plan.duration = parse_span("--duration", options.duration);
    if (!options.stop_idle.empty()) plan.stop_idle = parse_span("--stop-idle", options.stop_idle);
    return plan;
}

ViewPlan view_plan(const LiveOptions& options, unsigned judging_threads) {
    ViewPlan plan{.metrics = {}, .status_line = !options.quiet, .workers = judging_threads};
    if (!options.metrics.empty()) plan.metrics = parse_listen_address(options.metrics);
    return plan;
}

void say(const std::vector<std::string>& remarks) {
    for (const std::string& remark : remarks)
        fmt::print(stderr, "tlstriage: {}\n", report::printable(remark));
}

/// A window's way from the engine to the disk and the terminal.
class Windows {
  public:
    Windows(const LiveOptions& options, const dataplane::LivePlan& plan,
            const dataplane::Executor& executor, dataplane::LiveCounts& counts, LiveView& view)
        : options_(options), plan_(plan), executor_(executor), counts_(counts), view_(view) {
        if (!options.output.empty())
            writer_.emplace(options.output, options.keep, most_waiting_bytes, counts);
    }

    void judge_and_write(dataplane::LiveWindow& window) {
        report::FilesInMemory files;
        const ResultsPlan results{
            .place = writer_ ? report::Place(files) : report::Place(),
            .format = table_format(options_.format),
            .files = {},
            .only = {},
            .also = engine::one_by_one(
                [this](const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
                    view_.add(batch, flow);
                })};
        report::RunFacts& facts = window.facts;
        const auto groups =
            judge(results, std::move(window.records), plan_.limits, executor_, facts);
        facts.version = TLSTRIAGE_VERSION;
        facts.cpu_seconds = cpu_seconds();
        facts.live->windows_lost = counts_.windows_lost.get();
        view_.end_window(window.end);
        view_.print([&] {
            say(remarks_.about(facts));
            if (options_.quiet) return;
            fmt::print("{}\n",
                       report::terminal_table(groups, facts, {}, {}, style_of(options_.color)));
            std::fflush(stdout);
        });
        if (!writer_) return;
        report::write_run(results.place, facts);
        writer_->add(report::window_name(window.begin, window.end), std::move(files));
    }

    /// Whether all were written.
    bool finish() { return !writer_ || writer_->finish(); }

  private:
    const LiveOptions& options_;
    const dataplane::LivePlan& plan_;
    const dataplane::Executor& executor_;
    dataplane::LiveCounts& counts_;
    LiveView& view_;
    LiveRemarks remarks_;
    std::optional<WindowWriter> writer_;
};

int live(const LiveOptions& options) {
    const dataplane::LivePlan plan = plan_of(options);
    const unsigned threads = parse_threads(options.judging.threads);
    install_handlers();
    // Windows are judged while the next one is analysed: each with threads of its own.
    const dataplane::Executor analysis(threads);
    const dataplane::Executor judging(threads);
    dataplane::LiveRun run(plan, analysis);
    say(run.remarks());
    drop_privileges(options.user);
    LiveView view(run.counts(), view_plan(options, threads));
    if (view.metrics_port() != 0) {
        fmt::print(stderr, "tlstriage: metrics on port {}\n", view.metrics_port());
    }
    Windows windows(options, plan, judging, run.counts(), view);
    run.run(control, [&](dataplane::LiveWindow& window) { windows.judge_and_write(window); });
    return windows.finish() ? done : failed;
}

void define_windows(CLI::App& command, LiveOptions& options) {
    command
        .add_option("-o,--output", options.output,
                    "Folder that gets a folder for each window; none is written without")
        ->option_text("DIR");
    command.add_option("--every", options.every, "Length of a window (30s, 5m, 1h)")
        ->option_text("TIME")
        ->capture_default_str();
    command.add_option("--keep", options.keep, "Windows that stay, the newest; 0: all")
        ->option_text("N")
        ->capture_default_str();
    command
        .add_option("--idle-timeout", options.idle_timeout,
                    "A flow is over when it was silent for so long")
        ->option_text("TIME")
        ->capture_default_str();
    command.add_option("--duration", options.duration, "End the run after so long")
        ->option_text("TIME");
    command
        .add_option("--stop-idle", options.stop_idle,
                    "End the run when no frame came for so long: for recordings")
        ->option_text("TIME");
    command.add_option("--format", options.format, "Format of the tables")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
}

}  // namespace

void define_live(CLI::App& app, int& status) {
    CLI::App* const command = app.add_subcommand(
        "live", "Poll ports, and say in windows of time which TLS handshakes failed, and why");
    command->footer(live_examples);
    const auto options = std::make_shared<LiveOptions>();
    command
        ->add_option("--port", options->ports,
                     "Network interface, PCI address or virtual device of DPDK (net_tap0,iface=t0) "
                     "to receive from; may be given several times")
        ->option_text("ID")
        ->allow_extra_args(false)
        ->required();
    command->add_option("EAL", options->eal, "Options of DPDK's EAL, behind --");
    define_windows(*command, *options);
    define_judging(*command, options->judging);
    command
        ->add_option(
            "--pollers", options->pollers,
            fmt::format("Threads that poll, and receive queues of a device that has several, {} at "
                        "most; 0: one, or as many as EAL has worker cores (-l)",
                        most_pollers))
        ->option_text("N")
        ->check(CLI::Range(0U, most_pollers))
        ->capture_default_str();
    command
        ->add_option("--slots", options->slots,
                     "Batches of 512 frames that may wait for the analysis, a queue; 8 to 4096")
        ->option_text("N")
        ->check(CLI::Range(8U, 4096U))
        ->capture_default_str();
    command
        ->add_option("--user", options->user,
                     "Become this user once the ports are open; all other rights are given up "
                     "in any case")
        ->option_text("NAME");
    command->add_option("--color", options->color, "Colour of the table")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command
        ->add_option("--metrics", options->metrics,
                     "Serve counters for Prometheus at http://ADDRESS/metrics; a port alone is one "
                     "of loopback, and 0 any that is free")
        ->option_text("ADDRESS");
    command->add_flag("-q,--quiet", options->quiet,
                      "No table after each window, and no status line");
    command->callback([options, &status] { status = live(*options); });
}

}  // namespace tlstriage::cli
