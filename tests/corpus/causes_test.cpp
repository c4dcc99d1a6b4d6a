// Streams of the corpus whose packets a person has read: causes.csv has what they show.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "corpus/streams.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

constexpr std::array judged{"outcome", "cause", "actor", "alert", "alert_sender"};

using Claims = std::map<std::string, std::string>;

/// What the table's own columns claim. An alert is claimed only where it decided.
Claims first_claims(const CsvTable& table, const CsvTable::Row& row) {
    Claims claims;
    for (const char* const column : judged) {
        const std::string& value = table.cell(row, column);
        if (!std::string_view(column).starts_with("alert") || !value.empty()) {
            claims[column] = value;
        }
    }
    return claims;
}

/// "cause=x;actor=y": another answer that can be defended.
Claims other_claims(const std::string& text) {
    Claims claims;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ';');) {
        const std::size_t equals = part.find('=');
        if (equals != part.npos) claims[part.substr(0, equals)] = part.substr(equals + 1);
    }
    return claims;
}

std::string differences(const Streams& streams, const CsvTable::Row& ours, const Claims& claims) {
    std::string text;
    for (const auto& [column, value] : claims) {
        const std::string& cell = streams.rows().cell(ours, column);
        if (cell != value) text += "  " + column + " is '" + cell + "', right is '" + value + "'\n";
    }
    return text;
}

TEST(CorpusCauses, AreThoseThatThePacketsShow) {
    if (const std::string missing = Streams::missing(); !missing.empty()) {
        GTEST_SKIP() << missing;
    }
    const Streams& streams = Streams::get();
    std::map<std::pair<std::string, std::string>, const CsvTable::Row*> rows;
    for (const CsvTable::Row& row : streams.rows().rows()) {
        rows[{Streams::file_in_corpus(streams.rows().cell(row, "file")),
              streams.rows().cell(row, "first_frame")}] = &row;
    }
    const CsvTable expected = read_csv(source_root() / "tests/corpus/causes.csv");
    EXPECT_GE(expected.rows().size(), 150U);
    for (const CsvTable::Row& right : expected.rows()) {
        const auto cell = [&](const char* column) { return expected.cell(right, column); };
        const std::string name = cell("file") + " stream " + cell("tcp_stream");
        EXPECT_GE(cell("why").size(), 20U) << name;
        const auto ours = rows.find({"files/" + cell("file"), cell("first_frame")});
        if (ours == rows.end()) {
            ADD_FAILURE() << name << ": no row; right is " << cell("cause");
            continue;
        }
        const std::string wrong =
            differences(streams, *ours->second, first_claims(expected, right));
        const bool also_right =
            !cell("also_right").empty() &&
            differences(streams, *ours->second, other_claims(cell("also_right"))).empty();
        EXPECT_TRUE(wrong.empty() || also_right) << name << ":\n" << wrong << cell("why");
    }
}

}  // namespace
}  // namespace tlstriage::test
