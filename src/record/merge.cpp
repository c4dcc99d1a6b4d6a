#include "record/merge.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "record/join_lookups.h"

namespace tlstriage::record {
namespace {

/// In the order in which one run reads its traces (capture/inputs.h).
struct TracePlace {
    std::size_t part = 0;
    std::uint32_t file = 0;  ///< of the part
    const report::TraceFacts* facts = nullptr;

    friend bool operator<(const TracePlace& a, const TracePlace& b) {
        const auto key = [](const report::TraceFacts& t) {
            return std::tuple(!t.first_packet, t.first_packet.value_or(0),
                              std::string_view(t.name));
        };
        return key(*a.facts) < key(*b.facts);
    }
};

/// An archive of a part; or several that are one now, under the first of them.
struct ArchivePlace {
    std::size_t part = 0;
    std::size_t archive = 0;
    std::uint32_t file = ~std::uint32_t{0};  ///< its first one, by the new numbers
    engine::Archive span;
};

bool begins_archive(engine::Grouping grouping, const engine::Archive& before,
                    const engine::Archive& archive) {
    if (grouping == engine::Grouping::one_archive) return false;
    if (grouping == engine::Grouping::separate) return true;
    return archive.first_packet - before.last_packet > engine::longest_pause;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

void add_each(auto& sum, const auto& part) {
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += part[i];
}

void add_counts(engine::ShardCounts& sum, const engine::ShardCounts& part) {
    sum.duplicate_packets += part.duplicate_packets;
    sum.flows += part.flows;
    sum.flows_evicted += part.flows_evicted;
    add_each(sum.ignored_flows, part.ignored_flows);
}

/// What is less than nothing was damaged on purpose, and only a count.
void take_counts(engine::ShardCounts& sum, const engine::ShardCounts& part) {
    sum.duplicate_packets -= std::min(sum.duplicate_packets, part.duplicate_packets);
    sum.flows -= std::min(sum.flows, part.flows);
    for (std::size_t i = 0; i < sum.ignored_flows.size(); ++i)
        sum.ignored_flows[i] -= std::min(sum.ignored_flows[i], part.ignored_flows[i]);
}

void add_facts(report::RunFacts& sum, const report::RunFacts& part) {
    append(sum.problems, part.problems);
    append(sum.ignored, part.ignored);
    append(sum.remarks, part.remarks);
    for (const auto& [link, frames] : part.frames_by_link_type)
        sum.frames_by_link_type[link] += frames;
    add_each(sum.outcomes, part.outcomes);
    add_each(sum.reassembled_outcomes, part.reassembled_outcomes);
    sum.fragments.fragments += part.fragments.fragments;
    sum.fragments.reassembled += part.fragments.reassembled;
    sum.fragments.given_up += part.fragments.given_up;
    sum.shards.packets += part.shards.packets;
    add_counts(sum.shards, part.shards);
}

}  // namespace

MergedRun::MergedRun(std::vector<RecordedRun> parts)
    : parts_(std::move(parts)), stitcher_(parts_, parts_.at(0).settings), numbers_(parts_.size()) {
    for (const RecordedRun& part : parts_) {
        if (part.settings == settings()) continue;
        throw std::runtime_error(
            "the runs were made with different options (--tls-ports, --all-flows, --one-archive or "
            "--separate): analyze the captures with the same ones");
    }
    number_traces();
    number_archives();
    renumber();
    stitch();
    add_up_facts();
}

void MergedRun::number_traces() {
    std::vector<TracePlace> places;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        const auto& traces = parts_[part].facts.traces;
        numbers_[part].files.resize(traces.size());
        for (std::uint32_t file = 0; file < traces.size(); ++file)
            places.push_back({part, file, &traces[file]});
    }
    std::ranges::stable_sort(places, std::less{});
    for (const TracePlace& place : places) {
        numbers_[place.part].files[place.file] = static_cast<std::uint32_t>(facts_.traces.size());
        facts_.traces.push_back(*place.facts);
    }
}

/// Archives follow one another as their first traces do. One without a packet is none: a trace in
/// it belongs to the last one.
void MergedRun::number_archives() {
    std::vector<ArchivePlace> places;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        const RecordedRun& run = parts_[part];
        std::vector<ArchivePlace> own(run.archives.size());
        for (std::size_t i = 0; i < own.size(); ++i)
            own[i] = {.part = part, .archive = i, .span = run.archives[i]};
        for (std::size_t file = 0; file < run.facts.traces.size(); ++file) {
            const std::uint32_t archive = run.facts.traces[file].archive;
            own[archive].file = std::min(own[archive].file, numbers_[part].files[file]);
        }
        std::erase_if(own, [](const ArchivePlace& place) { return !place.span.any; });
        append(places, own);
        numbers_[part].archives.assign(run.archives.size(), ~std::uint32_t{0});
    }
    std::ranges::sort(places, std::less{}, [](const ArchivePlace& place) {
        return std::tuple(place.span.first_packet, place.file, place.part, place.archive);
    });
    for (const ArchivePlace& place : places) {
        if (archives_.empty() ||
            begins_archive(settings().grouping, archives_.back(), place.span)) {
            archives_.emplace_back();
        }
        archives_.back().see(place.span.first_packet, place.span.last_packet);
        numbers_[place.part].archives[place.archive] =
            static_cast<std::uint32_t>(archives_.size() - 1);
    }
    if (archives_.empty()) archives_.emplace_back();
    for (Numbers& numbers : numbers_) {
        std::ranges::replace(numbers.archives, ~std::uint32_t{0},
                             static_cast<std::uint32_t>(archives_.size() - 1));
    }
}

void MergedRun::renumber() {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        RecordedRun& run = parts_[part];
        const Numbers& numbers = numbers_[part];
        const auto place = [&](auto& thing) {
            thing.file = numbers.files[thing.file];
            thing.archive = numbers.archives[thing.archive];
        };
        for (engine::EvidenceStore& store : run.stores) {
            for (engine::EvidenceStore::Index i = 0; i < store.size(); ++i)
                place(store.at(i));
        }
        for (engine::Lookup& lookup : run.lookups)
            place(lookup);
        for (engine::Border& border : run.borders)
            renumber(border, numbers);
        for (std::size_t file = 0; file < run.facts.traces.size(); ++file) {
            facts_.traces[numbers.files[file]].archive =
                numbers.archives[run.facts.traces[file].archive];
        }
    }
}

void MergedRun::renumber(engine::Border& border, const Numbers& numbers) {
    border.archive = numbers.archives[border.archive];
    if (border.head != nullptr) {
        for (engine::KeptPacket& packet : border.head->packets)
            packet.file = numbers.files[packet.file];
    }
    if (border.tail == nullptr) return;
    border.tail->last_file = numbers.files[border.tail->last_file];
    if (border.tail->evidence != nullptr) {
        border.tail->evidence->file = numbers.files[border.tail->evidence->file];
    }
}

/// Flows and lookups that go from one part to the next.
void MergedRun::stitch() {
    std::vector<std::vector<Piece>> pieces(archives_.size());
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        for (std::size_t i = 0; i < parts_[part].archives.size(); ++i) {
            const engine::Archive& span = parts_[part].archives[i];
            if (span.any) pieces[numbers_[part].archives[i]].push_back({part, span});
        }
    }
    for (std::uint32_t archive = 0; archive < pieces.size(); ++archive) {
        std::ranges::sort(pieces[archive], std::less{}, [](const Piece& piece) {
            return std::tuple(piece.span.first_packet, piece.span.last_packet, piece.part);
        });
        if (pieces[archive].size() > 1) stitcher_.join(archive, pieces[archive]);
    }
    lookups_ = join_lookups(parts_);
}

void MergedRun::add_up_facts() {
    facts_.mode = parts_.front().facts.mode;
    for (const RecordedRun& part : parts_) {
        if (part.facts.mode != facts_.mode) facts_.mode = "mixed";
        add_facts(facts_, part.facts);
    }
    for (std::size_t shard = 0; shard < engine::shard_count; ++shard)
        add_counts(facts_.shards, stitcher_.shard(shard).counts());
    take_counts(facts_.shards, stitcher_.counted_twice());
    std::ranges::sort(facts_.problems);
    std::ranges::sort(facts_.ignored);
    std::ranges::sort(facts_.remarks);
    const auto [first, last] = std::ranges::unique(facts_.remarks);
    facts_.remarks.erase(first, last);
    facts_.see_archives(archives_);
    facts_.count_traces();
}

engine::Records MergedRun::records() const {
    engine::Records records{.ended = {}, .lookups = lookups_, .archives = archives_};
    for (const RecordedRun& part : parts_) {
        for (const engine::EvidenceStore& store : part.stores)
            records.ended.push_back(&store);
    }
    for (std::size_t shard = 0; shard < engine::shard_count; ++shard)
        records.ended.push_back(&stitcher_.shard(shard).ended());
    return records;
}

std::vector<BorderPlace> MergedRun::borders() const {
    std::vector<BorderPlace> places;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        for (const engine::Border& border : parts_[part].borders) {
            if (border.head == nullptr && border.tail == nullptr) continue;
            places.push_back({part * engine::shard_count + border.shard, &border});
        }
    }
    for (std::size_t shard = 0; shard < engine::shard_count; ++shard) {
        for (const engine::Border& border : stitcher_.shard(shard).borders())
            places.push_back({parts_.size() * engine::shard_count + shard, &border});
    }
    return places;
}

}  // namespace tlstriage::record
