#include "support/packed.h"

#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <random>
#include <stdexcept>

namespace tlstriage::test {
namespace {

std::string little_endian(std::size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, value >>= 8U)
        text += static_cast<char>(value & 0xffU);
    return text;
}

std::string deflated(std::string_view data) {
    z_stream stream{};
    constexpr int raw = -MAX_WBITS;
    if (deflateInit2(&stream, 1, Z_DEFLATED, raw, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string text(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    const int status = deflate(&stream, Z_FINISH);
    text.resize(stream.total_out);
    deflateEnd(&stream);
    if (status != Z_STREAM_END) throw std::runtime_error("deflate");
    return text;
}

/// CRC-32 and length of what is packed (RFC 1952 §2.3.1).
std::string trailer(std::string_view data) {
    const uLong sum =
        crc32(0, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(data.size()));
    return little_endian(sum, 4) + little_endian(data.size(), 4);
}

}  // namespace

std::string zstd_frame(std::string_view data, int level, bool checksum) {
    struct Free {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, checksum ? 1 : 0);
    std::string text(ZSTD_compressBound(data.size()), '\0');
    text.resize(ZSTD_compress2(context.get(), text.data(), text.size(), data.data(), data.size()));
    return text;
}

std::string bgzf_member(std::string_view data, int lie) {
    using std::string_literals::operator""s;
    const std::string packed = deflated(data);
    const std::size_t length = 18 + packed.size() + 8;
    if (length > 65536) throw std::runtime_error("too large for BGZF");
    const auto stated = static_cast<std::size_t>(static_cast<int>(length) - 1 + lie);
    return "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0"s + little_endian(stated, 2) + packed +
           trailer(data);
}

std::string gzip_member(std::string_view data) {
    using std::string_literals::operator""s;
    return "\x1f\x8b\x08\0\0\0\0\0\0\xff"s + deflated(data) + trailer(data);
}

std::string bgzf(std::string_view data, std::size_t size) {
    std::string text;
    for (std::size_t at = 0; at < data.size(); at += size)
        text += bgzf_member(data.substr(at, size));
    return text + bgzf_member("");
}

std::string compressible(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>(random() % 3 == 0 ? random() % 32 : i / 50 % 256);
    return text;
}

}  // namespace tlstriage::test
