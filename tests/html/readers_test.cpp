// The readers of a run's files: what is as RFC 4180, 8259 and 3339 have it, and what is not.
#include <gtest/gtest.h>

#include "html/damaged_file.h"
#include "html/table_reader.h"
#include "html/values.h"
#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::html {
namespace {

using test::ScratchFolder;
using Records = std::vector<std::vector<std::string>>;

Records records_of(const std::string& text) {
    const ScratchFolder folder;
    test::write_file(folder.file("a.csv"), text);
    CsvRecords csv(folder.file("a.csv"));
    Records records;
    while (csv.next()) {
        auto& record = records.emplace_back();
        for (std::size_t i = 0; i < csv.cells(); ++i)
            record.emplace_back(csv.cell(i));
    }
    return records;
}

std::string complaint_about(const std::string& text) {
    try {
        records_of(text);
    } catch (const DamagedFile& damaged) {
        return damaged.what();
    }
    return {};
}

TEST(CsvRecords, ReadsWhatRfc4180Describes) {
    EXPECT_EQ(records_of("a,b\r\nc,d\r\n"), (Records{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(records_of("a,b"), (Records{{"a", "b"}}));  // the last line end may be missing
    EXPECT_EQ(records_of("a,\n,\n"), (Records{{"a", ""}, {"", ""}}));  // bare LF; empty cells
    EXPECT_EQ(records_of("\"a,\"\"b\r\n\",c\r\n"), (Records{{"a,\"b\r\n", "c"}}));
    EXPECT_EQ(records_of("\"\",\"\"\r\n"), (Records{{"", ""}}));
    EXPECT_EQ(records_of(""), Records{});
}

TEST(CsvRecords, RefusesTheRest) {
    EXPECT_NE(complaint_about("a\r\n\"b").find("record 2: a quote that does not close"),
              std::string::npos);
    EXPECT_NE(complaint_about("\"a\"b\r\n").find("text behind a quoted cell"), std::string::npos);
    EXPECT_NE(complaint_about("a\"b\r\n").find("a quote inside a cell"), std::string::npos);
    EXPECT_NE(complaint_about("a\rb\r\n").find("a CR without its LF"), std::string::npos);
}

TEST(CsvRecords, ReadsAcrossItsBuffer) {
    const std::string long_cell(300'000, 'x');  // longer than ByteSource's room
    EXPECT_EQ(records_of("\"" + long_cell + "\"," + long_cell + "\r\ny,z\r\n"),
              (Records{{long_cell, long_cell}, {"y", "z"}}));
}

/// The cells of the columns a and b, or what is wrong.
std::string table_text(const std::string& name, const std::string& text) {
    const ScratchFolder folder;
    test::write_file(folder.file(name), text);
    std::string cells;
    try {
        TableReader reader(folder.path(), "t", {"b", "a"});
        while (reader.next())
            cells += std::string(reader.cell(1)) + "|" + std::string(reader.cell(0)) + "\n";
    } catch (const DamagedFile& damaged) {
        return std::string("! ") + damaged.what();
    }
    return cells;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(TableReader, FindsColumnsByNameInBothFormats) {
    EXPECT_EQ(table_text("t.csv", "a,x,b\r\n1,2,3\r\n"), "1|3\n");
    EXPECT_EQ(table_text("t.jsonl", "{\"a\":1,\"x\":\"y\",\"b\":\"three\"}\n{\"b\":0.079}\n"),
              "1|three\n|0.079\n");
    EXPECT_EQ(table_text("t.csv",
                         "\xef\xbb\xbf"
                         "a,b\r\n1,2\r\n"),
              "1|2\n");
}

TEST(TableReader, TakesTheGuardOffFormulas) {
    EXPECT_EQ(table_text("t.csv", "a,b\r\n'=1+1,'plain\r\n"), "=1+1|'plain\n");
}

TEST(TableReader, SaysWhatIsWrongAndWhere) {
    EXPECT_TRUE(contains(table_text("u.csv", ""), "has neither t.csv nor t.jsonl"));
    EXPECT_TRUE(contains(table_text("t.csv", ""), "t.csv: is empty"));
    EXPECT_TRUE(contains(table_text("t.csv", "a,c\r\n"), "has no column b"));
    EXPECT_TRUE(contains(table_text("t.csv", "a,b,a\r\n"), "has two columns a"));
    EXPECT_TRUE(contains(table_text("t.csv", "a,b\r\n1,2\r\n3"), "record 3: 1 cells where"));
    EXPECT_TRUE(contains(table_text("t.jsonl", "{\"a\":1}\n[1]\n"), "record 2: no JSON object"));
    EXPECT_TRUE(contains(table_text("t.jsonl", "{\"a\":{\"b\":1}}\n"), "record 1: no JSON object"));
    EXPECT_TRUE(contains(table_text("t.jsonl", "{\"a\":1} {\"b\":1}\n"), "record 1"));
    EXPECT_TRUE(contains(table_text("t.jsonl", "{\"a\":1"), "record 1: no JSON object"));
}

TEST(Values, AreReadWholeOrNotAtAll) {
    EXPECT_EQ(parse_count("0"), 0U);
    EXPECT_EQ(parse_count("18446744073709551615"), 18446744073709551615ULL);
    for (const char* const text : {"", "-1", "+1", " 1", "1 ", "1.0", "18446744073709551616", "x"})
        EXPECT_FALSE(parse_count(text)) << text;
    EXPECT_EQ(parse_signed("-12"), -12);
}

TEST(Values, MillisecondsHaveUpToSixDecimals) {
    EXPECT_EQ(parse_milliseconds("0.079"), 79'000);
    EXPECT_EQ(parse_milliseconds("1.000001"), 1'000'001);
    EXPECT_EQ(parse_milliseconds("12"), 12'000'000);
    EXPECT_EQ(parse_milliseconds("-0.5"), -500'000);
    for (const char* const text :
         {"", ".", "1.", ".5", "1.0000001", "1e3", "--1", "99999999999999"})
        EXPECT_FALSE(parse_milliseconds(text)) << text;
}

TEST(Values, TimesAreRfc3339InUtc) {
    // date -u -d 2026-11-23T22:08:06Z +%s
    EXPECT_EQ(parse_time("2026-11-23T22:08:06.000000001Z"), 1'795'471'686'000'000'001);
    EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_time("2200-01-01T00:00:00Z"), 7'258'118'400'000'000'000);
    EXPECT_EQ(parse_time("1969-12-31T23:59:59.5Z"), -500'000'000);
    for (const char* const text :
         {"", "2026-11-23", "2026-11-23T22:08:06", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z",
          "2026-11-23T22:08:06.Z", "2026-11-23T22:08:06.0000000001Z", "2026-11-23 22:08:06Z",
          "1966-10-30T00:00:00Z", "2259-02-10T00:00:00Z", "9999-12-31T00:00:00Z",
          "2026-11-23T22:08:06+01:00Z"})
        EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace tlstriage::html
