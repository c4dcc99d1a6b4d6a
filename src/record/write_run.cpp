#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/prefetch.h"
#include "evidence/packed.h"
#include "record/blocks.h"
#include "record/border_members.h"
#include "record/run_members.h"
#include "record/run_record.h"
#include "report/files.h"

namespace tlstriage::record {
namespace {

using engine::EvidenceStore;

/// Numbers things in the order in which they are met.
template <class T>
class Numbers {
  public:
    /// The number, and whether it is a new one.
    std::pair<std::uint32_t, bool> add(const T* thing) {
        const auto [place, fresh] =
            numbers_.try_emplace(thing, static_cast<std::uint32_t>(order_.size()));
        if (fresh) order_.push_back(thing);
        return {place->second, fresh};
    }
    [[nodiscard]] std::uint32_t of(const T* thing) const { return numbers_.at(thing); }
    [[nodiscard]] const std::vector<const T*>& order() const { return order_; }

  private:
    std::unordered_map<const T*, std::uint32_t> numbers_;
    std::vector<const T*> order_;
};

template <class T>
const T* address_at(const std::uint8_t* place) {
    return std::bit_cast<const T*>(load_native<std::uint64_t>(place));
}

/// Some flows of a store: what one block holds.
struct Batch {
    std::size_t store = 0;
    EvidenceStore::Index begin = 0;
    EvidenceStore::Index end = 0;
};

class Writer {
  public:
    Writer(const std::filesystem::path& folder, const engine::Records& records,
           const std::vector<BorderPlace>& borders, const engine::Parallel& parallel)
        : file_(folder, file_name), records_(records), borders_(borders), parallel_(parallel) {
        file_.write(file_header());
    }

    void run(const Settings& settings, const report::RunFacts& facts) {
        std::string items = empty_block();
        FieldWriter fields(items);
        fields(facts, settings, records_.archives);
        put(BlockKind::run, std::move(items));
        list(BlockKind::traces, facts.traces);
    }

    void tables() {
        for (std::size_t store = 0; store < records_.ended.size(); ++store) {
            const EvidenceStore& flows = *records_.ended[store];
            for (EvidenceStore::Index i = 0; i < flows.size(); ++i) {
                constexpr EvidenceStore::Index lead = 8;
                if (i + lead < flows.size() && !flows.at(i + lead).dropped()) {
                    prefetch(&flows.at(i + lead).packed().back());
                }
                if (!flows.at(i).dropped()) {
                    number(flows.at(i).packed(), shapes_[store % engine::shard_count]);
                }
            }
        }
        for (const BorderPlace& place : borders_) {
            const engine::TrackedFlow* const tail = place.border->tail.get();
            if (tail == nullptr || tail->evidence == nullptr) continue;
            pack(*tail->evidence);
            number(packed_, shapes_[place.store % engine::shard_count]);
        }
        std::string items = empty_block();
        FieldWriter fields(items);
        for (std::uint32_t shard = 0; shard < engine::shard_count; ++shard) {
            for (const evidence::HelloShape* shape : shapes_[shard].order()) {
                fields(shard, *shape);
                flush_if_full(BlockKind::shapes, items);
            }
        }
        flush(BlockKind::shapes, items);
        for (const tls::Certificate* certificate : certificates_.order()) {
            fields(*certificate);
            flush_if_full(BlockKind::certificates, items);
        }
        flush(BlockKind::certificates, items);
        for (const tls::Chain* chain : chains_.order()) {
            std::vector<std::uint32_t> numbers;  // 0: its DER is broken
            for (const auto& certificate : chain->certificates) {
                numbers.push_back(certificate ? certificates_.of(certificate.get()) + 1 : 0);
            }
            fields(numbers, chain->findings, chain->path_not_before, chain->path_not_after);
            flush_if_full(BlockKind::chains, items);
        }
        flush(BlockKind::chains, items);
        list(BlockKind::lookups, records_.lookups);
    }

    void flows() {
        constexpr EvidenceStore::Index batch_flows = 768;
        std::vector<Batch> batches;
        for (std::size_t store = 0; store < records_.ended.size(); ++store) {
            const auto size = static_cast<EvidenceStore::Index>(records_.ended[store]->size());
            for (EvidenceStore::Index begin = 0; begin < size; begin += batch_flows)
                batches.push_back({store, begin, std::min(size, begin + batch_flows)});
        }
        constexpr std::size_t at_once = 16;
        std::array<std::string, at_once> blocks;
        for (std::size_t first = 0; first < batches.size(); first += at_once) {
            const std::size_t count = std::min(at_once, batches.size() - first);
            parallel_(count,
                      [&](std::size_t i, unsigned) { blocks[i] = block(batches[first + i]); });
            for (const std::string& block : std::span(blocks).first(count)) {
                if (block.empty()) continue;
                file_.write(block);
                ++blocks_;
            }
        }
    }

    void borders() {
        count_flows();
        std::string items = empty_block();
        FieldWriter fields(items);
        for (const BorderPlace& place : borders_) {
            const engine::Border& border = *place.border;
            const std::size_t shard = place.store % engine::shard_count;
            const bool stored = border.stored != engine::Border::nowhere;
            const std::uint32_t number =
                stored ? numbers_in_file_[place.store][border.stored] + 1 : 0;
            fields(shard, border.archive, number);
            put_owned(fields, border.head);
            put_owned(fields, border.tail);
            if (border.tail != nullptr) put_parts(*border.tail, shard, fields, items);
            flush_if_full(BlockKind::borders, items);
        }
        flush(BlockKind::borders, items);
    }

    void finish() {
        std::string items = empty_block();
        FieldWriter fields(items);
        fields(blocks_);
        file_.write(seal(BlockKind::end, std::move(items)));
        file_.commit();
    }

  private:
    /// Gives numbers to the shape and chains that packed evidence refers to.
    void number(Bytes packed, Numbers<evidence::HelloShape>& shapes) {
        const auto places = evidence::shared_places(packed);
        for (unsigned i = 0; i < places->count; ++i) {
            const std::uint8_t* const place = packed.data() + places->offset + i * 8;
            if (!places->is_chain(i)) {
                shapes.add(address_at<evidence::HelloShape>(place));
                continue;
            }
            const auto* const chain = address_at<tls::Chain>(place);
            if (!chains_.add(chain).second) continue;
            for (const auto& certificate : chain->certificates) {
                if (certificate) certificates_.add(certificate.get());
            }
        }
    }

    /// What a tail owns.
    void put_parts(const engine::TrackedFlow& tail, std::size_t shard, FieldWriter& fields,
                   std::string& items) {
        put_owned(fields, tail.copies);
        put_owned(fields, tail.conversation);
        fields(tail.evidence != nullptr);
        if (tail.evidence == nullptr) return;
        pack(*tail.evidence);
        fields(tail.evidence->file);
        fields.bytes(packed_);
        put_numbers(packed_, shapes_[shard], items);
    }

    void pack(const evidence::Evidence& evidence) {
        packed_.resize(evidence::room_to_pack(evidence));
        packed_.resize(evidence::pack(evidence, packed_.data()));
    }

    /// Numbers the flows of a shard as they follow one another in the file.
    void count_flows() {
        if (borders_.empty()) return;
        std::array<std::uint32_t, engine::shard_count> next{};
        for (std::size_t store = 0; store < records_.ended.size(); ++store) {
            const EvidenceStore& flows = *records_.ended[store];
            std::vector<std::uint32_t>& numbers = numbers_in_file_.emplace_back();
            for (EvidenceStore::Index i = 0; i < flows.size(); ++i) {
                std::uint32_t& number = next[store % engine::shard_count];
                numbers.push_back(number);
                if (!flows.at(i).dropped()) ++number;
            }
        }
    }

    /// A sealed block of flows: the shard, then the flows; empty when all of them are dropped.
    [[nodiscard]] std::string block(const Batch& batch) const {
        const EvidenceStore& store = *records_.ended[batch.store];
        const std::size_t shard = batch.store % engine::shard_count;
        std::string items = empty_block();
        items.reserve(usual_block * 2);
        FieldWriter fields(items);
        fields(shard);
        const std::size_t empty = items.size();
        for (EvidenceStore::Index i = batch.begin; i < batch.end; ++i) {
            const EvidenceStore::Entry& entry = store.at(i);
            if (entry.dropped()) continue;
            fields(entry);
            fields.bytes(entry.packed());
            put_numbers(entry.packed(), shapes_[shard], items);
        }
        return items.size() == empty ? std::string{} : seal(BlockKind::flows, std::move(items));
    }

    /// Over the addresses in the packed evidence that `items` ends with.
    void put_numbers(Bytes packed, const Numbers<evidence::HelloShape>& shapes,
                     std::string& items) const {
        const auto places = evidence::shared_places(packed);
        for (unsigned i = 0; i < places->count; ++i) {
            const std::size_t offset = places->offset + i * 8;
            const std::uint8_t* const place = packed.data() + offset;
            const std::uint64_t number = places->is_chain(i)
                                             ? chains_.of(address_at<tls::Chain>(place))
                                             : shapes.of(address_at<evidence::HelloShape>(place));
            std::memcpy(items.data() + items.size() - packed.size() + offset, &number,
                        sizeof(number));
        }
    }

    template <class T>
    void list(BlockKind kind, const std::vector<T>& values) {
        std::string items = empty_block();
        FieldWriter fields(items);
        for (const T& value : values) {
            fields(value);
            flush_if_full(kind, items);
        }
        flush(kind, items);
    }
    void flush_if_full(BlockKind kind, std::string& items) {
        if (items.size() >= usual_block) flush(kind, items);
    }
    void flush(BlockKind kind, std::string& items) {
        if (items.size() > block_header_size) put(kind, std::exchange(items, empty_block()));
    }
    void put(BlockKind kind, std::string items) {
        file_.write(seal(kind, std::move(items)));
        ++blocks_;
    }

    report::OutputFile file_;
    const engine::Records& records_;
    const std::vector<BorderPlace>& borders_;
    const engine::Parallel& parallel_;
    std::vector<std::uint8_t> packed_;
    std::vector<std::vector<std::uint32_t>> numbers_in_file_;  ///< by store and index
    std::uint64_t blocks_ = 0;
    std::array<Numbers<evidence::HelloShape>, engine::shard_count> shapes_;
    Numbers<tls::Certificate> certificates_;
    Numbers<tls::Chain> chains_;
};

}  // namespace

std::vector<BorderPlace> borders_of(const engine::Engine& engine) {
    std::vector<BorderPlace> places;
    for (unsigned shard = 0; shard < engine::shard_count; ++shard) {
        for (const engine::Border& border : engine.borders(shard))
            places.push_back({shard, &border});
    }
    return places;
}

void write_run(const std::filesystem::path& folder, const Settings& settings,
               const report::RunFacts& facts, const engine::Records& records,
               const std::vector<BorderPlace>& borders, const engine::Parallel& parallel) {
    Writer writer(folder, records, borders, parallel);
    writer.run(settings, facts);
    writer.tables();
    writer.flows();
    writer.borders();
    writer.finish();
}

}  // namespace tlstriage::record
