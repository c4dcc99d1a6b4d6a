#include <algorithm>
#include <bit>

#include "evidence/packed.h"
#include "record/blocks.h"
#include "record/border_members.h"
#include "record/moments.h"
#include "record/run_members.h"
#include "record/run_record.h"

namespace tlstriage::record {

using engine::EvidenceStore;

namespace {

/// Reads block after block into a RecordedRun. Everything that refers to a table comes behind it.
class Loader {
  public:
    Loader(const std::filesystem::path& path, Pool& pool) : reader_(path), pool_(pool) {}

    RecordedRun load() {
        bool begun = false;
        while (reader_.next()) {
            const bool first = reader_.kind() == BlockKind::run;
            if (first == begun) reader_.fail("has its blocks in a wrong order");
            begun = true;
            FieldReader fields(reader_.items(), last_frame_);
            read(fields);
            if (!fields.ok()) reader_.fail("says what no run can");
        }
        if (!begun) reader_.fail("is not whole");
        return std::move(run_);
    }

  private:
    void read(FieldReader& fields) {
        switch (reader_.kind()) {
            case BlockKind::run: return read_run(fields);
            case BlockKind::traces: return read_traces(fields);
            case BlockKind::shapes: return read_shapes(fields);
            case BlockKind::certificates: return read_certificates(fields);
            case BlockKind::chains: return read_chains(fields);
            case BlockKind::lookups: return read_lookups(fields);
            case BlockKind::flows: return read_flows(fields);
            case BlockKind::borders: return read_borders(fields);
            case BlockKind::end: return;
        }
    }

    void read_traces(FieldReader& fields) {
        const std::size_t before = run_.facts.traces.size();
        read_list(fields, run_.facts.traces);
        for (const report::TraceFacts& trace : std::span(run_.facts.traces).subspan(before)) {
            if (trace.archive >= run_.archives.size()) fields.poison();
            fields.check_time(trace.first_packet.value_or(0));
            last_frame_ = std::max(last_frame_, trace.frames);
        }
    }

    void read_run(FieldReader& fields) {
        fields(run_.facts, run_.settings, run_.archives);
        for (const engine::Archive& archive : run_.archives) {
            fields.check_time(archive.first_packet);
            fields.check_time(archive.last_packet);
            if (archive.last_packet < archive.first_packet) fields.poison();
        }
    }

    template <class T>
    static void read_list(FieldReader& fields, std::vector<T>& list) {
        while (!fields.empty() && fields.ok())
            fields(list.emplace_back());
    }

    void read_shapes(FieldReader& fields) {
        while (!fields.empty()) {
            const std::size_t shard = read_shard(fields);
            if (!fields.ok()) return;
            evidence::HelloShape shape;
            fields(shape);
            shapes_[shard].push_back(pool_.shape(shard, std::move(shape)));
        }
    }

    void read_certificates(FieldReader& fields) {
        while (!fields.empty()) {
            tls::Certificate certificate;
            fields(certificate);
            certificates_.push_back(pool_.certificate(std::move(certificate)));
        }
    }

    void read_chains(FieldReader& fields) {
        while (!fields.empty()) {
            tls::Chain chain;
            std::vector<std::uint32_t> numbers;
            fields(numbers, chain.findings, chain.path_not_before, chain.path_not_after);
            if (chain.findings >> tls::finding_count != 0) fields.poison();
            for (const std::uint32_t number : numbers) {
                if (number > certificates_.size()) return fields.poison();
                chain.certificates.push_back(number == 0 ? nullptr : certificates_[number - 1]);
            }
            chains_.push_back(pool_.chain(std::move(chain)));
        }
    }

    void read_lookups(FieldReader& fields) {
        const std::size_t before = run_.lookups.size();
        read_list(fields, run_.lookups);
        for (const engine::Lookup& lookup : std::span(run_.lookups).subspan(before))
            check_place(fields, lookup.file, lookup.archive);
    }

    void read_flows(FieldReader& fields) {
        const std::size_t shard = read_shard(fields);
        if (!fields.ok()) return;
        while (!fields.empty()) {
            EvidenceStore::Entry entry;
            fields(entry);
            check_place(fields, entry.file, entry.archive);
            const Bytes bytes = fields.bytes();
            packed_.assign(bytes.begin(), bytes.end());
            if (!fields.ok() || !put_addresses(shard) || !is_possible(entry.archive)) {
                return fields.poison();
            }
            keep(run_.stores[shard], entry);
        }
    }

    void read_borders(FieldReader& fields) {
        while (!fields.empty()) {
            engine::Border border;
            border.shard = static_cast<std::uint32_t>(read_shard(fields));
            std::uint32_t number = 0;
            fields(border.archive, number);
            if (!fields.ok() || number > run_.stores[border.shard].size()) return fields.poison();
            if (border.archive >= run_.archives.size()) return fields.poison();
            if (number > 0) border.stored = number - 1;
            get_owned(fields, border.head);
            get_owned(fields, border.tail);
            if (border.tail != nullptr) read_parts(fields, border);
            if (!fields.ok() || !is_possible(border)) return fields.poison();
            run_.borders.push_back(std::move(border));
        }
    }

    void read_parts(FieldReader& fields, const engine::Border& border) {
        engine::TrackedFlow& tail = *border.tail;
        get_owned(fields, tail.copies);
        get_owned(fields, tail.conversation);
        bool there = false;
        fields(there);
        if (!there) return;
        std::uint32_t file = 0;
        fields(file);
        const Bytes bytes = fields.bytes();
        packed_.assign(bytes.begin(), bytes.end());
        if (!fields.ok() || !put_addresses(border.shard) || !is_possible(border.archive)) {
            return fields.poison();
        }
        tail.evidence = std::make_unique<evidence::Evidence>(evidence_);
        tail.evidence->file = file;
    }

    [[nodiscard]] bool is_file(std::uint32_t file) const { return file < run_.facts.traces.size(); }

    [[nodiscard]] bool is_possible(const engine::Border& border) const {
        using engine::FlowState;
        const bool stored = border.stored != engine::Border::nowhere;
        if (border.head != nullptr) {
            const auto& packets = border.head->packets;
            if (packets.empty() || packets.size() > engine::Head::most_packets) return false;
            for (const engine::KeptPacket& packet : packets) {
                if (!is_file(packet.file) || packet.at.frame == 0) return false;
            }
        }
        if (border.tail == nullptr) return border.head != nullptr;
        const engine::TrackedFlow& tail = *border.tail;
        if (!is_file(tail.last_file)) return false;
        const bool open = tail.state == FlowState::open;
        if (open != (tail.evidence != nullptr && tail.conversation != nullptr)) return false;
        if (open && !is_file(tail.evidence->file)) return false;
        if (tail.state == FlowState::young) return tail.kept > 0 && stored;
        return stored || tail.state == FlowState::ignored;
    }

    void keep(EvidenceStore& store, const EvidenceStore::Entry& read) {
        EvidenceStore::Entry& kept = store.at(store.add_packed(packed_, evidence_));
        kept.file = read.file;
        kept.archive = read.archive;
        kept.last = read.last;
        kept.side_packets = read.side_packets;
        kept.side_bytes = read.side_bytes;
    }

    /// In place of the numbers in packed_.
    bool put_addresses(std::size_t shard) {
        const auto places = evidence::shared_places(packed_);
        if (!places) return false;
        for (unsigned i = 0; i < places->count; ++i) {
            std::uint8_t* const place = packed_.data() + places->offset + i * 8;
            const auto number = load_native<std::uint64_t>(place);
            const std::size_t table = places->is_chain(i) ? chains_.size() : shapes_[shard].size();
            if (number >= table) return false;
            const auto address = places->is_chain(i)
                                     ? std::bit_cast<std::uint64_t>(chains_[number])
                                     : std::bit_cast<std::uint64_t>(shapes_[shard][number]);
            std::memcpy(place, &address, sizeof(address));
        }
        return true;
    }

    /// Unpacks packed_; what judging relies on must be there, and all of it within the archive.
    bool is_possible(std::uint32_t archive) {
        if (packed_.size() > EvidenceStore::largest || !evidence::unpack(packed_, evidence_)) {
            return false;
        }
        if (evidence_.client_lane > 1 || !evidence_.first.seen()) return false;
        const engine::Archive& span = run_.archives[archive];
        bool within = true;
        each_moment(evidence_, [&](const Moment& at) {
            within &=
                at == Moment{} || (span.first_packet <= at.time && at.time <= span.last_packet &&
                                   at.seen() && at.frame <= last_frame_);
        });
        if (!within) return false;
        return !evidence_.client_hello || evidence_.client_hello->shape != nullptr;
    }

    static std::size_t read_shard(FieldReader& fields) {
        std::size_t shard = 0;
        fields(shard);
        if (shard >= engine::shard_count) fields.poison();
        return shard;
    }

    void check_place(FieldReader& fields, std::uint32_t file, std::uint32_t archive) const {
        const bool known = file < run_.facts.traces.size() && archive < run_.archives.size();
        if (!known) fields.poison();
    }

    BlockReader reader_;
    Pool& pool_;
    RecordedRun run_;
    // By their numbers in the file.
    std::vector<std::vector<const evidence::HelloShape*>> shapes_{engine::shard_count};
    std::vector<std::shared_ptr<const tls::Certificate>> certificates_;
    std::vector<const tls::Chain*> chains_;
    std::vector<std::uint8_t> packed_;
    evidence::Evidence evidence_;
    std::uint64_t last_frame_ = 0;  ///< of the longest trace
};

}  // namespace

RecordedRun load_run(const std::filesystem::path& folder, Pool& pool) {
    return Loader(folder / file_name, pool).load();
}

engine::Records RecordedRun::records() const {
    engine::Records records;
    records.lookups = lookups;
    records.archives = archives;
    for (const engine::EvidenceStore& store : stores)
        records.ended.push_back(&store);
    return records;
}

std::vector<std::string> file_names(const report::RunFacts& facts) {
    std::vector<std::string> names;
    for (const report::TraceFacts& trace : facts.traces)
        names.push_back(trace.name);
    return names;
}

}  // namespace tlstriage::record
