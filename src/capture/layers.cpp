#include "capture/layers.h"

#include "capture/archive_reader.h"
#include "capture/format.h"

namespace tlstriage::capture {

namespace {

using std::string_view_literals::operator""sv;

/// A capture compressed more often than this is a trick.
constexpr int most_layers = 3;

bool is_zstd(std::string_view start) {
    // A frame, or a skippable one before it as pzstd writes (RFC 8878 §3.1.1, §3.1.2): 184D2A50 to
    // 184D2A5F, little endian.
    return start.starts_with("\x28\xb5\x2f\xfd"sv) ||
           (start.size() >= 4 && (static_cast<unsigned char>(start[0]) & 0xf0U) == 0x50 &&
            start.substr(1, 3) == "\x2a\x4d\x18"sv);
}

std::unique_ptr<ByteReader> take_off(Content content, std::unique_ptr<ByteReader> below) {
    switch (content) {
        case Content::gzip: return unpack_gzip(std::move(below));
        case Content::zstd: return unpack_zstd(std::move(below));
        case Content::lz4: return unpack_lz4(std::move(below));
        case Content::xz: return unpack_xz(std::move(below));
        case Content::bzip2: return unpack_bzip2(std::move(below));
        case Content::capture:
        case Content::tar:
        case Content::other: break;
    }
    return below;
}

}  // namespace

Content recognise(Bytes start) {
    const std::string_view text = as_text(start);
    if (Format::detect(start)) return Content::capture;
    if (text.starts_with("\x1f\x8b\x08"sv)) return Content::gzip;
    if (is_zstd(text)) return Content::zstd;
    if (text.starts_with("\x04\x22\x4d\x18"sv)) return Content::lz4;
    if (text.starts_with("\xfd\x37zXZ\0"sv)) return Content::xz;
    if (text.starts_with("BZh"sv)) return Content::bzip2;
    constexpr std::size_t tar_magic = 257;  // POSIX.1-2017 pax, ustar header block
    if (text.size() > tar_magic && text.substr(tar_magic).starts_with("ustar"sv)) {
        return Content::tar;
    }
    return Content::other;
}

Unpacked unpack(std::unique_ptr<ByteReader> stored) {
    Unpacked unpacked;
    unpacked.reader = std::make_unique<PeekReader>(std::move(stored));
    for (int layer = 0;; ++layer) {
        unpacked.content = recognise(unpacked.reader->peek(recognised_bytes));
        const bool packed = unpacked.content != Content::capture &&
                            unpacked.content != Content::tar && unpacked.content != Content::other;
        if (!packed || layer == most_layers) return unpacked;
        unpacked.plain = false;
        unpacked.reader =
            std::make_unique<PeekReader>(take_off(unpacked.content, std::move(unpacked.reader)));
    }
}

}  // namespace tlstriage::capture
