// Records of a CSV file (RFC 4180), one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "html/byte_source.h"

namespace tlstriage::html {

/// Lines end with CRLF or LF; the last may lack its end. A quote inside a bare cell, text behind a
/// closing quote, a quote that never closes, a lone CR and a record of more than `most_bytes` throw
/// DamagedFile.
class CsvRecords {
  public:
    explicit CsvRecords(const std::filesystem::path& path) : source_(path) {}

    /// Reads the next record, or returns false at the end of the file.
    bool next();

    [[nodiscard]] std::size_t cells() const { return ends_.size(); }
    /// Valid until next().
    [[nodiscard]] std::string_view cell(std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(text_).substr(begin, ends_[i] - begin);
    }
    /// Of the record that was read last; the header is 1.
    [[nodiscard]] std::uint64_t number() const { return number_; }

    /// A row of ours with a hostile name in every cell stays far below.
    static constexpr std::size_t most_bytes = std::size_t{64} << 20U;

  private:
    void read_bare_cell();
    void read_quoted_cell();
    void add(int byte);
    [[noreturn]] void fail(const std::string& reason) const;

    ByteSource source_;
    std::string text_;  ///< of all cells, unquoted
    std::vector<std::size_t> ends_;
    std::uint64_t number_ = 0;
};

}  // namespace tlstriage::html
