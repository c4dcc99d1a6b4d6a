#include "cli/chosen_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "record/merge.h"
#include "report/files.h"
#include "report/flow_report.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

constexpr auto format = report::TableFormat::csv;

/// The captures of a run, for `--frame`.
capture::Inputs captures_of(const report::RunFacts& facts) {
    std::set<std::string> paths;
    std::map<std::string, const report::TraceFacts*> traces;
    for (const report::TraceFacts& trace : facts.traces) {
        paths.insert(trace.name.substr(0, trace.name.find('!')));  // path!member of a tar
        traces[trace.name] = &trace;
    }
    capture::Inputs inputs = capture::collect({paths.begin(), paths.end()});
    std::erase_if(inputs.traces, [&](const capture::Trace& trace) {
        const auto known = traces.find(trace.input.name());
        if (known == traces.end() || known->second->first_packet != trace.first_packet) return true;
        traces.erase(known);
        return false;
    });
    if (inputs.traces.empty() || !traces.empty()) {
        throw CLI::ValidationError(fmt::format(
            "--frame looks into the captures of the run; {}",
            traces.empty() ? "it has none"
                           : report::printable(traces.begin()->first) + " is not there any more"));
    }
    return inputs;
}

/// Lookups by archive, name and when they were first asked.
using LookupKeys = std::set<std::tuple<std::uint32_t, std::string, Moment>>;

/// The tables of the flows that a selection is about.
class ChosenTables {
  public:
    ChosenTables(const report::Selection& selection, const std::vector<std::string>& files,
                 const std::filesystem::path& to, unsigned workers)
        : selection_(selection),
          files_(files),
          to_(to),
          report_(files, to, format, workers),
          lookups_(workers) {}

    engine::OnJudged handlers() {
        engine::OnJudged handlers = report_.handlers();
        handlers.flows = [this, add = std::move(handlers.flows)](
                             const engine::JudgedBatch& batch,
                             std::span<const engine::JudgedFlow> flows) {
            std::vector<engine::JudgedFlow> chosen;
            for (const engine::JudgedFlow& flow : flows) {
                const evidence::Evidence& e = flow.evidence;
                if (!selection_.matches({e, flow.verdict, files_, report::measure(e)})) continue;
                chosen.push_back(flow);
                if (e.dns) lookups_[batch.worker].emplace(e.archive, e.dns->name, e.dns->asked);
            }
            add(batch, chosen);
        };
        return handlers;
    }

    /// Writes them, and counts their rows in `facts`.
    void finish(std::vector<engine::NameTrouble> names, report::RunFacts& facts) {
        const auto groups = report_.finish();
        facts.rows = 0;
        for (const report::SummaryGroup& group : groups)
            facts.rows += group.flows;
        std::erase_if(names, [this](const engine::NameTrouble& name) { return !led_to_any(name); });
        for (const engine::NameTrouble& name : names)
            ++(name.failed ? facts.names_failed : facts.names_slow);
        report::write_summary(to_, format, groups, files_);
        report::write_servers(to_, format, report_.inventory());
        report::write_certificates(to_, format, report_.inventory(), facts.capture_last);
        report::write_names(to_, format, names, files_);
        report::write_run(to_, facts);
    }

  private:
    [[nodiscard]] bool led_to_any(const engine::NameTrouble& name) const {
        const LookupKeys::value_type key{name.lookup.archive, name.lookup.name, name.lookup.asked};
        return std::ranges::any_of(lookups_,
                                   [&](const LookupKeys& keys) { return keys.contains(key); });
    }

    const report::Selection& selection_;
    const std::vector<std::string>& files_;
    const std::filesystem::path& to_;
    report::FlowReport report_;
    std::vector<LookupKeys> lookups_;  ///< of chosen flows, by worker
};

}  // namespace

ChosenRun write_chosen(const std::filesystem::path& folder, const SelectionOptions& options,
                       const std::filesystem::path& to, const dataplane::Executor& executor) {
    record::Pool pool;
    std::vector<record::RecordedRun> parts;
    parts.push_back(record::load_run(folder, pool));
    record::MergedRun run(std::move(parts), pool);
    run.join();
    report::RunFacts& facts = run.facts();
    const report::Selection selection =
        selection_of(options, options.frames.empty() ? capture::Inputs() : captures_of(facts));
    engine::Limits limits;
    limits.all_flows = run.settings().all_flows;
    limits.tls_ports = run.settings().tls_ports;
    const std::vector<std::string> files = record::file_names(facts);
    ChosenTables tables(selection, files, to, executor.threads());
    engine::Judgement judgement =
        engine::judge(run.records(), limits, executor.parallel(), tables.handlers());
    facts.version = TLSTRIAGE_VERSION;
    facts.without_row = judgement.without_row;
    tables.finish(std::move(judgement.names), facts);
    return {.flows = facts.rows, .of = judgement.rows};
}

}  // namespace tlstriage::cli
