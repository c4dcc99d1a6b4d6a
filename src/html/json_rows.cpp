#include "html/json_rows.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "html/csv_records.h"
#include "html/damaged_file.h"

namespace tlstriage::html {
namespace {

/// Takes the members of one flat object, and refuses all else. A number keeps its own text, which a
/// double would not.
class FlatObject : public nlohmann::json_sax<nlohmann::json> {
  public:
    FlatObject(const std::vector<std::string>& columns, std::vector<std::string>& cells)
        : columns_(columns), cells_(cells) {}

    [[nodiscard]] bool whole() const { return whole_; }

    bool null() override { return false; }
    bool boolean(bool) override { return false; }
    bool binary(binary_t&) override { return false; }
    bool start_array(std::size_t) override { return false; }
    bool end_array() override { return false; }
    bool start_object(std::size_t) override { return !std::exchange(begun_, true); }
    bool end_object() override { return whole_ = true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;
    }
    bool number_integer(number_integer_t value) override { return put(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return put(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return put(text); }
    bool string(string_t& text) override { return put(text); }
    bool key(string_t& name) override {
        const auto found = std::ranges::find(columns_, name);
        cell_ = found == columns_.end()
                    ? nullptr
                    : &cells_[static_cast<std::size_t>(found - columns_.begin())];
        return true;
    }

  private:
    bool put(const std::string& text) {
        if (cell_ != nullptr) *cell_ = text;
        return begun_;
    }

    const std::vector<std::string>& columns_;
    std::vector<std::string>& cells_;
    std::string* cell_ = nullptr;
    bool begun_ = false;
    bool whole_ = false;
};

}  // namespace

bool JsonRows::read_line() {
    line_.clear();
    if (source_.peek() == ByteSource::end) return false;
    ++number_;
    for (;;) {
        const int byte = source_.take();
        if (byte == ByteSource::end || byte == '\n') return true;
        if (line_.size() == CsvRecords::most_bytes)
            throw DamagedFile(source_.path(), number_, "longer than a row can be");
        line_ += static_cast<char>(byte);
    }
}

bool JsonRows::next() {
    if (!read_line()) return false;
    for (std::string& cell : cells_)
        cell.clear();
    FlatObject object(columns_, cells_);
    if (!nlohmann::json::sax_parse(line_, &object) || !object.whole())
        throw DamagedFile(source_.path(), number_, "no JSON object of strings and numbers");
    return true;
}

}  // namespace tlstriage::html
