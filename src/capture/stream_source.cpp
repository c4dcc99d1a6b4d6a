#include "capture/stream_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tlstriage::capture {

namespace {

class StreamSource final : public Source {
  public:
    explicit StreamSource(std::unique_ptr<ByteReader> reader) : reader_(std::move(reader)) {}

    Bytes window(std::size_t want) override {
        const std::size_t kept = end_ - begin_;
        if (kept < want && !ended_) {
            make_room(want, kept);
            const std::size_t asked = want - kept;
            const std::size_t count = reader_->read({buffer_.bytes.get() + end_, asked});
            end_ += count;
            ended_ = count < asked;
        }
        return {buffer_.bytes.get() + begin_, std::min(want, end_ - begin_)};
    }

    void advance(std::size_t count) override {
        const std::size_t step = std::min(count, end_ - begin_);
        begin_ += step;
        position_ += step;
    }
    [[nodiscard]] std::shared_ptr<const void> keep() const override { return buffer_.bytes; }
    [[nodiscard]] std::uint64_t position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_position() const override {
        return reader_->stored_position();
    }
    [[nodiscard]] std::uint64_t stored_size() const override { return reader_->stored_size(); }
    [[nodiscard]] std::string error() const override { return reader_->error(); }

  private:
    struct Buffer {
        std::shared_ptr<std::uint8_t[]> bytes;
        std::size_t capacity = 0;

        [[nodiscard]] bool is_kept() const { return bytes.use_count() > 1; }
        void reserve(std::size_t want) {
            if (want <= capacity && !is_kept()) return;
            bytes = std::make_shared_for_overwrite<std::uint8_t[]>(want);
            capacity = want;
        }
    };

    /// Moves what was not consumed to the front, of another buffer if this one is kept, and sees
    /// that `want` bytes fit.
    void make_room(std::size_t want, std::size_t kept) {
        if (buffer_.is_kept() || want > buffer_.capacity) {
            std::swap(buffer_, spare_);
            buffer_.reserve(want);
            if (kept != 0) std::memcpy(buffer_.bytes.get(), spare_.bytes.get() + begin_, kept);
            if (!spare_.is_kept()) spare_ = {};  // it was too small
        } else if (begin_ != 0 && kept != 0) {
            std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + begin_, kept);
        }
        begin_ = 0;
        end_ = kept;
    }

    std::unique_ptr<ByteReader> reader_;
    Buffer buffer_;
    Buffer spare_;  ///< the one that was kept last, used in turn
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
    std::uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<Source> stream(std::unique_ptr<ByteReader> reader) {
    return std::make_unique<StreamSource>(std::move(reader));
}

}  // namespace tlstriage::capture
