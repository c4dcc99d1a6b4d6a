#include "engine/engine.h"

namespace tlstriage::engine {
namespace {

constexpr std::size_t max_fragment_bytes = std::size_t{64} << 20U;

}  // namespace

Engine::Engine(const Limits& limits)
    : limits_(limits), chains_(limits.trust), defragmenter_(max_fragment_bytes) {
    shards_.reserve(shard_count);
    for (unsigned i = 0; i < shard_count; ++i) {
        shards_.push_back(std::make_unique<Shard>(sense::Database::shared(), chains_, limits_));
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
    const Nanoseconds end = archives_.back().last_packet;
    parallel(shards_.size(),
             [&](std::size_t i, unsigned) { shards_[i]->end_archive(archive, end); });
    defragmenter_.clear();
    archives_.emplace_back();
}

Records Engine::records() const {
    Records records;
    records.archives = archives_;
    for (const auto& shard : shards_) {
        records.ended.push_back(&shard->ended());
        const std::vector<Lookup>& lookups = shard->lookups();
        records.lookups.insert(records.lookups.end(), lookups.begin(), lookups.end());
    }
    return records;
}

Judgement Engine::judge(const Parallel& parallel, const OnJudged& on_judged) const {
    return engine::judge(records(), limits_, parallel, on_judged);
}

}  // namespace tlstriage::engine
