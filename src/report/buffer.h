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
        if (at_ == end_) grow(1);
        *at_++ = byte;
    }
    void operator+=(std::string_view text) {
        if (text.empty()) return;
        std::memcpy(reserve(text.size()), text.data(), text.size());
        at_ += text.size();
    }

    /// Lets `write(char*)` put at most `longest` bytes behind the last one; it returns their end.
    template <class Write>
    void write(std::size_t longest, Write write) {
        at_ = write(reserve(longest));
    }
    /// Room for at least `count` bytes behind the last one.
    char* reserve(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) grow(count);
        return at_;
    }
    /// What was written there ends at `end`.
    void end_at(char* end) { at_ = end; }
    /// Where its room ends.
    [[nodiscard]] const char* room_end() const { return end_; }

    void clear() { at_ = bytes_.get(); }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - bytes_.get()); }
    [[nodiscard]] std::string_view view() const { return {bytes_.get(), size()}; }
    [[nodiscard]] std::string text() const { return std::string(view()); }

  private:
    void grow(std::size_t count) {
        const std::size_t used = size();
        const std::size_t room =
            std::max(static_cast<std::size_t>(end_ - bytes_.get()) * 2, used + count + 64);
        auto bytes = std::make_unique_for_overwrite<char[]>(room);
        if (used > 0) std::memcpy(bytes.get(), bytes_.get(), used);
        bytes_ = std::move(bytes);
        at_ = bytes_.get() + used;
        end_ = bytes_.get() + room;
    }

    std::unique_ptr<char[]> bytes_;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace tlstriage::report
