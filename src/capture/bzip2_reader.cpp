#include <bzlib.h>

#include <algorithm>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

namespace {

/// Streams follow one another, as pbzip2 writes them.
class Bzip2Reader final : public UnpackingReader {
  public:
    explicit Bzip2Reader(std::unique_ptr<ByteReader> below) : UnpackingReader(std::move(below)) {}
    ~Bzip2Reader() override { finish_stream(); }
    Bzip2Reader(const Bzip2Reader&) = delete;
    Bzip2Reader& operator=(const Bzip2Reader&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && !ended_) {
            const Bytes input = packed();
            if (!open_ && !begin_stream(input)) break;
            // At the end of a cut file the decoder may still hold a part of its last block.
            const std::size_t count = decompress_some(input, out.subspan(done));
            done += count;
            if (input.empty() && count == 0 && open_ && !ended_) {
                ended_ = true;
                fail("bzip2 data cut short");
            }
        }
        return done;
    }

  private:
    bool begin_stream(Bytes input) {
        ended_ = input.empty();
        if (!ended_ && (!streams_seen_ || input[0] == 'B')) {
            stream_ = bz_stream{};
            open_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
            if (!open_) fail("bzip2: out of memory");
            streams_seen_ = true;
        } else if (!ended_) {
            fail("bzip2 data followed by something else");
        }
        ended_ = !open_;
        return open_;
    }

    std::size_t decompress_some(Bytes input, std::span<std::uint8_t> out) {
        const std::size_t room = std::min<std::size_t>(out.size(), 1U << 30U);
        // bzlib takes char*, and does not write to its input.
        stream_.next_in = const_cast<char*>(as_text(input).data());
        stream_.avail_in = static_cast<unsigned>(input.size());
        stream_.next_out = reinterpret_cast<char*>(out.data());
        stream_.avail_out = static_cast<unsigned>(room);
        const int status = BZ2_bzDecompress(&stream_);
        consume(input.size() - stream_.avail_in);
        const std::size_t count = room - stream_.avail_out;
        if (status == BZ_STREAM_END) {
            finish_stream();
        } else if (status != BZ_OK) {
            ended_ = true;
            fail("bzip2 data corrupt");
        }
        return count;
    }

    void finish_stream() {
        if (open_) BZ2_bzDecompressEnd(&stream_);
        open_ = false;
    }

    bz_stream stream_{};
    bool open_ = false;
    bool streams_seen_ = false;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> unpack_bzip2(std::unique_ptr<ByteReader> below) {
    return std::make_unique<Bzip2Reader>(std::move(below));
}

}  // namespace tlstriage::capture
