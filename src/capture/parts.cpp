#include "capture/parts.h"

#include <zstd.h>

#include <algorithm>

namespace tlstriage::capture {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t largest_frame = std::size_t{64} << 20U;
constexpr std::uint64_t largest_window = std::uint64_t{8} << 20U;

/// Bytes that unpacking keeps of what it made, from a frame's header (RFC 8878 §3.1.1.1):
///   magic 4 | descriptor 1 | window descriptor 0 or 1 | dictionary 0-4 | content size 0-8
/// One without a window descriptor is kept whole.
std::uint64_t window_of(Bytes frame) {
    constexpr std::size_t descriptor_at = 4;
    constexpr std::size_t window_at = 5;
    constexpr unsigned single_segment = 0x20;
    if ((frame[descriptor_at] & single_segment) != 0) {
        return ZSTD_getFrameContentSize(frame.data(), frame.size());
    }
    const unsigned exponent = frame[window_at] >> 3U;
    const unsigned mantissa = frame[window_at] & 7U;
    const std::uint64_t base = std::uint64_t{1} << (10 + exponent);
    return base + base / 8 * mantissa;
}

std::size_t zstd_length(Bytes stored) {
    const Bytes seen = stored.first(std::min(stored.size(), largest_frame));
    if (recognise(seen.first(std::min(seen.size(), recognised_bytes))) != Content::zstd) return 0;
    const std::size_t length = ZSTD_findFrameCompressedSize(seen.data(), seen.size());
    if (ZSTD_isError(length) != 0 || length > seen.size()) return 0;
    const bool skippable = seen[0] != 0x28;
    return skippable || window_of(seen) <= largest_window ? length : 0;
}

/// Length of a member of a BGZF file, which is gzip (RFC 1952 §2.3) with one subfield more:
///   1f 8b 08 flags | time 4 | 2 more | XLEN 2 | subfields: SI1 SI2 LEN 2, LEN bytes | …
/// 'B' 'C' 2: the member's length less one (SAM/BAM specification, §4.1). Little endian.
std::size_t bgzf_length(Bytes stored) {
    constexpr std::size_t fixed = 12;
    constexpr std::size_t trailer = 8;
    constexpr unsigned has_extra = 4;
    const auto u16_at = [&](std::size_t at) {
        return static_cast<std::size_t>(stored[at]) | static_cast<std::size_t>(stored[at + 1])
                                                          << 8U;
    };
    if (stored.size() < fixed || !as_text(stored).starts_with("\x1f\x8b\x08"sv)) return 0;
    if ((stored[3] & has_extra) == 0) return 0;
    const std::size_t end = fixed + u16_at(fixed - 2);
    if (end > stored.size()) return 0;
    for (std::size_t at = fixed; end - at >= 4;) {
        const std::size_t length = u16_at(at + 2);
        if (length > end - at - 4) return 0;
        if (stored[at] == 'B' && stored[at + 1] == 'C' && length == 2) {
            const std::size_t member = u16_at(at + 4) + 1;
            return member > end + trailer && member <= stored.size() ? member : 0;
        }
        at += 4 + length;
    }
    return 0;
}

}  // namespace

std::size_t frame_length(Content content, Bytes stored) {
    switch (content) {
        case Content::zstd: return zstd_length(stored);
        case Content::gzip: return bgzf_length(stored);
        default: return 0;
    }
}

Part find_part(Content content, Bytes stored, std::size_t offset, std::size_t least) {
    Part part{offset, 0};
    if (offset > stored.size()) return part;
    while (part.size < std::max<std::size_t>(least, 1)) {
        const std::size_t length = frame_length(content, stored.subspan(part.offset + part.size));
        if (length == 0) break;
        part.size += length;
    }
    return part;
}

}  // namespace tlstriage::capture
