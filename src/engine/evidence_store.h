// The evidence of ended flows, packed, until all of them are judged.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "base/bytes.h"
#include "engine/flow_record.h"
#include "evidence/evidence.h"

namespace tlstriage::engine {

/// In chunks and blocks that never move. One owner at a time.
class EvidenceStore {
  public:
    /// Where a flow's bytes are, what rows are sorted by, and what is not in the bytes.
    struct Entry {
        Moment first;
        std::uint32_t file = 0;
        std::uint32_t archive = evidence::Evidence::no_archive;
        const std::uint8_t* bytes = nullptr;
        std::uint32_t size = 0;
        std::uint8_t client_lane = 0;
        Moment last;
        std::array<std::uint32_t, 2> side_packets{};  ///< by evidence::Side
        std::array<std::uint64_t, 2> side_bytes{};    ///< TCP payload
        bool frames_lost = false;
        bool open = false;  ///< its flow may still go on
        FlowRecord record;

        [[nodiscard]] bool dropped() const { return bytes == nullptr; }
        [[nodiscard]] Bytes packed() const { return {bytes, size}; }
        /// The whole evidence, over whatever `evidence` held.
        void unpack(evidence::Evidence& evidence) const;
    };
    using Index = std::uint32_t;
    /// Bytes of one flow at most: names are at most 64 KiB long, and lists are bounded.
    static constexpr std::size_t largest = std::size_t{128} << 10U;

    Index add(const evidence::Evidence& evidence);
    /// The same with bytes that pack() made of it, which are copied.
    Index add_packed(Bytes packed, const evidence::Evidence& evidence);
    /// The flow went on after it was added: takes its evidence anew.
    void replace(Index index, const evidence::Evidence& evidence);
    /// Of another store.
    Index add(const Entry& entry);
    /// Drops all.
    void clear();
    /// The entry is no flow any more: what reads the store passes over it.
    void drop(Index index) { at(index).bytes = nullptr; }
    /// Entries added since the last call of this function belong to `archive`.
    void end_archive(std::uint32_t archive);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Entry& at(Index index) { return blocks_[index / block][index % block]; }
    [[nodiscard]] const Entry& at(Index index) const {
        return blocks_[index / block][index % block];
    }

  private:
    static constexpr std::size_t first_chunk = largest;
    static constexpr std::size_t last_chunk = std::size_t{2} << 20U;
    static constexpr Index block = 1024;  ///< entries

    struct FreeChunk {
        std::align_val_t alignment{};
        void operator()(std::uint8_t* chunk) const { ::operator delete(chunk, alignment); }
    };

    Entry make(const evidence::Evidence& evidence);
    /// Where `size` more bytes can be written, not taken yet.
    std::uint8_t* room(std::size_t size);

    std::vector<std::unique_ptr<std::uint8_t, FreeChunk>> chunks_;
    std::size_t chunk_ = 0;  ///< size of the last chunk
    std::size_t used_ = 0;   ///< of it
    std::vector<std::unique_ptr<Entry[]>> blocks_;
    Index size_ = 0;
    Index assigned_ = 0;  ///< entries that have their archive
};

}  // namespace tlstriage::engine
