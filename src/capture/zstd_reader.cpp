#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

namespace {

/// Bytes that a block unpacks to at most (RFC 8878 §3.1.1.2.4).
constexpr std::size_t largest_block = std::size_t{128} << 10U;
/// RFC 8878 §3.1.1.1: magic number 4, descriptor 1, window 1, dictionary 4, content size 8.
constexpr std::size_t longest_frame_header = 18;
constexpr std::size_t block_header = 3;

struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// RFC 8878. Frames follow one another, skippable ones too. A call of the library that fails does
/// not say how much it had unpacked before, so that each call gets no more than to the end of a
/// block, and room for all of it: every block before a fault is delivered, wherever the input
/// happens to be cut.
class ZstdReader final : public UnpackingReader {
  public:
    explicit ZstdReader(std::unique_ptr<ByteReader> below)
        : UnpackingReader(std::move(below)),
          stream_(ZSTD_createDStream()),
          ended_(stream_ == nullptr) {
        if (ended_) fail("zstd: out of memory");
    }

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && (begin_ < end_ || !ended_)) {
            const std::size_t room = out.size() - done;
            if (begin_ < end_) {
                const std::size_t count = std::min(room, end_ - begin_);
                std::memcpy(out.data() + done, block_.data() + begin_, count);
                begin_ += count;
                done += count;
            } else if (room >= largest_block) {
                done += unpack_some(out.subspan(done));
            } else {
                block_.resize(largest_block);
                begin_ = 0;
                end_ = unpack_some(block_);
            }
        }
        return done;
    }

  private:
    /// The library unpacks a frame that it sees the whole of in one go, so the header is given to
    /// it byte by byte. What it asks for then is a block and the header of the next.
    [[nodiscard]] std::size_t next_length() const {
        if (of_frame_ < longest_frame_header) return 1;
        return asked_ > block_header ? asked_ - block_header : std::max<std::size_t>(asked_, 1);
    }

    std::size_t unpack_some(std::span<std::uint8_t> out) {
        const Bytes input = packed();
        if (input.empty()) {
            ended_ = true;
            if (of_frame_ != 0) fail("zstd data cut short");
            return 0;
        }
        ZSTD_inBuffer from{input.data(), std::min(next_length(), input.size()), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const std::size_t status = ZSTD_decompressStream(stream_.get(), &to, &from);
        consume(from.pos);
        if (ZSTD_isError(status) != 0) {
            ended_ = true;
            fail(std::string("zstd data corrupt: ") + ZSTD_getErrorName(status));
            return 0;
        }
        of_frame_ = status == 0 ? 0 : of_frame_ + from.pos;
        asked_ = status;
        return to.pos;
    }

    std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
    std::vector<std::uint8_t> block_;  ///< for callers with less room
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t of_frame_ = 0;  ///< bytes of the present frame so far
    std::size_t asked_ = 0;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> unpack_zstd(std::unique_ptr<ByteReader> below) {
    return std::make_unique<ZstdReader>(std::move(below));
}

}  // namespace tlstriage::capture
