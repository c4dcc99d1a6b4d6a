// evidence.bin as a sequence of blocks, each under a checksum (docs/evidence.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::record {

/// Raised whenever the meaning of a byte changes.
constexpr std::uint32_t format_version = 2;

/// What the items of a block are, in the order in which a file has them.
enum class BlockKind : std::uint8_t {
    run = 1,
    traces,
    shapes,
    certificates,
    chains,
    lookups,
    flows,
    borders,
    end,  ///< of the file: how many blocks came before
};

/// Bytes of items in a block, about; and never more than `largest_block`.
constexpr std::size_t usual_block = std::size_t{256} << 10U;
constexpr std::size_t largest_block = std::size_t{64} << 20U;

/// A block to append items to: as long as its header, which seal() writes.
std::string empty_block();
inline constexpr std::size_t block_header_size = 32;

/// The whole block as it stands in the file, from an empty one to which items were appended. May be
/// called from any thread.
std::string seal(BlockKind kind, std::string block);

/// The first bytes of a file.
std::string file_header();

/// Reads blocks one after the other. Throws std::runtime_error, with the path and what is wrong,
/// for a file that is not whole or not as it was written.
class BlockReader {
  public:
    explicit BlockReader(const std::filesystem::path& path);

    /// False behind the last block, once it is sure that all were there.
    bool next();
    [[nodiscard]] BlockKind kind() const { return kind_; }
    [[nodiscard]] Bytes items() const { return items_; }

    [[noreturn]] void fail(const std::string& reason) const;

  private:
    void read(void* to, std::size_t size);
    void check_end();

    std::string path_;
    std::ifstream file_;
    BlockKind kind_{};
    std::uint64_t blocks_ = 0;
    std::vector<std::uint8_t> stored_;
    std::vector<std::uint8_t> items_;
};

}  // namespace tlstriage::record
