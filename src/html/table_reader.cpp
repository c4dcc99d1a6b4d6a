#include "html/table_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "html/damaged_file.h"
#include "html/values.h"
#include "report/safe_text.h"

namespace tlstriage::html {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view formula_starts = "=+-@\t\r";

std::string_view unguarded(std::string_view cell) {
    const bool guarded = cell.size() > 1 && cell.front() == '\'' &&
                         formula_starts.find(cell[1]) != formula_starts.npos;
    return guarded ? cell.substr(1) : cell;
}

std::filesystem::path find_table(const std::filesystem::path& folder, const std::string& name) {
    for (const char* const extension : {".csv", ".jsonl"}) {
        std::filesystem::path path = folder / (name + extension);
        if (std::filesystem::exists(path)) return path;
    }
    throw DamagedFile(folder, fmt::format("has neither {0}.csv nor {0}.jsonl; `tlstriage analyze "
                                          "INPUT -o DIR` writes all files that a report needs",
                                          name));
}

}  // namespace

TableReader::TableReader(const std::filesystem::path& folder, const std::string& name,
                         const std::vector<std::string>& columns)
    : path_(find_table(folder, name)), columns_(columns) {
    if (path_.extension() == ".jsonl") {
        json_.emplace(path_, columns);
    } else {
        csv_.emplace(path_);
        find_columns();
    }
}

void TableReader::find_columns() {
    if (!csv_->next()) throw DamagedFile(path_, "is empty: it has no header");
    width_ = csv_->cells();
    std::vector<std::string> header;
    for (std::size_t i = 0; i < width_; ++i)
        header.emplace_back(csv_->cell(i));
    if (header.front().starts_with(byte_order_mark)) header.front().erase(0, 3);
    for (const std::string& column : columns_) {
        const auto found = std::ranges::find(header, column);
        if (found == header.end())
            throw DamagedFile(path_, fmt::format("has no column {}", column));
        if (std::find(found + 1, header.end(), column) != header.end())
            throw DamagedFile(path_, fmt::format("has two columns {}", column));
        places_.push_back(static_cast<std::size_t>(found - header.begin()));
    }
}

bool TableReader::next() {
    const bool more = csv_ ? csv_->next() : json_->next();
    if (!more) return false;
    if (csv_ && csv_->cells() != width_) {
        fail(fmt::format("{} cells where the header has {}{}", csv_->cells(), width_,
                         csv_->cells() < width_ ? " (was the file cut short?)" : ""));
    }
    ++rows_;
    return true;
}

std::string_view TableReader::cell(std::size_t column) const {
    return csv_ ? unguarded(csv_->cell(places_[column])) : json_->cell(column);
}

void TableReader::fail(const std::string& reason) const {
    throw DamagedFile(path_, csv_ ? csv_->number() : json_->number(), reason);
}

void TableReader::fail_cell(std::size_t column, std::string_view what) const {
    constexpr std::size_t most_shown = 60;
    fail(fmt::format("{} is no {}: \"{}\"", columns_[column], what,
                     report::printable(cell(column).substr(0, most_shown))));
}

std::uint64_t TableReader::count(std::size_t column) const {
    if (cell(column).empty()) return 0;
    const auto value = parse_count(cell(column));
    if (!value) fail_cell(column, "number");
    return *value;
}

std::optional<Nanoseconds> TableReader::milliseconds(std::size_t column) const {
    if (cell(column).empty()) return std::nullopt;
    const auto value = parse_milliseconds(cell(column));
    if (!value) fail_cell(column, "number of milliseconds");
    return value;
}

std::optional<Nanoseconds> TableReader::time(std::size_t column) const {
    if (cell(column).empty()) return std::nullopt;
    const auto value = parse_time(cell(column));
    if (!value) fail_cell(column, "time");
    return value;
}

}  // namespace tlstriage::html
