// From evidence to a row.
#include <benchmark/benchmark.h>

#include "evidence/packed.h"
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
        for (const Flow& flow : t.flows)
            benchmark::DoNotOptimize(verdict::judge(flow.evidence, history));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.flows.size()));
}
BENCHMARK(judge);

/// Items are rows, bytes those of the CSV.
void csv_row(benchmark::State& state) {
    const Trace& t = trace();
    const std::vector<std::string> files{"mixed.pcap"};
    report::Buffer out;
    for (auto _ : state) {
        out.clear();
        for (const auto& [evidence, verdict] : t.flows) {
            const report::Row row{evidence, verdict, files, report::measure(evidence)};
            report::append_row<report::CsvCells>(row, report::flow_columns, out);
        }
        benchmark::DoNotOptimize(out.view().data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.flows.size()));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(csv_row);

/// Items are flows, bytes those of the packed form.
void pack_and_unpack(benchmark::State& state) {
    const Trace& t = trace();
    std::vector<std::uint8_t> packed;
    evidence::Evidence again;
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = 0;
        for (const auto& [evidence, verdict] : t.flows) {
            packed.resize(evidence::room_to_pack(evidence));
            const std::size_t size = evidence::pack(evidence, packed.data());
            benchmark::DoNotOptimize(evidence::unpack(Bytes(packed).first(size), again));
            bytes += size;
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(t.flows.size()));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(pack_and_unpack);

}  // namespace
}  // namespace tlstriage::bench
