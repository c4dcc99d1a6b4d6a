#include "support/csv.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tlstriage::test {
namespace {

/// Reads one record after the other.
class Records {
  public:
    explicit Records(std::string_view text) : text_(text) {}

    bool next(CsvTable::Row& row) {
        row.clear();
        if (at_ == text_.size()) return false;
        ++number_;
        do {
            row.push_back(cell());
        } while (accept(','));
        accept('\r');
        if (at_ < text_.size() && !accept('\n')) fail("text behind a cell");
        return true;
    }
    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error("CSV record " + std::to_string(number_) + ": " + what);
    }

  private:
    bool accept(char c) {
        const bool there = at_ < text_.size() && text_[at_] == c;
        if (there) ++at_;
        return there;
    }
    std::string cell() {
        std::string value;
        if (!accept('"')) {
            while (at_ < text_.size() && std::string_view(",\r\n\"").find(text_[at_]) == text_.npos)
                value += text_[at_++];
            return value;
        }
        for (;;) {
            if (at_ == text_.size()) fail("a quote that does not end");
            if (accept('"')) {
                if (!accept('"')) return value;
                value += '"';
            } else {
                value += text_[at_++];
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t number_ = 0;
};

}  // namespace

CsvTable::CsvTable(std::string_view text) {
    Records records(text);
    if (!records.next(header_)) records.fail("no header");
    for (std::size_t i = 0; i < header_.size(); ++i)
        columns_[header_[i]] = i;
    Row row;
    while (records.next(row)) {
        if (row.size() != header_.size()) records.fail("another number of cells than the header");
        rows_.push_back(row);
    }
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return all.str();
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

CsvTable read_csv(const std::filesystem::path& path) {
    return CsvTable(read_file(path));
}

std::string_view unguarded(std::string_view cell) {
    if (cell.starts_with('\'')) cell.remove_prefix(1);
    return cell;
}

}  // namespace tlstriage::test
