#include "engine/engine.h"

#include <algorithm>
#include <iterator>

#include "engine/history.h"

namespace tlstriage::engine {
namespace {

constexpr std::size_t max_fragment_bytes = std::size_t{64} << 20U;

std::vector<std::unique_ptr<evidence::Evidence>> collect(
    std::vector<std::unique_ptr<Shard>>& shards) {
    std::vector<std::unique_ptr<evidence::Evidence>> all;
    for (const auto& shard : shards) {
        auto part = shard->take_evidence();
        all.insert(all.end(), std::make_move_iterator(part.begin()),
                   std::make_move_iterator(part.end()));
    }
    const auto order = [](const auto& a, const auto& b) {
        const auto key = [](const evidence::Evidence& e) {
            return std::tie(e.first.time, e.file, e.first.frame, e.client, e.server);
        };
        return key(*a) < key(*b);
    };
    std::ranges::sort(all, order);
    return all;
}

}  // namespace

void run_serially(std::size_t count, const std::function<void(std::size_t)>& job) {
    for (std::size_t i = 0; i < count; ++i)
        job(i);
}

void Archive::see(Nanoseconds first, Nanoseconds last) {
    first_packet = any ? std::min(first_packet, first) : first;
    last_packet = any ? std::max(last_packet, last) : last;
    any = true;
}

Engine::Engine(const Limits& limits) : limits_(limits), defragmenter_(max_fragment_bytes) {
    shards_.reserve(shard_count);
    for (unsigned i = 0; i < shard_count; ++i) {
        shards_.push_back(std::make_unique<Shard>(database_, chains_, limits_));
    }
}

ShardCounts Engine::counts() const {
    ShardCounts sum;
    for (const auto& shard : shards_) {
        const ShardCounts& part = shard->counts();
        sum.packets += part.packets;
        sum.duplicate_packets += part.duplicate_packets;
        sum.flows += part.flows;
        sum.flows_evicted += part.flows_evicted;
        for (std::size_t i = 0; i < sum.ignored_flows.size(); ++i) {
            sum.ignored_flows[i] += part.ignored_flows[i];
        }
    }
    return sum;
}

void Engine::end_archive(const Parallel& parallel) {
    const auto archive = static_cast<std::uint32_t>(archives_.size() - 1);
    parallel(shards_.size(), [&](std::size_t i) { shards_[i]->end_archive(archive); });
    defragmenter_.clear();
    archives_.emplace_back();
}

Judgement Engine::judge(const Parallel& parallel) {
    auto evidence = collect(shards_);
    const Histories histories(evidence, archives_, limits_.tls_ports);
    std::vector<JudgedFlow> judged(evidence.size());
    constexpr std::size_t batch = 1024;
    parallel((evidence.size() + batch - 1) / batch, [&](std::size_t b) {
        const std::size_t end = std::min(evidence.size(), (b + 1) * batch);
        for (std::size_t i = b * batch; i < end; ++i) {
            const verdict::ServerHistory history = histories.of(*evidence[i]);
            if (!limits_.all_flows && !verdict::is_attempt(*evidence[i], history)) continue;
            judged[i] = {std::move(evidence[i]), {}};
            judged[i].verdict = verdict::judge(*judged[i].evidence, history);
        }
    });
    Judgement result;
    result.without_row = static_cast<std::uint64_t>(
        std::erase_if(judged, [](const JudgedFlow& flow) { return flow.evidence == nullptr; }));
    result.flows = std::move(judged);
    return result;
}

}  // namespace tlstriage::engine
