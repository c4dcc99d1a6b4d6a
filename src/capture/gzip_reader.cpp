#include <zlib.h>

#include <algorithm>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

namespace {

/// RFC 1952. Members follow one another (§2.2); zeros behind the last are a tape's padding.
class GzipReader final : public UnpackingReader {
  public:
    GzipReader(std::unique_ptr<ByteReader> below, GzipStart start)
        : UnpackingReader(std::move(below)), between_members_(start == GzipStart::behind_member) {
        constexpr int gzip_only = 16;  // zlib.h, inflateInit2
        ended_ = inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK;
        if (ended_) fail("gzip: out of memory");
    }
    ~GzipReader() override { inflateEnd(&stream_); }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && !ended_) {
            const Bytes input = packed();
            if (between_members_ && !next_member(input)) continue;
            // At the end of a cut file the decoder may still hold a few bytes.
            const std::size_t count = inflate_some(input, out.subspan(done));
            done += count;
            if (input.empty() && count == 0 && !ended_) {
                ended_ = true;
                fail("gzip data cut short");
            }
        }
        return done;
    }

  private:
    std::size_t inflate_some(Bytes input, std::span<std::uint8_t> out) {
        const std::size_t room = std::min<std::size_t>(out.size(), 1U << 30U);
        stream_.next_in = const_cast<Bytef*>(input.data());  // zlib's own const is optional
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(room);
        const int status = inflate(&stream_, Z_NO_FLUSH);
        consume(input.size() - stream_.avail_in);
        if (status == Z_STREAM_END) {
            between_members_ = true;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            ended_ = true;
            fail(std::string("gzip data corrupt: ") +
                 (stream_.msg != nullptr ? stream_.msg : "unknown fault"));
        }
        return room - stream_.avail_out;
    }

    /// True when another member begins at `input`.
    bool next_member(Bytes input) {
        if (input.empty()) {
            ended_ = true;
            return false;
        }
        if (input[0] == 0) {
            consume(1);
            return false;
        }
        if (input[0] != 0x1f) {
            ended_ = true;
            fail("gzip data followed by something else");
            return false;
        }
        inflateReset(&stream_);
        between_members_ = false;
        return true;
    }

    z_stream stream_{};
    bool between_members_;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> below, GzipStart start) {
    return std::make_unique<GzipReader>(std::move(below), start);
}

}  // namespace tlstriage::capture
