// Rows of a JSON lines file: an object of strings and numbers on each line (RFC 8259).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "html/byte_source.h"

namespace tlstriage::html {

/// What is not such an object, or a line of more than CsvRecords::most_bytes, throws DamagedFile.
/// Members that are not asked for are skipped, those that are missing are empty.
class JsonRows {
  public:
    JsonRows(const std::filesystem::path& path, std::vector<std::string> columns)
        : source_(path), columns_(std::move(columns)), cells_(columns_.size()) {}

    bool next();
    /// By the place of its name among `columns`. Numbers as they were written.
    [[nodiscard]] std::string_view cell(std::size_t i) const { return cells_[i]; }
    [[nodiscard]] std::uint64_t number() const { return number_; }

  private:
    bool read_line();

    ByteSource source_;
    std::vector<std::string> columns_;
    std::vector<std::string> cells_;
    std::string line_;
    std::uint64_t number_ = 0;
};

}  // namespace tlstriage::html
