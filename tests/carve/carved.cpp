#include "carve/carved.h"

#include <regex>

#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// Where frames have other numbers in another capture.
const std::set<std::string> of_the_file{"file", "first_frame", "last_frame", "decisive_frame"};

/// The `evidence` column without its frame numbers: "7:client:alert:unknown_ca+1.5".
std::string without_frames(const std::string& evidence) {
    static const std::regex number("(^| )[0-9]+:");
    return std::regex_replace(evidence, number, "$1");
}

}  // namespace

Finished run_carve(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {built_program("TLSTRIAGE_PROGRAM"), "carve"});
    arguments.emplace_back("--no-progress");
    return run_program(arguments);
}

const std::string& every_case() {
    return generated({"--profile", "lab", "--once", "--edge", "--cases", source_root() / "pcaps"})
        .path;
}

void write_anonymization_key(const std::string& path) {
    std::string key;
    for (char c = 0; c < 32; ++c)
        key += c;
    write_file(path, key);
}

std::vector<std::string> differing_cells(const CsvTable& whole, const CsvTable& carved,
                                         const std::set<std::string>& besides) {
    std::vector<std::string> lines;
    if (whole.rows().size() != carved.rows().size()) {
        lines.push_back(std::to_string(whole.rows().size()) + " flows became " +
                        std::to_string(carved.rows().size()));
        return lines;
    }
    for (std::size_t i = 0; i < whole.rows().size(); ++i) {
        for (const std::string& column : whole.header()) {
            if (of_the_file.contains(column) || besides.contains(column)) continue;
            std::string before = whole.cell(whole.rows()[i], column);
            std::string after = carved.cell(carved.rows()[i], column);
            if (column == "evidence") {
                before = without_frames(before);
                after = without_frames(after);
            }
            if (before == after) continue;
            lines.push_back(whole.cell(whole.rows()[i], "file") + " frame " +
                            whole.cell(whole.rows()[i], "first_frame") + " " + column + ": " +
                            before + " became " + after);
        }
    }
    return lines;
}

CsvTable rows_of(const CsvTable& table, const std::set<std::string>& ids) {
    std::string header;
    for (const std::string& name : table.header())
        header += (header.empty() ? "" : ",") + name;
    CsvTable chosen(header + "\r\n");
    for (const CsvTable::Row& row : table.rows()) {
        if (ids.contains(table.cell(row, "flow_id"))) chosen.add(row);
    }
    return chosen;
}

}  // namespace tlstriage::test
