// A map from hashes to small values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tlstriage {

/// Keys are hashes already, and equal where they are the same 64 bits. Open addressing, at most
/// three quarters full; nothing is ever erased. A reference is valid until the next insertion.
template <class Value>
class HashMap {
  public:
    /// The value of `key`, made by default when there is none.
    Value& operator[](std::uint64_t key) {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow();
        Slot& slot = slots_[place_of(key)];
        if (!slot.used) {
            slot.used = true;
            slot.key = key;
            ++size_;
        }
        return slot.value;
    }
    /// Null when there is none.
    [[nodiscard]] const Value* find(std::uint64_t key) const {
        if (size_ == 0) return nullptr;
        const Slot& slot = slots_[place_of(key)];
        return slot.used ? &slot.value : nullptr;
    }
    [[nodiscard]] Value* find(std::uint64_t key) {
        return const_cast<Value*>(std::as_const(*this).find(key));
    }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    struct Slot {
        std::uint64_t key = 0;
        Value value{};
        bool used = false;
    };

    /// Where the key is, or would be. There must be a free slot.
    [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t place = key & mask;
        while (slots_[place].used && slots_[place].key != key)
            place = (place + 1) & mask;
        return place;
    }
    void grow() {
        constexpr std::size_t first_size = 16;
        auto old = std::exchange(
            slots_, std::vector<Slot>(slots_.empty() ? first_size : slots_.size() * 2));
        for (Slot& slot : old) {
            if (slot.used) slots_[place_of(slot.key)] = std::move(slot);
        }
    }

    std::vector<Slot> slots_;  ///< a power of two
    std::size_t size_ = 0;
};

}  // namespace tlstriage
