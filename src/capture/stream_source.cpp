#include "capture/stream_source.h"

#include <algorithm>
#include <cstring>

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
            const std::size_t count = reader_->read({buffer_.get() + end_, asked});
            end_ += count;
            ended_ = count < asked;
        }
        return {buffer_.get() + begin_, std::min(want, end_ - begin_)};
    }

    void advance(std::size_t count) override {
        const std::size_t step = std::min(count, end_ - begin_);
        begin_ += step;
        position_ += step;
    }
    [[nodiscard]] std::uint64_t position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_position() const override {
        return reader_->stored_position();
    }
    [[nodiscard]] std::uint64_t stored_size() const override { return reader_->stored_size(); }
    [[nodiscard]] std::string error() const override { return reader_->error(); }

  private:
    /// Moves what was not consumed to the front, and sees that `want` bytes fit.
    void make_room(std::size_t want, std::size_t kept) {
        if (want > capacity_) {
            auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(want);
            if (kept != 0) std::memcpy(larger.get(), buffer_.get() + begin_, kept);
            buffer_ = std::move(larger);
            capacity_ = want;
        } else if (begin_ != 0 && kept != 0) {
            std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
        }
        begin_ = 0;
        end_ = kept;
    }

    std::unique_ptr<ByteReader> reader_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t capacity_ = 0;
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
