#include "engine/judgement.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <tuple>

#include "base/prefetch.h"
#include "engine/history.h"

namespace tlstriage::engine {
namespace {

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

/// The flows to judge, in the order of rows. What they ask of each other is asked on the way, while
/// their records are read one behind the other.
std::vector<Place> in_order(std::span<const EvidenceStore* const> stores, Histories& histories) {
    std::vector<Place> places;
    std::size_t count = 0;
    for (const EvidenceStore* store : stores)
        count += store->size();
    places.reserve(count);
    for (const EvidenceStore* store : stores) {
        for (EvidenceStore::Index i = 0; i < store->size(); ++i) {
            const EvidenceStore::Entry& entry = store->at(i);
            if (entry.open || entry.dropped()) continue;
            histories.ask(entry.record, entry.archive);
            places.push_back({entry.first.time, entry.first.frame, entry.file, &entry});
        }
    }
    std::ranges::sort(places, std::less{});
    return places;
}

/// Flows that go through the stages of judging together. The code of all stages is more than the
/// first-level cache holds: so that of each is fetched once for all of them, and the evidence of
/// the next ones meanwhile.
constexpr std::size_t group_flows = 16;

/// Where they are judged; used again, with the memory that it has grown.
struct Group {
    struct Flow {
        const EvidenceStore::Entry* entry = nullptr;
        evidence::Evidence evidence;
        std::vector<verdict::Profile> profiles;  ///< that `history` borrows
        verdict::ServerHistory history;
        verdict::Verdict verdict;
    };
    std::array<Flow, group_flows> flows;
    std::vector<JudgedFlow> judged;
};

/// Groups that no thread uses.
class GroupPool {
  public:
    std::unique_ptr<Group> take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return std::make_unique<Group>();
        std::unique_ptr<Group> group = std::move(idle_.back());
        idle_.pop_back();
        return group;
    }
    void give_back(std::unique_ptr<Group> group) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(group));
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Group>> idle_;
};

std::vector<Nanoseconds> ends_of(std::span<const Archive> archives) {
    std::vector<Nanoseconds> ends;
    ends.reserve(archives.size());
    for (const Archive& archive : archives)
        ends.push_back(archive.last_packet);
    return ends;
}

}  // namespace

Judgement judge(Records records, const Limits& limits, const Parallel& parallel,
                const OnJudged& on_judged) {
    const LookupIndex lookups(std::move(records.lookups), ends_of(records.archives));
    Histories histories(records.archives, limits.tls_ports, lookups);
    const std::vector<Place> places = in_order(records.ended, histories);
    for (const FlowRecord& other : records.others)
        histories.add(other, 0);
    for (std::size_t i = 0; i < places.size(); ++i) {
        constexpr std::size_t lead = 8;
        if (i + lead < places.size()) {
            const FlowRecord& later = places[i + lead].entry->record;
            prefetch(&later, sizeof(later));
        }
        histories.add(places[i].entry->record, places[i].entry->archive);
    }
    std::array<std::uint64_t, round_batches> rows{};
    GroupPool groups;
    const auto judge_group = [&](Group& group, const JudgedBatch& batch,
                                 std::span<const Place> part, std::span<const Place> next) {
        for (const Place& place : next)
            prefetch(place.entry, sizeof(*place.entry));
        const auto flows = std::span(group.flows).first(part.size());
        for (std::size_t i = 0; i < flows.size(); ++i) {
            flows[i].entry = part[i].entry;
            flows[i].entry->unpack(flows[i].evidence);
            join_lookup(lookups, flows[i].evidence);
        }
        for (const Place& place : next)
            prefetch(place.entry->bytes, place.entry->size);
        for (Group::Flow& flow : flows) {
            flow.history = histories.of(flow.entry->record, flow.entry->archive);
            if (records.carried != nullptr) {
                records.carried->replace(flow.evidence, flow.history, flow.profiles);
            }
        }
        group.judged.clear();
        for (Group::Flow& flow : flows) {
            if (!limits.all_flows && !verdict::is_attempt(flow.evidence, flow.history)) continue;
            flow.verdict = verdict::judge(flow.evidence, flow.history);
            group.judged.push_back({flow.evidence, flow.history, flow.verdict});
        }
        rows[batch.index] += group.judged.size();
        on_judged.flows(batch, group.judged);
    };
    const auto judge_batch = [&](const JudgedBatch& batch, std::span<const Place> part) {
        std::unique_ptr<Group> group = groups.take();
        while (!part.empty()) {
            const std::size_t count = std::min(group_flows, part.size());
            const auto rest = part.subspan(count);
            judge_group(*group, batch, part.first(count),
                        rest.first(std::min(group_flows, rest.size())));
            part = rest;
        }
        groups.give_back(std::move(group));
    };
    constexpr std::size_t round_flows = round_batches * batch_flows;
    bool left_to_do = false;  // for the round before
    for (std::size_t begin = 0; begin < places.size(); begin += round_flows) {
        const auto round =
            std::span(places).subspan(begin, std::min(round_flows, places.size() - begin));
        const std::size_t batches = (round.size() + batch_flows - 1) / batch_flows;
        const std::size_t first = left_to_do ? 1 : 0;
        parallel(first + batches, [&](std::size_t job, unsigned worker) {
            if (job < first) {
                on_judged.after_round();
                return;
            }
            const std::size_t batch = job - first;
            const auto rest = round.subspan(batch * batch_flows);
            judge_batch({batch, worker}, rest.first(std::min(batch_flows, rest.size())));
        });
        on_judged.end_round(batches);
        left_to_do = on_judged.after_round != nullptr;
    }
    if (left_to_do) on_judged.after_round();
    Judgement result;
    for (const std::uint64_t count : rows)
        result.rows += count;
    result.without_row = places.size() - result.rows;
    result.names = lookups.troubles(records.names_from, records.names_until);
    return result;
}

}  // namespace tlstriage::engine
