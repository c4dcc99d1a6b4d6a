#include "report/cells.h"

#include <nlohmann/json.hpp>

namespace tlstriage::report {

void CsvCells::text(std::string_view text) {
    const std::size_t start = out_.size();
    append_cell(text, out_);
    if (out_.find_first_of(",\"\r\n", start) == std::string::npos) return;
    std::string quoted = "\"";
    for (const char c : std::string_view(out_).substr(start)) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    quoted += '"';
    out_.replace(start, std::string::npos, quoted);
}

void JsonCells::begin_member() {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name_;
    out_ += "\":";
}

void JsonCells::text(std::string_view text) {
    if (text.empty()) return;
    begin_member();
    out_ += nlohmann::json(printable(text)).dump();
}

}  // namespace tlstriage::report
