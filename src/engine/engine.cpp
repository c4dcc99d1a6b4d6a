#include "engine/engine.h"

#include <algorithm>
#include <unordered_set>

namespace tlstriage::engine {
namespace {

constexpr std::size_t max_fragment_bytes = std::size_t{64} << 20U;
/// An answer, another try or the next name of a search list may come so long after a question.
constexpr Nanoseconds name_delay = seconds(10);
/// Of the memory, what may be remembered of flows that were judged.
constexpr std::size_t recollection_share = 8;
/// Shapes and certificates: fewer are not worth a look.
constexpr std::size_t least_swept = 16'384;

}  // namespace

Engine::Engine(const Limits& limits)
    : limits_(limits),
      chains_(limits.trust),
      defragmenter_(max_fragment_bytes),
      recollection_(limits.memory / recollection_share / sizeof(FlowRecord)) {
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
        sum.shed_settled += part.shed_settled;
        sum.shed_new += part.shed_new;
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
    if (!carried_.empty()) records.carried = &carried_;
    for (const auto& shard : shards_) {
        records.ended.push_back(&shard->ended());
        const std::vector<Lookup>& lookups = shard->lookups();
        records.lookups.insert(records.lookups.end(), lookups.begin(), lookups.end());
    }
    return records;
}

Records Engine::end_period(const PeriodEnd& end, const Parallel& parallel) {
    parallel(shards_.size(), [&](std::size_t i, unsigned) { shards_[i]->end_period(end); });
    period_ = end;
    Archive& archive = archives_.front();
    archive.last_packet = std::max(archive.last_packet, end.now);
    Records records;
    records.archives = archives_;
    records.others.assign(recollection_.records().begin(), recollection_.records().end());
    for (const auto& shard : shards_) {
        records.ended.push_back(&shard->leaving());
        const std::vector<Lookup>& lookups = shard->lookups();
        records.lookups.insert(records.lookups.end(), lookups.begin(), lookups.end());
        // A session that goes on has overtaken those that it raced, and shows what its server can.
        shard->each_open([&](const evidence::Evidence& e) {
            if (verdict::is_usable_session(e)) records.others.push_back(record_of(e));
        });
    }
    std::ranges::stable_sort(records.others, {}, &FlowRecord::start);
    records.names_from = names_reported_;
    records.names_until = end.last ? std::numeric_limits<Nanoseconds>::max() : end.now - name_delay;
    names_reported_ = records.names_until;
    return records;
}

void Engine::forget_period() {
    for (const auto& shard : shards_)
        recollection_.add(shard->leaving());
    const Nanoseconds horizon = period_.now - remembered;
    recollection_.forget(horizon);
    for (const auto& shard : shards_)
        shard->forget_period(horizon);
    sweep_caches();
}

/// Shapes of hellos and certificates that no flow has any more. Some clients shuffle what they
/// offer, so that each hello has a shape of its own.
void Engine::sweep_caches() {
    std::size_t cached = chains_.size();
    for (const auto& shard : shards_)
        cached += shard->shapes().size();
    if (cached < least_swept || cached < 2 * cached_) return;
    std::unordered_set<const evidence::HelloShape*> shapes;
    std::unordered_set<const tls::Chain*> chains;
    for (const FlowRecord& record : recollection_.records()) {
        shapes.insert(record.profile.shape);
        chains.insert(record.profile.chain);
    }
    for (const auto& shard : shards_) {
        shard->each_open([&](const evidence::Evidence& e) {
            if (e.client_hello) shapes.insert(e.client_hello->shape);
            for (const auto& side : e.sides)
                chains.insert(side.chain);
        });
    }
    chains_.keep(chains);
    cached_ = chains_.size();
    for (const auto& shard : shards_) {
        shard->shapes().keep(shapes);
        cached_ += shard->shapes().size();
    }
}

std::size_t Engine::open_flows() const {
    std::size_t sum = 0;
    for (const auto& shard : shards_)
        sum += shard->open_flows();
    return sum;
}

Judgement Engine::judge(const Parallel& parallel, const OnJudged& on_judged) {
    return engine::judge(records(), limits_, parallel, on_judged);
}

}  // namespace tlstriage::engine
