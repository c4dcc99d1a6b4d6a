#include "support/analysis.h"

#include <cstdlib>

#include "report/flow_report.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

unsigned threads_of(const dataplane::RunPlan& plan) {
    const char* const given = std::getenv("TLSTRIAGE_THREADS");
    return plan.threads > 1 || given == nullptr ? plan.threads
                                                : static_cast<unsigned>(std::stoul(given));
}

}  // namespace

Analysis analyse(const std::vector<std::string>& inputs, const dataplane::RunPlan& plan) {
    const dataplane::Executor executor(threads_of(plan));
    Analysis analysis{dataplane::run(plan, capture::collect(inputs), executor, {}), {}, {}};
    const ScratchFolder folder;
    report::FlowReport flows(analysis.result.files, folder.path(), report::TableFormat::csv,
                             executor.threads());
    const auto judgement = analysis.result.engine->judge(executor.parallel(), flows.handlers());
    analysis.result.facts.rows = judgement.rows;
    analysis.result.facts.without_row = judgement.without_row;
    flows.finish();
    analysis.csv = read_file(folder.path() / "flows.csv");
    analysis.flows = CsvTable(analysis.csv);
    return analysis;
}

std::vector<CsvTable::Row> rows_without(const CsvTable& table, const std::string& column) {
    std::size_t index = 0;
    while (table.header().at(index) != column)
        ++index;
    std::vector<CsvTable::Row> rows = table.rows();
    for (CsvTable::Row& row : rows)
        row.erase(row.begin() + static_cast<std::ptrdiff_t>(index));
    return rows;
}

}  // namespace tlstriage::test
