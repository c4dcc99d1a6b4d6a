// tlstriage bench: a trace in memory, replayed through the file path and the live path.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "base/scratch_folder.h"
#include "cli/bench_table.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/quantities.h"
#include "cli/reading.h"
#include "cli/trace_truth.h"
#include "eal.h"
#include "report/files.h"
#include "report/flow_report.h"
#include "ring_replay.h"

namespace tlstriage::cli {
namespace {

constexpr auto bench_examples = R"(
The trace is unpacked into memory first, so that neither disk nor page faults are measured. Then, on
1, 2, 4 ... threads, it goes through
  limit  read() of 1 MiB thrown away, as cat does; the walk over the record headers alone
  file   windows of the trace, as analyze reads them
  live   mbufs in rings, as a port's receive queues hold them; the rings are filled in between, not
         measured
and each stage shows what it costs by itself. All runs must give the same verdicts, and those of
NAME.truth.csv where tracegen left one beside the trace.

Examples:
  tlstriage bench capture.pcap
      the table
  tlstriage bench capture.pcap.zst --threads 1 --repeat 10
      one thread, best of ten runs
  tlstriage bench capture.pcap --csv > bench.csv
      for scripts: a line for each stage

Exit status: 0 done; 1 the verdicts were not the same or not right, or anything else went wrong;
2 wrong command line; 3 the capture is damaged, and its speed says little.)";

constexpr std::size_t other_eal_memory = std::size_t{64} << 20U;

struct BenchOptions {
    std::string input;
    std::string threads = "auto";
    std::string memory = "4G";
    unsigned repeat = 5;
    bool csv = false;
};

/// Keeps the best of several runs of each stage, in the order in which the stages first came.
class Lines {
  public:
    void add(const std::string& path, const std::string& stage, unsigned threads,
             const dataplane::Cost& cost) {
        for (BenchLine& line : lines_) {
            if (line.path != path || line.stage != stage || line.threads != threads) continue;
            line.cost.wall = std::min(line.cost.wall, cost.wall);
            line.cost.cpu = std::min(line.cost.cpu, cost.cpu);
            return;
        }
        lines_.push_back({path, stage, threads, cost});
    }
    [[nodiscard]] const std::vector<BenchLine>& lines() const { return lines_; }

  private:
    std::vector<BenchLine> lines_;
};

class Bench {
  public:
    Bench(const BenchOptions& options, const capture::Input& input)
        : trace_(input), walked_(dataplane::walk_records(trace_)) {
        limits_.memory = parse_memory(options.memory);
        facts_.version = TLSTRIAGE_VERSION;
        facts_.trace = std::filesystem::path(input.name()).filename();
        facts_.bytes = trace_.bytes().size();
        facts_.packets = walked_.frames;
        facts_.captured = walked_.captured;
        facts_.repeats = options.repeat;
        facts_.truth = truth_beside(input.path);
        facts_.counter_hz = dataplane::counter_frequency();
        ::getloadavg(&facts_.load, 1);
        const unsigned most = parse_threads(options.threads);
        for (unsigned threads = 1; threads < most; threads *= 2)
            threads_.push_back(threads);
        threads_.push_back(most);
    }

    [[nodiscard]] bool empty() const { return walked_.frames == 0; }
    [[nodiscard]] bool damaged() const { return !walked_.whole; }
    [[nodiscard]] const BenchFacts& facts() const { return facts_; }
    [[nodiscard]] const std::vector<BenchLine>& lines() const { return lines_.lines(); }

    void run() {
        start_eal();
        for (unsigned i = 0; i < facts_.repeats; ++i) {
            measure_limits();
            for (const unsigned threads : threads_) {
                const dataplane::Executor executor(threads);
                measure_walk(executor);
                measure_file(executor);
            }
            for (const unsigned threads : threads_) {
                const dataplane::Executor executor(threads);
                if (eal_) measure_live(executor);
            }
        }
    }

  private:
    /// Without DPDK the file path is still worth measuring.
    void start_eal() {
        const std::size_t pool =
            dataplane::RingReplay::pool_bytes(threads_.back(), walked_.longest_frame);
        try {
            eal_.emplace(static_cast<unsigned>((pool + other_eal_memory) >> 20U));
        } catch (const std::runtime_error& error) {
            fmt::print(stderr, "tlstriage: the live path is left out: {}\n", error.what());
        }
    }

    void measure_limits() {
        dataplane::Cost read;
        {
            const dataplane::Timed timed(read);
            if (trace_.read_through() != facts_.bytes) throw std::runtime_error("read() failed");
        }
        lines_.add("limit", "read() of 1 MiB (cat)", 1, read);
        dataplane::Cost walk;
        {
            const dataplane::Timed timed(walk);
            dataplane::walk_records(trace_);
        }
        lines_.add("limit", walk_stage, 1, walk);
    }

    void measure_walk(const dataplane::Executor& executor) {
        dataplane::Cost walk;
        std::uint64_t frames = 0;
        {
            const dataplane::Timed timed(walk);
            frames = dataplane::walk_interleaved(trace_, executor);
        }
        // Where a cut was guessed wrong, this says nothing.
        if (frames == walked_.frames) {
            lines_.add("limit", "walk, chains interleaved", executor.threads(), walk);
        }
    }

    void measure_file(const dataplane::Executor& executor) {
        engine::Engine engine(limits_);
        const auto costs = dataplane::replay_file(trace_, engine, executor);
        measure_rest("file", "walk, decode, scatter", costs, engine, executor);
    }

    void measure_live(const dataplane::Executor& executor) {
        dataplane::RingReplay rings(trace_, executor.threads(), walked_.longest_frame);
        engine::Engine engine(limits_);
        const auto costs = rings.run(engine, executor);
        measure_rest("live", "poll, decode, scatter", costs, engine, executor);
    }

    /// The judgement and the files, alike on both paths.
    void measure_rest(const std::string& path, const std::string& first_stage,
                      const dataplane::ReplayCosts& costs, engine::Engine& engine,
                      const dataplane::Executor& executor) {
        const unsigned threads = executor.threads();
        dataplane::Cost judge;
        {
            const dataplane::Timed timed(judge);
            engine.judge(executor.parallel(), {.flows = [](const engine::JudgedBatch&,
                                                           std::span<const engine::JudgedFlow>) {},
                                               .end_round = [](std::size_t) {}});
        }
        dataplane::Cost judge_and_write;
        compare(write(engine, executor, judge_and_write),
                fmt::format("{}, {} thread{}", path, threads, threads == 1 ? "" : "s"));
        lines_.add(path, first_stage, threads, costs.scatter);
        lines_.add(path, "shards", threads, costs.shards);
        lines_.add(path, "judge", threads, judge);
        lines_.add(path, "judge and write", threads, judge_and_write);
        dataplane::Cost whole = costs.scatter;
        whole += costs.shards;
        whole += judge_and_write;
        lines_.add(path, "whole", threads, whole);
    }

    /// Judges and writes all tables; returns the verdicts, counted.
    Answers write(engine::Engine& engine, const dataplane::Executor& executor,
                  dataplane::Cost& cost) {
        const ScratchFolder folder;
        const dataplane::Timed timed(cost);
        report::FlowReport flows(names_, folder.path(), report::TableFormat::csv,
                                 executor.threads());
        const auto judgement = engine.judge(executor.parallel(), flows.handlers());
        const auto groups = flows.finish();
        report::write_summary(folder.path(), report::TableFormat::csv, groups, names_);
        report::write_servers(folder.path(), report::TableFormat::csv, flows.inventory());
        report::write_certificates(folder.path(), report::TableFormat::csv, flows.inventory(), 0);
        report::write_names(folder.path(), report::TableFormat::csv, judgement.names, names_);
        Answers answers;
        for (const report::SummaryGroup& group : groups)
            answers[{group.outcome, group.cause}] += group.flows;
        return answers;
    }

    void compare(const Answers& answers, const std::string& run) {
        if (facts_.runs++ == 0) facts_.answers = answers;
        if (answers != facts_.answers &&
            std::ranges::find(facts_.different, run) == facts_.different.end()) {
            facts_.different.push_back(run);
        }
    }

    dataplane::MemoryTrace trace_;
    dataplane::WalkedRecords walked_;
    engine::Limits limits_;
    BenchFacts facts_;
    std::vector<unsigned> threads_;
    std::optional<dataplane::Eal> eal_;
    std::vector<std::string> names_{"trace"};
    Lines lines_;
};

int bench(const BenchOptions& options) {
    const capture::Inputs inputs = collect({options.input});
    if (inputs.traces.size() != 1) {
        fmt::print(stderr, "tlstriage: bench replays one capture; here are {}\n",
                   inputs.traces.size());
        return inputs.traces.empty() ? lossy : usage;
    }
    Bench bench(options, inputs.traces.front().input);
    if (bench.empty()) {
        fmt::print(stderr, "tlstriage: no packet to replay\n");
        return lossy;
    }
    bench.run();
    std::vector<BenchLine> lines = bench.lines();
    // Limits first, then each path by threads.
    std::ranges::stable_sort(lines, {}, [](const BenchLine& line) {
        return line.path == "limit" ? 0 : line.path == "file" ? 1 : 2;
    });
    fmt::print("{}", options.csv ? bench_csv(bench.facts(), lines)
                                 : bench_table(bench.facts(), lines, style_of("auto")));
    if (!bench.facts().right()) return failed;
    return bench.damaged() ? lossy : done;
}

}  // namespace

void define_bench(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("bench", "Replay a capture from memory and say what each stage costs");
    command->footer(bench_examples);
    const auto options = std::make_shared<BenchOptions>();
    command->add_option("INPUT", options->input, "One capture, plain or compressed")->required();
    command
        ->add_option("--threads", options->threads,
                     "Measure on 1, 2, 4 ... up to so many threads, or auto for all cores")
        ->option_text("N")
        ->capture_default_str();
    command
        ->add_option("--repeat", options->repeat, "Runs of everything, 1 to 1000; the best counts")
        ->option_text("N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        ->add_option("--memory", options->memory,
                     "Bytes for flow tables and handshake buffers, with K, M or G")
        ->option_text("BYTES")
        ->capture_default_str();
    command->add_flag("--csv", options->csv, "Comma-separated values instead of the table");
    command->callback([options, &status] { status = bench(*options); });
}

}  // namespace tlstriage::cli
