// Flow table and reassembly, and the shards that use them.
#include <benchmark/benchmark.h>

#include <array>
#include <random>

#include "engine/engine.h"
#include "flow/reassembler.h"
#include "flow/table.h"
#include "trace.h"
#include "wire/decode.h"

namespace tlstriage::bench {
namespace {

struct Entry {
    FlowKey key;
    std::uint64_t packets = 0;
};

struct Probe {
    FlowKey key;
    std::uint64_t hash = 0;
};

std::vector<Probe> make_probes(std::size_t count) {
    std::mt19937 random(1);
    std::vector<Probe> probes(count);
    for (Probe& probe : probes) {
        const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(random()),
                                                 static_cast<std::uint32_t>(random())};
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(words.data());
        probe.key.low = {IpAddress::v4(bytes), static_cast<std::uint16_t>(random())};
        probe.key.high = {IpAddress::v4(bytes + 4), 443};
        probe.hash = wire::flow_hash(probe.key.low, probe.key.high);
    }
    return probes;
}

/// Look-ups in random order among so many flows, prefetched as a shard does; items are look-ups.
void flow_table_look_up(benchmark::State& state) {
    constexpr std::size_t slot_lead = 16;
    constexpr std::size_t entry_lead = 8;
    const auto flows = static_cast<std::size_t>(state.range(0));
    std::vector<Probe> probes = make_probes(flows);
    flow::Table<Entry> table(flows);
    for (const Probe& probe : probes)
        table.at(table.insert(probe.hash)).key = probe.key;
    std::ranges::shuffle(probes, std::mt19937(2));
    for (auto _ : state) {
        for (std::size_t i = 0; i < probes.size(); ++i) {
            if (i + slot_lead < flows) table.prefetch_slot(probes[i + slot_lead].hash);
            if (i + entry_lead < flows) table.prefetch_entry(probes[i + entry_lead].hash);
            const auto index = table.find(
                probes[i].hash, [&](const Entry& entry) { return entry.key == probes[i].key; });
            ++table.at(index).packets;
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(flows));
}
BENCHMARK(flow_table_look_up)->Arg(4'000)->Arg(300'000);

struct CountingSink {
    std::uint64_t count = 0;
    void bytes(Bytes data, Moment) { count += data.size(); }
    void cut(std::uint64_t bytes, Moment) { count += bytes; }
    void lost(std::uint64_t bytes, Moment) { count += bytes; }
};

/// Every direction of the trace, disorder and losses included; items are segments with payload.
void reassembly(benchmark::State& state) {
    const Trace& t = trace();
    std::int64_t segments = 0;
    for (auto _ : state) {
        segments = 0;
        for (const auto& direction : t.directions) {
            flow::Reassembler stream;
            CountingSink sink;
            for (const flow::Segment& segment : direction) {
                if (segment.has(wire::tcp_flag::syn)) stream.start_at(segment.sequence + 1);
                if (segment.length == 0) continue;
                stream.segment(segment.data_sequence(), segment.data, segment.length, segment.at,
                               sink);
                ++segments;
            }
            stream.finish(sink);
            benchmark::DoNotOptimize(sink.count);
        }
    }
    state.SetItemsProcessed(state.iterations() * segments);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(t.payload_bytes));
}
BENCHMARK(reassembly);

using ByShard = std::array<std::vector<wire::Packet>, engine::shard_count>;

ByShard scatter() {
    ByShard by_shard;
    for (const wire::Packet& packet : trace().packets) {
        by_shard[engine::Engine::shard_of(packet.flow_hash)].push_back(packet);
    }
    return by_shard;
}

/// All shards from packets to evidence: tables, reassembly, sensing, TLS; items are packets. The
/// engine, with its pattern database, is made anew outside the time.
void shards_consume(benchmark::State& state) {
    const ByShard by_shard = scatter();
    for (auto _ : state) {
        state.PauseTiming();
        auto engine = std::make_unique<engine::Engine>(engine::Limits{});
        state.ResumeTiming();
        for (unsigned i = 0; i < engine::shard_count; ++i)
            engine->shard(i).consume(by_shard[i], {});
        engine->end_archive(engine::run_serially);
        state.PauseTiming();
        engine.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trace().packets.size()));
}
BENCHMARK(shards_consume)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tlstriage::bench
