#include "cli/results.h"

#include <sys/resource.h>

#include <algorithm>
#include <string_view>

#include "report/flow_report.h"

namespace tlstriage::cli {

report::TableFormat table_format(const std::string& word) {
    return word == "csv" ? report::TableFormat::csv : report::TableFormat::jsonl;
}

std::vector<report::SummaryGroup> judge(const ResultsPlan& plan, engine::Records records,
                                        const engine::Limits& limits,
                                        const dataplane::Executor& executor,
                                        report::RunFacts& facts) {
    const auto writes = [&plan](std::string_view table) {
        return !plan.place.empty() &&
               (plan.only.empty() || std::ranges::find(plan.only, table) != plan.only.end());
    };
    report::FlowReport flows(plan.files, writes("flows") ? plan.place : report::Place(),
                             plan.format, executor.threads());
    if (writes("servers") || writes("certificates")) flows.keep_inventory();
    engine::OnJudged handlers = flows.handlers();
    if (plan.also) {
        handlers.flows = [&plan, report = std::move(handlers.flows)](
                             const engine::JudgedBatch& batch,
                             std::span<const engine::JudgedFlow> judged) {
            report(batch, judged);
            plan.also(batch, judged);
        };
    }
    const engine::Judgement judgement =
        engine::judge(std::move(records), limits, executor.parallel(), handlers);
    facts.rows = judgement.rows;
    facts.without_row = judgement.without_row;
    for (const engine::NameTrouble& trouble : judgement.names)
        ++(trouble.failed ? facts.names_failed : facts.names_slow);
    auto groups = flows.finish();
    if (writes("summary")) report::write_summary(plan.place, plan.format, groups, plan.files);
    if (writes("servers")) report::write_servers(plan.place, plan.format, flows.inventory());
    if (writes("certificates")) {
        report::write_certificates(plan.place, plan.format, flows.inventory(), facts.capture_last);
    }
    if (writes("dns")) report::write_names(plan.place, plan.format, judgement.names, plan.files);
    return groups;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto in_seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

}  // namespace tlstriage::cli
