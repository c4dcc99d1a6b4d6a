#include <lzma.h>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

namespace {

/// Bytes; `xz -9` needs 65 MiB to unpack, a hostile header may ask for 4 GiB.
constexpr std::uint64_t memory_limit = 256U << 20U;

class XzReader final : public UnpackingReader {
  public:
    explicit XzReader(std::unique_ptr<ByteReader> below)
        : UnpackingReader(std::move(below)),
          ended_(lzma_stream_decoder(&stream_, memory_limit, LZMA_CONCATENATED) != LZMA_OK) {
        if (ended_) fail("xz: out of memory");
    }
    ~XzReader() override { lzma_end(&stream_); }
    XzReader(const XzReader&) = delete;
    XzReader& operator=(const XzReader&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        stream_.next_out = out.data();
        stream_.avail_out = out.size();
        while (stream_.avail_out != 0 && !ended_) {
            const Bytes input = packed();
            stream_.next_in = input.data();
            stream_.avail_in = input.size();
            const lzma_ret status = lzma_code(&stream_, input.empty() ? LZMA_FINISH : LZMA_RUN);
            consume(input.size() - stream_.avail_in);
            if (status == LZMA_OK) continue;
            ended_ = true;
            if (status != LZMA_STREAM_END) fail(explain(status));
        }
        return out.size() - stream_.avail_out;
    }

  private:
    static std::string explain(lzma_ret status) {
        if (status == LZMA_BUF_ERROR) return "xz data cut short";
        if (status == LZMA_MEMLIMIT_ERROR) return "xz data needs more than 256 MiB to unpack";
        return "xz data corrupt";
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> unpack_xz(std::unique_ptr<ByteReader> below) {
    return std::make_unique<XzReader>(std::move(below));
}

}  // namespace tlstriage::capture
