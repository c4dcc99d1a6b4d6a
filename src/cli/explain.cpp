// tlstriage explain: a flow as a ladder.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <system_error>

#include "capture/record_reader.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/focused_reading.h"
#include "cli/kept_flows.h"
#include "cli/quantities.h"
#include "cli/read_twice.h"
#include "cli/reading.h"
#include "cli/selection.h"
#include "ladder/frames.h"
#include "ladder/json.h"
#include "ladder/terminal.h"
#include "record/merge.h"
#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

constexpr auto explain_examples = R"(
Without a choice: the flows that failed, or all where none did.

Examples:
  tlstriage explain capture.pcap --flow 9f483a45a8312174
      that flow as a ladder, with the verdict, what else it may be and what to check next
  tlstriage explain capture.pcap --frame 21
      the flow that frame 21 is about, a lookup or an ICMP error too
  tlstriage explain /archive/2026-11-23 --where 'cause=certificate_*,sni=*.example.com' --limit 10
      the first ten flows that it holds for
  tlstriage explain verdicts --cause server_silent
      from the evidence.bin of a finished run, without its captures: steps, but not every frame
  tlstriage explain capture.pcap --client 192.0.2.2 --json | jq '.flows[].row.explanation'
      for programs

Exit status: 0 done; 1 no such flow, or anything else; 2 wrong command line; 3 some input could not
be read whole.)";

constexpr std::size_t usual_limit = 3;
/// Flows whose frames are looked for in one walk.
constexpr std::size_t flows_of_a_walk = 1024;

struct ExplainOptions {
    ReadingOptions reading;
    SelectionOptions selection;
    std::string color = "auto";
    std::size_t limit = usual_limit;
    unsigned width = 0;
    bool all = false;
    bool json = false;

    [[nodiscard]] std::size_t most() const {
        return all ? std::numeric_limits<std::size_t>::max() : limit;
    }
};

/// Judges all flows of a run.
using Judge = std::function<void(const engine::OnJudged&)>;

/// The flows that are meant: without a choice those that failed, or all. `sure` becomes false where
/// what was not analysed in a reading with `focus` may change a verdict.
KeptFlows choose(const ExplainOptions& options, const report::Selection& selection,
                 const std::vector<std::string>& files, const Judge& judge,
                 const engine::Focus* focus, std::atomic<bool>& sure) {
    KeptFlows meant(options.most());
    KeptFlows failed(options.most());
    const auto on_flow = [&](const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
        const report::Row row{flow.evidence, flow.verdict, files, report::measure(flow.evidence)};
        if (!selection.matches(row)) return;
        if (focus != nullptr && focus->rests_on_others(flow)) sure = false;
        meant.take(batch, flow);
        if (flow.verdict.outcome == verdict::Outcome::failed) failed.take(batch, flow);
    };
    const auto end_round = [&](std::size_t batches) {
        meant.end_round(batches);
        failed.end_round(batches);
    };
    judge({.flows = engine::one_by_one(on_flow), .end_round = end_round});
    return selection.empty() && failed.count() > 0 ? std::move(failed) : std::move(meant);
}

/// Reads the traces again for the frames of these flows; at their places alone, where those are
/// known.
std::vector<ladder::FlowFrames> find_frames(std::span<const KeptFlow* const> flows,
                                            const capture::Inputs& inputs,
                                            const dataplane::RunResult& result) {
    std::vector<ladder::FrameCollector::Flow> wanted;
    wanted.reserve(flows.size());
    for (const KeptFlow* flow : flows)
        wanted.push_back({&flow->evidence, &flow->verdict});
    ladder::FrameCollector collector(wanted);
    for (std::uint32_t file = 0; file < inputs.traces.size(); ++file) {
        const capture::Trace& trace = inputs.traces[file];
        const std::uint32_t archive = result.facts.traces[file].archive;
        if (!trace.first_packet || !collector.wants(archive, *trace.first_packet)) continue;
        collector.begin_file(file, archive);
        try {
            const auto& places = result.places[file];
            capture::RecordReader reader =
                places ? capture::RecordReader(capture::open(trace.input), *places)
                       : capture::RecordReader(capture::open(trace.input));
            while (reader.next() && collector.take(reader.record(), reader.frame())) {
            }
        } catch (const std::system_error& error) {
            fmt::print(stderr, "tlstriage: {}\n", report::printable(error.what()));
        }
    }
    return collector.finish();
}

std::string carve_command(const std::vector<std::string>& typed, const KeptFlow& flow) {
    const std::string id = report::flow_id(flow.evidence);
    std::string command = "tlstriage carve";
    for (const std::string& input : typed)
        command += " " + shell_word(input);
    return fmt::format("{} --flow {} -o {}.pcapng", command, id, id);
}

class Printer {
  public:
    /// `typed`: the captures, for the command that carves; without, the one that a flow began in.
    Printer(const ExplainOptions& options, std::vector<std::string> typed,
            const std::vector<std::string>& files, const KeptFlows& choice)
        : options_(options), typed_(std::move(typed)), files_(files), choice_(choice) {
        style_ = style_of(options.color);
        if (options.width != 0) style_.width = options.width;
    }

    void begin() const {
        if (options_.json) {
            fmt::print(R"({{"matched": {}, "shown": {}, "flows": [)", choice_.count(),
                       choice_.flows().size());
        }
    }
    void flow(const KeptFlow& flow, const ladder::FlowFrames& frames) {
        const ladder::Ladder steps =
            ladder::build(flow.evidence, flow.verdict, flow.capture_end, frames);
        const report::Row row{flow.evidence, flow.verdict, files_, report::measure(flow.evidence)};
        const std::string carve =
            carve_command(typed_.empty() ? std::vector{files_[flow.evidence.file]} : typed_, flow);
        if (options_.json) {
            fmt::print("{}\n{}", printed_ == 0 ? "" : ",", ladder::to_json(row, steps, carve));
        } else {
            fmt::print("{}{}", printed_ == 0 ? "" : "\n",
                       ladder::diagram(row, steps, carve, style_));
        }
        ++printed_;
    }
    void end() const {
        const std::uint64_t more = choice_.count() - choice_.flows().size();
        if (options_.json) {
            fmt::print("\n]}}\n");
        } else if (more > 0) {
            fmt::print("\n{} more {}: --limit N or --all shows them, --flow ID one.\n",
                       report::grouped(more), more == 1 ? "flow" : "flows");
        }
    }

  private:
    const ExplainOptions& options_;
    std::vector<std::string> typed_;
    const std::vector<std::string>& files_;
    const KeptFlows& choice_;
    report::TerminalStyle style_;
    std::size_t printed_ = 0;
};

void print(const KeptFlows& choice, const capture::Inputs& inputs,
           const dataplane::RunResult& result, Printer& printer) {
    printer.begin();
    std::vector<const KeptFlow*> flows;
    for (std::size_t i = 0; i < choice.flows().size(); ++i) {
        flows.push_back(&choice.flows()[i]);
        if (flows.size() < flows_of_a_walk && i + 1 < choice.flows().size()) continue;
        const auto frames = find_frames(flows, inputs, result);
        for (std::size_t k = 0; k < flows.size(); ++k)
            printer.flow(*flows[k], frames[k]);
        flows.clear();
    }
    printer.end();
}

int none_found(const report::Selection& selection, const report::RunFacts& facts) {
    fmt::print(stderr, "tlstriage: no flow {}; there are {} in {} frames{}\n",
               selection.empty() ? "of TLS" : "matches", report::grouped(facts.rows),
               report::grouped(facts.frames),
               facts.rows > 0 ? ". tlstriage analyze INPUT -o DIR lists them in DIR/flows.csv"
                              : ". --all-flows takes connections that are not TLS, too");
    return facts.lossy() ? lossy : failed;
}

bool is_run(const std::string& folder) {
    return std::filesystem::exists(std::filesystem::path(folder) / record::file_name);
}

/// From finished runs alone: their evidence knows the steps, but not each frame.
int explain_runs(const ExplainOptions& options) {
    if (!options.selection.frames.empty()) {
        throw CLI::ValidationError("--frame needs the captures; a run has --flow and --where");
    }
    const report::Selection selection = selection_of(options.selection, {});
    const dataplane::Executor executor(parse_threads(options.reading.judging.threads));
    record::Pool pool;
    std::vector<record::RecordedRun> parts;
    for (const std::string& folder : options.reading.inputs)
        parts.push_back(record::load_run(folder, pool));
    record::MergedRun run(std::move(parts), pool);
    run.join();
    engine::Limits limits;
    limits.all_flows = run.settings().all_flows;
    limits.tls_ports = run.settings().tls_ports;
    const std::vector<std::string> files = record::file_names(run.facts());
    std::atomic<bool> sure = true;
    const auto judge = [&](const engine::OnJudged& handlers) {
        run.facts().rows = engine::judge(run.records(), limits, executor.parallel(), handlers).rows;
    };
    const KeptFlows choice = choose(options, selection, files, judge, nullptr, sure);
    if (choice.count() == 0) return none_found(selection, run.facts());
    Printer printer(options, {}, files, choice);
    printer.begin();
    for (const KeptFlow& flow : choice.flows())
        printer.flow(flow, {});
    printer.end();
    return done;
}

int explain(ExplainOptions options) {
    if (std::ranges::all_of(options.reading.inputs, is_run)) return explain_runs(options);
    const dataplane::RunPlan plan = plan_of(options.reading);
    const std::vector<std::string> typed = options.reading.inputs;
    const ReadTwice read_twice(options.reading.inputs);
    const capture::Inputs inputs = collect(options.reading.inputs);
    if (inputs.traces.empty()) {
        fmt::print(stderr, "tlstriage: no capture to read\n");
        return lossy;
    }
    const report::Selection selection = selection_of(options.selection, inputs);
    const dataplane::Executor executor(plan.threads);
    KeptFlows choice(options.most());
    FocusedReading reading(plan, inputs, executor);
    const dataplane::RunResult result =
        reading.read(selection, !options.reading.no_progress,
                     [&](dataplane::RunResult& run, const engine::Focus* focus) {
                         read_twice.restore(run.files);
                         std::atomic<bool> sure = true;
                         const auto judge = [&](const engine::OnJudged& handlers) {
                             run.facts.rows = run.engine->judge(executor.parallel(), handlers).rows;
                         };
                         choice = choose(options, selection, run.files, judge, focus, sure);
                         return Found{static_cast<std::size_t>(choice.count()), sure};
                     });
    if (choice.count() == 0) return none_found(selection, result.facts);
    Printer printer(options, typed, result.files, choice);
    print(choice, inputs, result, printer);
    if (!result.facts.lossy()) return done;
    fmt::print(stderr, "tlstriage: not all could be read; tlstriage analyze says what was lost\n");
    return lossy;
}

}  // namespace

void define_explain(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("explain", "Show flows step by step: what happened, and why it failed");
    command->footer(std::string(selection_help) + "\n" + explain_examples);
    const auto options = std::make_shared<ExplainOptions>();
    define_reading(*command, options->reading);
    define_selection(*command, options->selection);
    CLI::Option* const limit =
        command->add_option("--limit", options->limit, "Show so many flows at most")
            ->check(CLI::PositiveNumber)
            ->option_text("N")
            ->capture_default_str();
    command->add_flag("--all", options->all, "Show all flows that match")->excludes(limit);
    command->add_flag("--json", options->json, "For programs");
    command->add_option("--color", options->color, "Colour of the diagram")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command
        ->add_option("--width", options->width,
                     "Columns of the diagram, 60 to 400; those of the terminal, or 80, without")
        ->check(CLI::Range(60U, 400U))
        ->option_text("N");
    command->callback([options, &status] { status = explain(*options); });
}

}  // namespace tlstriage::cli
