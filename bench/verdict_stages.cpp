// From evidence to a row.
#include <benchmark/benchmark.h>

#include "report/columns.h"
#include "trace.h"
#include "verdict/judge.h"

namespace tlstriage::bench {
namespace {

/// Items are flows.
void judge(benchmark::State& state) {
    const Trace& t = trace();
    verdict::ServerHistory history;
    history.capture_end = t.end;
    history.spoke_tls = history.tls_port = true;
    for (auto _ : state) {
        for (const engine::JudgedFlow& flow : t.flows)
            benchmark::DoNotOptimize(verdict::judge(*flow.evidence, history));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.flows.size()));
}
BENCHMARK(judge);

void append_csv_row(const report::Row& row, std::string& out) {
    report::CsvCells cells(out);
    cells.begin_row();
    std::apply(
        [&](const auto&... column) {
            (..., (cells.begin_cell(column.name), column.write(row, cells), cells.end_cell()));
        },
        report::flow_columns);
    cells.end_row();
}

/// Items are rows, bytes those of the CSV.
void csv_row(benchmark::State& state) {
    const Trace& t = trace();
    const std::vector<std::string> files{"mixed.pcap"};
    std::string out;
    for (auto _ : state) {
        out.clear();
        for (const auto& [evidence, verdict] : t.flows) {
            append_csv_row({*evidence, verdict, files, report::measure(*evidence)}, out);
        }
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.flows.size()));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(csv_row);

}  // namespace
}  // namespace tlstriage::bench
