#include "record/blocks.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "evidence/evidence.h"
#include "record/fields.h"
#include "sense/protocol.h"
#include "wire/outcomes.h"

namespace tlstriage::record {
namespace {

constexpr std::string_view magic = "tlstriev";
constexpr int compression_level = 1;

// Little-endian:
//   file   = magic(8) version(4) vocabulary(8) checksum(8) block*
//   block  = kind(1) packing(1) zero(2) size(4) stored_size(4) checksum(8) header_checksum(8) bytes
struct FileHeader {
    std::array<char, magic.size()> name{};
    std::uint32_t version = 0;
    std::uint32_t zero = 0;
    std::uint64_t vocabulary = 0;
    std::uint64_t checksum = 0;  ///< of what is before it
};
struct BlockHeader {
    std::uint8_t kind = 0;
    std::uint8_t packing = 0;  ///< 0: as it is, 1: one zstd frame
    std::uint16_t zero = 0;
    std::uint32_t size = 0;    ///< unpacked
    std::uint32_t stored = 0;  ///< bytes that follow
    std::uint32_t also_zero = 0;
    std::uint64_t checksum = 0;         ///< XXH3 of the bytes that follow
    std::uint64_t header_checksum = 0;  ///< XXH3 of what is before it
};
static_assert(sizeof(FileHeader) == 32 && sizeof(BlockHeader) == block_header_size);

template <class Header>
std::uint64_t checksum_of(const Header& header) {
    return XXH3_64bits(&header, sizeof(header) - sizeof(std::uint64_t));
}

/// Numbers stand for words in this order: a program whose lists differ can't read them.
std::uint64_t vocabulary() {
    std::string words;
#define EVENT(symbol, text) words += #symbol " ";
#include "evidence/events.def"
#undef EVENT
    for (const std::string_view name : sense::protocol_names)
        words.append(name) += ' ';
    for (const wire::OutcomeInfo& info : wire::outcome_infos)
        words.append(info.name) += ' ';
    return XXH3_64bits(words.data(), words.size());
}

template <class Header>
std::string_view view(const Header& header) {
    return {reinterpret_cast<const char*>(&header), sizeof(header)};
}

/// Packed flows are nearly all of a file, and it takes a tenth of a run to make them smaller by a
/// half. Of borders there may be as many as flows.
bool is_dense(BlockKind kind) {
    return kind == BlockKind::flows || kind == BlockKind::borders;
}

/// Empty when the items would not become fewer bytes.
std::string compressed(std::string_view items) {
    std::string block = empty_block();
    block.resize(block.size() + ZSTD_compressBound(items.size()));
    const std::size_t size =
        ZSTD_compress(block.data() + block_header_size, block.size() - block_header_size,
                      items.data(), items.size(), compression_level);
    const bool smaller = ZSTD_isError(size) == 0 && size < items.size();
    block.resize(smaller ? block_header_size + size : 0);
    return block;
}

}  // namespace

std::string file_header() {
    FileHeader header;
    std::memcpy(header.name.data(), magic.data(), magic.size());
    header.version = format_version;
    header.vocabulary = vocabulary();
    header.checksum = checksum_of(header);
    return std::string(view(header));
}

std::string empty_block() {
    std::string block(block_header_size, '\0');
    return block;
}

std::string seal(BlockKind kind, std::string block) {
    const std::size_t size = block.size() - block_header_size;
    if (size > largest_block) throw std::length_error("a block of evidence is too large");
    BlockHeader header;
    if (!is_dense(kind)) {
        std::string packed = compressed(std::string_view(block).substr(block_header_size));
        if (!packed.empty()) {
            header.packing = 1;
            block = std::move(packed);
        }
    }
    const std::string_view body = std::string_view(block).substr(block_header_size);
    header.kind = static_cast<std::uint8_t>(kind);
    header.size = static_cast<std::uint32_t>(size);
    header.stored = static_cast<std::uint32_t>(body.size());
    header.checksum = XXH3_64bits(body.data(), body.size());
    header.header_checksum = checksum_of(header);
    std::memcpy(block.data(), &header, sizeof(header));
    return block;
}

BlockReader::BlockReader(const std::filesystem::path& path)
    : path_(path.string()), file_(path, std::ios::binary) {
    if (!file_) fail("can't be opened; analyze writes it, unless --no-evidence is given");
    FileHeader header;
    read(&header, sizeof(header));
    if (std::string_view(header.name.data(), magic.size()) != magic) fail("is no evidence.bin");
    if (checksum_of(header) != header.checksum) fail("is damaged at its beginning");
    if (header.version != format_version || header.vocabulary != vocabulary()) {
        fail("was written by another version of tlstriage; analyze the captures again");
    }
}

void BlockReader::fail(const std::string& reason) const {
    throw std::runtime_error(path_ + ": " + reason);
}

void BlockReader::read(void* to, std::size_t size) {
    file_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    if (static_cast<std::size_t>(file_.gcount()) != size) fail("is not whole");
}

bool BlockReader::next() {
    const auto place = [this] { return "is damaged in block " + std::to_string(blocks_ + 1); };
    BlockHeader header;
    read(&header, sizeof(header));
    const bool known = header.kind >= static_cast<std::uint8_t>(BlockKind::run) &&
                       header.kind <= static_cast<std::uint8_t>(BlockKind::end) &&
                       header.packing <= 1 && header.zero == 0 && header.also_zero == 0;
    if (checksum_of(header) != header.header_checksum || !known || header.size > largest_block ||
        header.stored > header.size) {
        fail(place());
    }
    stored_.resize(header.stored);
    read(stored_.data(), stored_.size());
    if (XXH3_64bits(stored_.data(), stored_.size()) != header.checksum) fail(place());
    if (header.packing == 0) {
        if (header.size != header.stored) fail(place());
        std::swap(items_, stored_);
    } else {
        items_.resize(header.size);
        const std::size_t size =
            ZSTD_decompress(items_.data(), items_.size(), stored_.data(), stored_.size());
        if (ZSTD_isError(size) != 0 || size != items_.size()) fail(place());
    }
    kind_ = static_cast<BlockKind>(header.kind);
    if (kind_ == BlockKind::end) {
        check_end();
        return false;
    }
    ++blocks_;
    return true;
}

void BlockReader::check_end() {
    FieldReader fields(items_);
    std::uint64_t count = 0;
    fields(count);
    const bool more = file_.peek() != std::ifstream::traits_type::eof();
    if (!fields.ok() || !fields.empty() || count != blocks_ || more) fail("is not whole");
}

}  // namespace tlstriage::record
