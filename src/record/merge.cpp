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

void renumber_border(engine::Border& border, const std::vector<std::uint32_t>& files,
                     const std::vector<std::uint32_t>& pieces) {
    border.archive = pieces[border.archive];
    if (border.head != nullptr) {
        for (engine::KeptPacket& packet : border.head->packets)
            packet.file = files[packet.file];
    }
    if (border.tail == nullptr) return;
    border.tail->last_file = files[border.tail->last_file];
    if (border.tail->evidence != nullptr) {
        border.tail->evidence->file = files[border.tail->evidence->file];
    }
}

const tls::Chain* interned(const tls::Chain* chain, Pool& pool) {
    if (chain == nullptr) return nullptr;
    tls::Chain copy = *chain;
    for (auto& certificate : copy.certificates) {
        if (certificate != nullptr) certificate = pool.certificate(tls::Certificate(*certificate));
    }
    return pool.chain(std::move(copy));
}

/// Evidence that was read anew, under the same indices, as if it had come with the parts: its
/// shapes and chains are those of the pool.
void copy(const engine::EvidenceStore& from, std::size_t shard, Pool& pool,
          engine::EvidenceStore& to) {
    evidence::Evidence evidence;
    for (engine::EvidenceStore::Index i = 0; i < from.size(); ++i) {
        const engine::EvidenceStore::Entry& entry = from.at(i);
        if (entry.dropped()) {
            to.drop(to.add(evidence::Evidence{}));
            continue;
        }
        entry.unpack(evidence);
        if (evidence.client_hello) {
            evidence.client_hello->shape =
                pool.shape(shard, evidence::HelloShape(*evidence.client_hello->shape));
        }
        for (evidence::SideEvidence& side : evidence.sides)
            side.chain = interned(side.chain, pool);
        engine::EvidenceStore::Entry& own = to.at(to.add(evidence));
        own.archive = entry.archive;
        own.side_packets = entry.side_packets;
        own.side_bytes = entry.side_bytes;
    }
}

}  // namespace

MergedRun::MergedRun(std::vector<RecordedRun> parts, Pool& pool)
    : parts_(std::move(parts)),
      pool_(pool),
      stitcher_(parts_, parts_.at(0).settings),
      numbers_(parts_.size()) {
    for (const RecordedRun& part : parts_) {
        if (part.settings == settings()) continue;
        throw std::runtime_error(
            "the runs were made with different options (--tls-ports, --all-flows, --one-archive or "
            "--separate): analyze the captures with the same ones");
    }
    number_traces();
    number_pieces();
    renumber();
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

/// By time, or else by their first traces. Without a packet there is no piece: a trace in such a
/// one belongs to the last.
void MergedRun::number_pieces() {
    struct Place {
        Piece piece;
        std::size_t archive = 0;                 ///< of the part
        std::uint32_t file = ~std::uint32_t{0};  ///< its first one
    };
    constexpr std::uint32_t none = ~std::uint32_t{0};
    std::vector<Place> places;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        const RecordedRun& run = parts_[part];
        std::vector<Place> own;
        for (const engine::Archive& archive : run.archives)
            own.push_back({.piece = {.part = part, .span = archive}, .archive = own.size()});
        for (std::size_t file = 0; file < run.facts.traces.size(); ++file) {
            std::uint32_t& first = own[run.facts.traces[file].archive].file;
            first = std::min(first, numbers_[part].files[file]);
        }
        std::erase_if(own, [](const Place& place) { return !place.piece.span.any; });
        append(places, own);
        numbers_[part].pieces.assign(run.archives.size(), none);
    }
    std::ranges::sort(places, std::less{}, [](const Place& place) {
        const engine::Archive& span = place.piece.span;
        return std::tuple(span.first_packet, place.file, span.last_packet);
    });
    for (Place& place : places) {
        place.piece.number = static_cast<std::uint32_t>(pieces_.size());
        numbers_[place.piece.part].pieces[place.archive] = place.piece.number;
        pieces_.push_back(place.piece);
        archives_.push_back(place.piece.span);
    }
    if (archives_.empty()) archives_.emplace_back();
    const auto last = static_cast<std::uint32_t>(archives_.size() - 1);
    for (Numbers& numbers : numbers_)
        std::ranges::replace(numbers.pieces, none, last);
}

void MergedRun::renumber() {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        RecordedRun& run = parts_[part];
        const Numbers& numbers = numbers_[part];
        const auto place = [&](auto& thing) {
            thing.file = numbers.files[thing.file];
            thing.archive = numbers.pieces[thing.archive];
        };
        for (engine::EvidenceStore& store : run.stores) {
            for (engine::EvidenceStore::Index i = 0; i < store.size(); ++i)
                place(store.at(i));
        }
        std::ranges::for_each(run.lookups, place);
        for (engine::Border& border : run.borders)
            renumber_border(border, numbers.files, numbers.pieces);
        for (std::size_t file = 0; file < run.facts.traces.size(); ++file) {
            facts_.traces[numbers.files[file]].archive =
                numbers.pieces[run.facts.traces[file].archive];
        }
    }
}

void MergedRun::add_up_facts() {
    facts_.mode = parts_.front().facts.mode;
    for (const RecordedRun& part : parts_) {
        if (part.facts.mode != facts_.mode) facts_.mode = "mixed";
        add_facts(facts_, part.facts);
    }
    std::ranges::sort(facts_.problems);
    std::ranges::sort(facts_.ignored);
    std::ranges::sort(facts_.remarks);
    facts_.remarks.erase(std::unique(facts_.remarks.begin(), facts_.remarks.end()),
                         facts_.remarks.end());
    facts_.see_archives(archives_);
    facts_.count_traces();
}

void MergedRun::make_archives() {
    archives_.clear();
    for (const Piece& piece : pieces_) {
        if (archives_.empty() ||
            begins_archive(settings().grouping, archives_.back(), piece.span)) {
            archives_.emplace_back();
        }
        archives_.back().see(piece.span.first_packet, piece.span.last_packet);
        archive_of_piece_.push_back(static_cast<std::uint32_t>(archives_.size() - 1));
    }
    if (archives_.empty()) archives_.emplace_back();
    if (pieces_.empty()) archive_of_piece_.push_back(0);
}

void MergedRun::join() {
    make_archives();
    std::vector<std::vector<Piece>> shares(archives_.size());
    for (const Piece& piece : pieces_)
        shares[archive_of_piece_[piece.number]].push_back(piece);
    for (std::uint32_t archive = 0; archive < shares.size(); ++archive) {
        if (shares[archive].size() > 1) stitcher_.join(archive, shares[archive]);
    }
    lookups_ = join_lookups(parts_, archive_of_piece_);
    for (RecordedRun& run : parts_) {
        for (engine::EvidenceStore& store : run.stores) {
            for (engine::EvidenceStore::Index i = 0; i < store.size(); ++i)
                store.at(i).archive = archive_of_piece_[store.at(i).archive];
        }
    }
    for (report::TraceFacts& trace : facts_.traces)
        trace.archive = archive_of_piece_[trace.archive];
    for (std::size_t shard = 0; shard < engine::shard_count; ++shard) {
        copy(stitcher_.shard(shard).ended(), shard, pool_, joined_[shard]);
        add_counts(facts_.shards, stitcher_.shard(shard).counts());
    }
    take_counts(facts_.shards, stitcher_.counted_twice());
}

engine::Records MergedRun::records() const {
    engine::Records records;
    records.lookups = lookups_;
    records.archives = archives_;
    for (const RecordedRun& part : parts_) {
        append(records.lookups, part.lookups);
        for (const engine::EvidenceStore& store : part.stores)
            records.ended.push_back(&store);
    }
    for (const engine::EvidenceStore& store : joined_)
        records.ended.push_back(&store);
    return records;
}

std::vector<BorderPlace> MergedRun::borders() const {
    std::vector<BorderPlace> places;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        for (const engine::Border& border : parts_[part].borders)
            places.push_back({part * engine::shard_count + border.shard, &border});
    }
    return places;
}

}  // namespace tlstriage::record
