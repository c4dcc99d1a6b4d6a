#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/history.h"

namespace tlstriage::engine {
namespace {

constexpr std::size_t max_fragment_bytes = std::size_t{64} << 20U;

/// An entry with its place among the rows beside it, so that sorting stays within this.
struct Place {
    Nanoseconds time;
    std::uint64_t frame;
    std::uint32_t file;
    const EvidenceStore::Entry* entry;

    friend bool operator<(const Place& a, const Place& b) {
        return std::tie(a.time, a.file, a.frame) < std::tie(b.time, b.file, b.frame);
    }
};

LookupIndex index_lookups(const std::vector<std::unique_ptr<Shard>>& shards,
                          const std::vector<Archive>& archives) {
    std::vector<Lookup> lookups;
    for (const auto& shard : shards) {
        lookups.insert(lookups.end(), shard->lookups().begin(), shard->lookups().end());
    }
    std::vector<Nanoseconds> ends;
    ends.reserve(archives.size());
    for (const Archive& archive : archives)
        ends.push_back(archive.last_packet);
    return {std::move(lookups), std::move(ends)};
}

bool names(const Lookup& lookup, std::string_view sni) {
    const auto same = [&](std::string_view name) {
        return std::ranges::equal(name, sni, [](char a, char b) {
            const bool upper = b >= 'A' && b <= 'Z';
            return a == (upper ? static_cast<char>(b + ('a' - 'A')) : b);
        });
    };
    return same(lookup.name) || std::ranges::any_of(lookup.aliases, same);
}

void join_lookup(const LookupIndex& lookups, evidence::Evidence& e) {
    const Lookup* lookup =
        lookups.find(e.archive, e.client.address, e.server.address, e.first.time);
    if (lookup == nullptr) {
        e.dns.reset();
        return;
    }
    const auto& hello = e.client_hello;
    e.dns = evidence::DnsEvidence{
        .name = lookup->name,
        .rcode = lookup->rcode,
        .asked = lookups.first_asked(*lookup),
        .answered = lookup->answered,
        .names_sni = hello && hello->server_name && names(*lookup, *hello->server_name)};
}

std::vector<Place> in_order(const std::vector<std::unique_ptr<Shard>>& shards) {
    std::vector<Place> places;
    std::size_t count = 0;
    for (const auto& shard : shards)
        count += shard->ended().size();
    places.reserve(count);
    for (const auto& shard : shards) {
        const EvidenceStore& ended = shard->ended();
        for (EvidenceStore::Index i = 0; i < ended.size(); ++i) {
            const EvidenceStore::Entry& entry = ended.at(i);
            places.push_back({entry.first.time, entry.first.frame, entry.file, &entry});
        }
    }
    std::ranges::sort(places, std::less{});
    return places;
}

}  // namespace

void run_serially(std::size_t count, const Job& job) {
    for (std::size_t i = 0; i < count; ++i)
        job(i, 0);
}

void Archive::see(Nanoseconds first, Nanoseconds last) {
    first_packet = any ? std::min(first_packet, first) : first;
    last_packet = any ? std::max(last_packet, last) : last;
    any = true;
}

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
    parallel(shards_.size(), [&](std::size_t i, unsigned) { shards_[i]->end_archive(archive); });
    defragmenter_.clear();
    archives_.emplace_back();
}

Judgement Engine::judge(const Parallel& parallel, const OnJudged& on_judged) {
    const std::vector<Place> places = in_order(shards_);
    const LookupIndex lookups = index_lookups(shards_, archives_);
    Histories histories(archives_, limits_.tls_ports, lookups);
    for (const Place& place : places)
        histories.ask(place.entry->record, place.entry->archive);
    for (const Place& place : places)
        histories.add(place.entry->record, place.entry->archive);
    std::array<std::uint64_t, round_batches> rows{};
    const auto judge_batch = [&](const JudgedBatch& batch, std::span<const Place> part) {
        evidence::Evidence evidence;
        for (const Place& place : part) {
            place.entry->unpack(evidence);
            join_lookup(lookups, evidence);
            const verdict::ServerHistory history =
                histories.of(place.entry->record, place.entry->archive);
            if (!limits_.all_flows && !verdict::is_attempt(evidence, history)) continue;
            ++rows[batch.index];
            on_judged.flow(batch, evidence, verdict::judge(evidence, history));
        }
    };
    constexpr std::size_t round_flows = round_batches * batch_flows;
    for (std::size_t begin = 0; begin < places.size(); begin += round_flows) {
        const auto round =
            std::span(places).subspan(begin, std::min(round_flows, places.size() - begin));
        const std::size_t batches = (round.size() + batch_flows - 1) / batch_flows;
        parallel(batches, [&](std::size_t batch, unsigned worker) {
            const auto rest = round.subspan(batch * batch_flows);
            judge_batch({batch, worker}, rest.first(std::min(batch_flows, rest.size())));
        });
        on_judged.end_round(batches);
    }
    Judgement result;
    for (const std::uint64_t count : rows)
        result.rows += count;
    result.without_row = places.size() - result.rows;
    result.names = lookups.troubles();
    return result;
}

}  // namespace tlstriage::engine
