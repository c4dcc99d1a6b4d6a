#include "corpus/explained.h"

#include <stdexcept>

#include "support/csv.h"

namespace tlstriage::test {
namespace {

std::string quoted(const std::string& text) {
    return text.find_first_of(",\"") == text.npos ? text : "\"" + text + "\"";
}

}  // namespace

Explained::Explained(const std::filesystem::path& list) {
    const CsvTable table = read_csv(list);
    for (const CsvTable::Row& row : table.rows()) {
        const auto cell = [&](const char* column) { return table.cell(row, column); };
        if (cell("frame").empty() || cell("reason").size() < 20) {
            throw std::runtime_error(list.string() + ": no frame or no reason for " + cell("file"));
        }
        const std::string stream = cell("file") + " " + cell("tcp_stream");
        used_[line(stream, cell("field"), cell("ours"), cell("tshark"))] = false;
    }
}

bool Explained::has(const std::string& stream, const std::string& field, const std::string& ours,
                    const std::string& tshark) {
    const auto listed = used_.find(line(stream, field, ours, tshark));
    if (listed == used_.end()) return false;
    listed->second = true;
    return true;
}

std::string Explained::unused() const {
    std::string lines;
    for (const auto& [line, used] : used_) {
        if (!used) lines += line + "\n";
    }
    return lines;
}

std::string Explained::line(const std::string& stream, const std::string& field,
                            const std::string& ours, const std::string& tshark) {
    const auto space = stream.rfind(' ');
    return quoted(stream.substr(0, space)) + "," + stream.substr(space + 1) + "," + field + "," +
           quoted(ours) + "," + quoted(tshark);
}

}  // namespace tlstriage::test
