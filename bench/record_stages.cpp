// From bytes to scattered packets.
#include <benchmark/benchmark.h>

#include "piece.h"
#include "trace.h"
#include "wire/decode.h"

namespace tlstriage::bench {
namespace {

void report_rates(benchmark::State& state, std::size_t items, std::size_t bytes) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
    if (bytes > 0) {
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
    }
}

/// One chain of record headers; items are records.
void walk_records(benchmark::State& state) {
    const Trace& t = trace();
    for (auto _ : state) {
        std::size_t position = t.format.header_length();
        capture::Record record;
        while (t.format.step(t.bytes, position, record) == capture::Step::record)
            benchmark::DoNotOptimize(record);
    }
    report_rates(state, t.records.size(), t.bytes.size());
}
BENCHMARK(walk_records);

/// Where a record begins near a cut; items are cuts.
void find_boundary(benchmark::State& state) {
    const Trace& t = trace();
    constexpr std::size_t cuts = 64;
    for (auto _ : state) {
        for (std::size_t i = 1; i <= cuts; ++i) {
            benchmark::DoNotOptimize(
                t.format.find_boundary(t.bytes, t.bytes.size() / (cuts + 1) * i, 0));
        }
    }
    report_rates(state, cuts, 0);
}
BENCHMARK(find_boundary);

/// Items are frames.
void decode(benchmark::State& state) {
    const Trace& t = trace();
    for (auto _ : state) {
        for (const capture::Record& record : t.records) {
            wire::Packet packet;
            benchmark::DoNotOptimize(wire::decode(record.link, {record.data, record.captured},
                                                  record.wire_length, packet));
            benchmark::DoNotOptimize(packet);
        }
    }
    report_rates(state, t.records.size(), t.record_bytes);
}
BENCHMARK(decode);

/// Decoding included; items are frames.
void decode_and_scatter(benchmark::State& state) {
    const Trace& t = trace();
    dataplane::Piece piece;
    for (auto _ : state) {
        piece.clear();
        for (const capture::Record& record : t.records)
            piece.take(record);
        benchmark::DoNotOptimize(piece.frames());
    }
    report_rates(state, t.records.size(), t.record_bytes);
}
BENCHMARK(decode_and_scatter);

}  // namespace
}  // namespace tlstriage::bench
