// First bytes, hellos and certificates.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "sense/sensor.h"
#include "tls/certificate.h"
#include "tls/fingerprint.h"
#include "tls/messages.h"
#include "trace.h"

namespace tlstriage::bench {
namespace {

std::size_t total_size(const std::vector<Message>& messages) {
    std::size_t size = 0;
    for (const Message& message : messages)
        size += message.size();
    return size;
}

void report_rates(benchmark::State& state, std::size_t items, std::size_t bytes) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
    if (bytes > 0) {
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
    }
}

/// Items are directions.
void sense_client(benchmark::State& state) {
    const auto& firsts = trace().messages.first_bytes_client;
    const sense::Database database;
    sense::Sensor sensor(database);
    for (auto _ : state) {
        for (const Message& first : firsts)
            benchmark::DoNotOptimize(sensor.identify(first, sense::Speaker::client));
    }
    report_rates(state, firsts.size(), total_size(firsts));
}
BENCHMARK(sense_client);

void sense_server(benchmark::State& state) {
    const auto& firsts = trace().messages.first_bytes_server;
    const sense::Database database;
    sense::Sensor sensor(database);
    for (auto _ : state) {
        for (const Message& first : firsts)
            benchmark::DoNotOptimize(sensor.identify(first, sense::Speaker::server));
    }
    report_rates(state, firsts.size(), total_size(firsts));
}
BENCHMARK(sense_server);

/// Items are hellos, here and below.
void parse_client_hello(benchmark::State& state) {
    const auto& bodies = trace().messages.client_hellos;
    for (auto _ : state) {
        for (const Message& body : bodies) {
            tls::ClientHello hello;
            benchmark::DoNotOptimize(tls::parse_client_hello(body, hello));
            benchmark::DoNotOptimize(hello);
        }
    }
    report_rates(state, bodies.size(), total_size(bodies));
}
BENCHMARK(parse_client_hello);

void fingerprint(benchmark::State& state, std::string (*method)(const tls::ClientHello&)) {
    std::vector<tls::ClientHello> hellos;
    for (const Message& body : trace().messages.client_hellos) {
        tls::parse_client_hello(body, hellos.emplace_back());
    }
    for (auto _ : state) {
        for (const tls::ClientHello& hello : hellos)
            benchmark::DoNotOptimize(method(hello));
    }
    report_rates(state, hellos.size(), 0);
}
BENCHMARK_CAPTURE(fingerprint, ja3, tls::ja3);
BENCHMARK_CAPTURE(fingerprint, ja4, tls::ja4);

std::vector<std::vector<Bytes>> chains_of_trace() {
    std::vector<std::vector<Bytes>> chains;
    for (const auto& ders : trace().messages.chains) {
        chains.emplace_back(ders.begin(), ders.end());
    }
    return chains;
}

/// Each certificate parsed (OpenSSL) and its chain checked, as when it is first seen; items are
/// certificates.
void certificates_first_seen(benchmark::State& state) {
    auto chains = chains_of_trace();
    // The trace's servers send the same chains again and again.
    const auto order = [](const auto& a, const auto& b) {
        return std::ranges::lexicographical_compare(a.front(), b.front());
    };
    const auto same = [](const auto& a, const auto& b) {
        return std::ranges::equal(a.front(), b.front());
    };
    std::ranges::sort(chains, order);
    chains.erase(std::ranges::unique(chains, same).begin(), chains.end());
    std::uint64_t parses = 0;
    for (auto _ : state) {
        tls::ChainCache cache;
        for (const auto& chain : chains)
            benchmark::DoNotOptimize(cache.chain(chain));
        parses = cache.parses();
    }
    report_rates(state, parses, 0);
}
BENCHMARK(certificates_first_seen)->Unit(benchmark::kMillisecond);

/// A chain that the run has seen before; items are chains.
void certificates_cached(benchmark::State& state) {
    const auto chains = chains_of_trace();
    tls::ChainCache cache;
    std::size_t bytes = 0;
    for (const auto& chain : chains) {
        cache.chain(chain);
        for (const Bytes der : chain)
            bytes += der.size();
    }
    for (auto _ : state) {
        for (const auto& chain : chains)
            benchmark::DoNotOptimize(cache.chain(chain));
    }
    report_rates(state, chains.size(), bytes);
}
BENCHMARK(certificates_cached);

}  // namespace
}  // namespace tlstriage::bench
