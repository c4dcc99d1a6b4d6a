#include "report/cells.h"

#include <nlohmann/json.hpp>

namespace tlstriage::report {

void CsvCells::text(std::string_view text) {
    if (is_plain(text)) {
        out_ += text;
        return;
    }
    Buffer cell;
    append_cell(text, cell);
    if (cell.view().find_first_of(",\"\r\n") == std::string_view::npos) {
        out_ += cell.view();
        return;
    }
    out_ += '"';
    for (const char c : cell.view()) {
        if (c == '"') out_ += '"';
        out_ += c;
    }
    out_ += '"';
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
    out_ += std::string_view(nlohmann::json(printable(text)).dump());
}

}  // namespace tlstriage::report
