// A small reader of RFC 4180, the tests' own: what a spreadsheet makes of our files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tlstriage::test {

/// A table with a header line. Rows have as many cells as the header, or reading threw.
class CsvTable {
  public:
    using Row = std::vector<std::string>;

    CsvTable() = default;
    /// Throws std::runtime_error on a quote where none may be and on a row of another length.
    explicit CsvTable(std::string_view text);

    /// Precondition: as many cells as the header.
    void add(Row row) { rows_.push_back(std::move(row)); }

    [[nodiscard]] const Row& header() const { return header_; }
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    [[nodiscard]] bool has(const std::string& column) const { return columns_.contains(column); }
    /// Throws std::out_of_range for a column that is not there.
    [[nodiscard]] const std::string& cell(const Row& row, const std::string& column) const {
        return row[columns_.at(column)];
    }

  private:
    Row header_;
    std::vector<Row> rows_;
    std::map<std::string, std::size_t> columns_;
};

/// The bytes of a file. Throws std::runtime_error when it can't be read.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);

CsvTable read_csv(const std::filesystem::path& path);

/// What a cell held before it was made safe for spreadsheets: without the ' that guards a formula.
std::string_view unguarded(std::string_view cell);

}  // namespace tlstriage::test
