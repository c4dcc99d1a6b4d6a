// One of a run's tables, whichever format it was written in.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "html/csv_records.h"
#include "html/json_rows.h"

namespace tlstriage::html {

/// Streams the rows: memory holds one at a time. A cell that a spreadsheet would take for a formula
/// comes without the ' that guards it.
class TableReader {
  public:
    /// `name`.csv or `name`.jsonl in `folder`; `columns` are those that will be asked for. Throws
    /// DamagedFile when there is neither, when a CSV lacks one of the columns or has a name twice,
    /// and what reading throws.
    TableReader(const std::filesystem::path& folder, const std::string& name,
                const std::vector<std::string>& columns);

    /// Throws DamagedFile for a row that is not as RFC 4180 or 8259 has it, or of another length
    /// than the header.
    bool next();

    /// By the place among `columns`; valid until next().
    [[nodiscard]] std::string_view cell(std::size_t column) const;
    /// These throw DamagedFile for a cell of another form; an empty one is zero, or no value.
    [[nodiscard]] std::uint64_t count(std::size_t column) const;
    [[nodiscard]] std::optional<Nanoseconds> milliseconds(std::size_t column) const;
    [[nodiscard]] std::optional<Nanoseconds> time(std::size_t column) const;

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Blames the row that was read last.
    [[noreturn]] void fail(const std::string& reason) const;

  private:
    void find_columns();
    [[noreturn]] void fail_cell(std::size_t column, std::string_view what) const;

    std::filesystem::path path_;
    std::vector<std::string> columns_;
    std::optional<CsvRecords> csv_;
    std::optional<JsonRows> json_;
    std::vector<std::size_t> places_;  ///< in the CSV's records, by column
    std::size_t width_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace tlstriage::html
