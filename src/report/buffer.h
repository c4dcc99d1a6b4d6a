// Bytes of a file under construction.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace tlstriage::report {

/// Grows by appending, and keeps its room when cleared. Unlike std::string it has no terminator to
/// move along and lets a writer put digits straight into its room.
class Buffer {
  public:
    void operator+=(char byte) {
        if (size_ == room_) grow(1);
        bytes_[size_++] = byte;
    }
    void operator+=(std::string_view text) {
        if (text.empty()) return;
        std::memcpy(reserve(text.size()), text.data(), text.size());
        size_ += text.size();
    }

    /// Room for at least `count` bytes behind the last one; advance() takes what was written there.
    char* reserve(std::size_t count) {
        if (room_ - size_ < count) grow(count);
        return bytes_.get() + size_;
    }
    void advance(std::size_t count) { size_ += count; }

    void clear() { size_ = 0; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
    [[nodiscard]] std::string text() const { return std::string(view()); }

  private:
    void grow(std::size_t count) {
        const std::size_t room = std::max(room_ * 2, size_ + count + 64);
        auto bytes = std::make_unique_for_overwrite<char[]>(room);
        if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
        bytes_ = std::move(bytes);
        room_ = room;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

}  // namespace tlstriage::report
