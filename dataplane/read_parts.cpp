#include "read_parts.h"

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <utility>

#include "capture/parts.h"
#include "capture/stream_source.h"
#include "read_ahead.h"

namespace tlstriage::dataplane {
namespace {

using capture::ByteReader;
using capture::Content;
using capture::Part;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;
/// What unpacking a part takes besides what is ahead: at most zstd's window (capture/parts.h).
constexpr std::size_t unpacker_memory = 8 * mebibyte;
constexpr std::size_t least_ahead = 8 * mebibyte;
constexpr std::size_t most_ahead = 32 * mebibyte;
constexpr std::uint64_t to_the_end = std::numeric_limits<std::uint64_t>::max();

/// The parts in front are unpacked side by side and read one after the other. Headers may lie, so a
/// part counts as one only if it ends without an error where its header said. From the beginning of
/// the first that does not, and of what is no part, the file is unpacked as a stream.
class PartsReader final : public ByteReader {
  public:
    PartsReader(capture::FileDescriptor file, std::unique_ptr<capture::Source> mapped,
                Content content, const PartsShape& shape)
        : file_(std::make_shared<capture::FileDescriptor>(std::move(file))),
          mapped_(std::move(mapped)),
          content_(content),
          shape_(shape) {}

    /// Whether there is a second part.
    [[nodiscard]] bool worthwhile() {
        const Part first = find(0);
        return first.size > 0 && find(first.size).size > 0;
    }

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (serial_ == nullptr) {
            begin_parts();
            if (parts_.empty()) {
                go_on_serially(next_, 0);
                break;
            }
            Unpacking& first = parts_.front();
            const std::size_t count = first.reader->read(out.subspan(done));
            done += count;
            first.given += count;
            see_position(first.part.offset + first.reader->stored_position());
            if (done == out.size()) return done;
            if (first.reader->error().empty()) {
                parts_.pop_front();
            } else {
                go_on_serially(first.part.offset, first.given);
            }
        }
        done += serial_->read(out.subspan(done));
        see_position(serial_offset_ + serial_->stored_position());
        return done;
    }
    std::uint64_t skip(std::uint64_t /*count*/) override { return 0; }
    [[nodiscard]] std::string error() const override {
        return serial_ == nullptr ? std::string() : serial_->error();
    }
    [[nodiscard]] std::uint64_t stored_position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return mapped_->stored_size(); }

  private:
    struct Unpacking {
        Part part;
        std::uint64_t given = 0;  ///< bytes of it that were read
        std::unique_ptr<ByteReader> reader;
    };

    /// Asks for the window anew each time: then a file that was cut is found to be shorter.
    [[nodiscard]] Part find(std::size_t offset) {
        const Bytes stored = mapped_->window(std::numeric_limits<std::size_t>::max());
        return capture::find_part(content_, stored, offset, shape_.least_part);
    }

    void begin_parts() {
        while (more_parts_ && parts_.size() < shape_.at_once) {
            const Part part = find(next_);
            more_parts_ = part.size > 0;
            if (!more_parts_) return;
            parts_.push_back({part, 0, read_ahead(unpack(part.offset, part.size), shape_.ahead)});
            next_ = part.offset + part.size;
        }
    }

    /// From a place where a part begins or all parts end, without the bytes that were given.
    void go_on_serially(std::uint64_t offset, std::uint64_t given) {
        parts_.clear();
        std::unique_ptr<ByteReader> rest = unpack(offset, to_the_end - offset);
        std::array<std::uint8_t, 16U << 10U> again{};
        while (given > 0) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(given, again.size()));
            if (rest->read(std::span(again).first(count)) < count) break;
            given -= count;
        }
        serial_offset_ = offset;
        serial_ = read_ahead(std::move(rest), shape_.at_once * shape_.ahead);
    }

    [[nodiscard]] std::unique_ptr<ByteReader> unpack(std::uint64_t offset,
                                                     std::uint64_t size) const {
        auto stored = capture::read_region(file_, offset, size);
        if (content_ == Content::zstd) return capture::unpack_zstd(std::move(stored));
        return capture::unpack_gzip(std::move(stored), capture::GzipStart::behind_member);
    }

    /// Progress does not go back, though what is unpacked once more does.
    void see_position(std::uint64_t position) { position_ = std::max(position_, position); }

    std::shared_ptr<capture::FileDescriptor> file_;
    std::unique_ptr<capture::Source> mapped_;  ///< for the headers alone
    Content content_;
    PartsShape shape_;
    std::deque<Unpacking> parts_;
    std::size_t next_ = 0;  ///< where the next part begins
    bool more_parts_ = true;
    std::unique_ptr<ByteReader> serial_;
    std::uint64_t serial_offset_ = 0;
    std::uint64_t position_ = 0;
};

}  // namespace

PartsShape shape_of_parts(unsigned threads, std::size_t memory) {
    PartsShape shape;
    shape.at_once = std::clamp<std::size_t>(memory / (unpacker_memory + least_ahead), 1, threads);
    const std::size_t share = memory / shape.at_once;
    shape.ahead = std::min(share - std::min(unpacker_memory, share), most_ahead);
    shape.least_part = std::clamp(shape.ahead / 4, mebibyte / 4, 4 * mebibyte);
    return shape;
}

std::unique_ptr<ByteReader> read_parts(const std::string& path, const PartsShape& shape) {
    if (shape.at_once < 2) return nullptr;
    auto mapped = capture::map(capture::open_descriptor(path));
    if (mapped == nullptr) return nullptr;
    const Content content = capture::recognise(mapped->window(capture::recognised_bytes));
    if (content != Content::zstd && content != Content::gzip) return nullptr;
    auto reader = std::make_unique<PartsReader>(capture::open_descriptor(path), std::move(mapped),
                                                content, shape);
    if (!reader->worthwhile()) return nullptr;
    return reader;
}

}  // namespace tlstriage::dataplane
