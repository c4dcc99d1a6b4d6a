#include "report/cells.h"

#include <nlohmann/json.hpp>

namespace tlstriage::report {

void CsvCells::grow(std::size_t count) {
    out_.end_at(at_);
    at_ = out_.reserve(count + separators);
}

void CsvCells::escaped(std::string_view text) {
    Buffer cell;
    append_cell(text, cell);
    std::string_view rest = cell.view();
    // What else would need quotes is no more in it.
    if (rest.find(',') == rest.npos && rest.find('"') == rest.npos) {
        word(rest);
        return;
    }
    word("\"");
    for (auto quote = rest.find('"'); quote != rest.npos; quote = rest.find('"')) {
        word(rest.substr(0, quote + 1));
        word("\"");
        rest.remove_prefix(quote + 1);
    }
    word(rest);
    word("\"");
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
