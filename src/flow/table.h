// From a connection's ends to its entry: open addressing over 8-byte slots.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/prefetch.h"

namespace tlstriage::flow {

/// Entries by FlowKey. Entry needs a `FlowKey key` member. Slots hold 32 bits of the hash and an
/// index, so that a miss costs one cache line and a hit two; both can be prefetched. Entries live
/// in chunks and never move. At most `max_entries` are alive; the caller makes room with erase().
template <class Entry>
class Table {
  public:
    using Index = std::uint32_t;
    static constexpr Index none = std::numeric_limits<Index>::max();

    explicit Table(std::size_t max_entries) : max_entries_(max_entries), slots_(least_slots) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool full() const { return size_ >= max_entries_; }
    /// One more than the largest index in use: for walks over all entries with alive().
    [[nodiscard]] Index end_index() const { return static_cast<Index>(alive_.size()); }
    [[nodiscard]] bool alive(Index index) const { return alive_[index]; }
    [[nodiscard]] Entry& at(Index index) { return chunks_[index / chunk_size][index % chunk_size]; }

    [[gnu::always_inline]] void prefetch_slot(std::uint64_t hash) const {
        prefetch(&slots_[home(hash)]);
    }
    /// Its first three cache lines, if a look at the next few slots finds it.
    [[gnu::always_inline]] void prefetch_entry(std::uint64_t hash) const {
        constexpr std::size_t looked_at = 4;
        for (std::size_t i = home(hash), end = i + looked_at; i < end; ++i) {
            const Slot& slot = slots_[i & mask()];
            if (slot.index == none) return;
            if (slot.index == free_slot || slot.tag != tag(hash)) continue;
            constexpr std::size_t looked_into = 192;
            prefetch(&chunks_[slot.index / chunk_size][slot.index % chunk_size], looked_into);
            return;
        }
    }

    /// The entry for `key`, or none. `same(entry)` compares the whole key.
    template <class Same>
    [[nodiscard]] Index find(std::uint64_t hash, Same same) {
        for (std::size_t i = home(hash);; i = (i + 1) & mask()) {
            const Slot& slot = slots_[i];
            if (slot.index == none) return none;
            if (slot.index != free_slot && slot.tag == tag(hash) && same(at(slot.index))) {
                return slot.index;
            }
        }
    }

    /// Adds a default-constructed entry. Precondition: no entry has this key, and !full().
    Index insert(std::uint64_t hash) {
        if ((used_slots_ + 1) * 10 > slots_.size() * 7) grow();
        const Index index = allocate();
        hashes_[index] = hash;
        place(hash, index);
        ++size_;
        return index;
    }

    /// Removes an entry and resets it to a default-constructed one.
    void erase(Index index) {
        const std::uint64_t hash = hashes_[index];
        std::size_t i = home(hash);
        while (slots_[i].index != index)
            i = (i + 1) & mask();
        slots_[i].index = free_slot;
        at(index) = Entry{};
        alive_[index] = false;
        free_.push_back(index);
        --size_;
    }

    /// Visits every entry and removes it. Memory is freed on the way, so that what is made of the
    /// entries can take its place.
    template <class Visit>
    void drain(Visit visit) {
        for (Index index = 0; index < end_index(); ++index) {
            if (alive_[index]) visit(at(index));
            const bool last_of_chunk = (index + 1) % chunk_size == 0 || index + 1 == end_index();
            if (last_of_chunk) chunks_[index / chunk_size].reset();
        }
        *this = Table(max_entries_);
    }

  private:
    struct Slot {
        std::uint32_t tag = 0;
        Index index = none;
    };
    static constexpr Index free_slot = none - 1;  ///< erased: a search goes on behind it
    static constexpr std::size_t chunk_size = 1024;
    static constexpr std::size_t least_slots = 1024;

    [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint64_t hash) const { return (hash >> 8U) & mask(); }
    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

    Index allocate() {
        if (!free_.empty()) {
            const Index index = free_.back();
            free_.pop_back();
            alive_[index] = true;
            return index;
        }
        const auto index = static_cast<Index>(alive_.size());
        if (index % chunk_size == 0) chunks_.push_back(std::make_unique<Entry[]>(chunk_size));
        alive_.push_back(true);
        hashes_.push_back(0);
        return index;
    }

    void place(std::uint64_t hash, Index index) {
        std::size_t i = home(hash);
        while (slots_[i].index < free_slot)
            i = (i + 1) & mask();
        if (slots_[i].index == none) ++used_slots_;
        slots_[i] = {tag(hash), index};
    }

    /// Doubles the slots, or only sweeps out erased ones when they are what fills the table.
    void grow() {
        const std::size_t count =
            size_ * 10 > slots_.size() * 4 ? slots_.size() * 2 : slots_.size();
        slots_.assign(count, Slot{});
        used_slots_ = 0;
        for (Index index = 0; index < end_index(); ++index) {
            if (alive_[index]) place(hashes_[index], index);
        }
    }

    std::size_t max_entries_;
    std::size_t size_ = 0;
    std::size_t used_slots_ = 0;
    std::vector<Slot> slots_;
    std::vector<std::unique_ptr<Entry[]>> chunks_;
    std::vector<std::uint64_t> hashes_;
    std::vector<bool> alive_;
    std::vector<Index> free_;
};

}  // namespace tlstriage::flow
