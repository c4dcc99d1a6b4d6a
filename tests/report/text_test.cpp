// Text off the wire in cells, JSON and terminals; numbers and times as the files write them.
#include <gtest/gtest.h>

#include "report/cells.h"
#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::report {
namespace {

std::string csv(std::string_view text) {
    Buffer out;
    CsvCells cells(out);
    cells.begin_row();
    cells.begin_cell("a");
    cells.text(text);
    cells.end_cell();
    cells.end_row();
    return out.text().substr(0, out.size() - std::string_view("\r\n").size());
}

TEST(Text, CsvQuotesWhatRfc4180Asks) {
    EXPECT_EQ(csv("plain.test"), "plain.test");
    EXPECT_EQ(csv("a,b"), "\"a,b\"");
    EXPECT_EQ(csv("say \"x\""), "\"say \"\"x\"\"\"");
}

TEST(Text, NoCellIsAFormula) {
    for (const char start : {'=', '+', '-', '@'}) {
        EXPECT_EQ(csv(std::string(1, start) + "1"), std::string("'") + start + "1");
    }
    EXPECT_EQ(csv("\tx"), "'\\x09x");
}

TEST(Text, ControlsAndOverridesAreWrittenOut) {
    EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
    EXPECT_EQ(printable("a\xe2\x80\xae"
                        "b"),
              "a\\xe2\\x80\\xaeb");                  // U+202E right-to-left override
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // C1 control: CSI
    EXPECT_EQ(printable("\x7f"), "\\x7f");
    EXPECT_EQ(printable("b\xc3\xbc"
                        "cher.test"),
              "b\xc3\xbc"
              "cher.test");
}

TEST(Text, WhatIsNoUtf8IsWrittenOut) {
    EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong '/'
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
    EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");           // cut short
}

TEST(Text, JsonIsEscapedAndEmptyCellsAreLeftOut) {
    Buffer out;
    JsonCells cells(out);
    cells.begin_row();
    cells.begin_cell("sni");
    cells.text("a\"\x01");
    cells.begin_cell("alpn");
    cells.word("");
    cells.begin_cell("n");
    cells.number(7);
    cells.end_row();
    EXPECT_EQ(out.view(), "{\"sni\":\"a\\\"\\\\x01\",\"n\":7}\n");
}

TEST(Format, TimesAreRfc3339WithNanoseconds) {
    Buffer out;
    append_time(1'763'935'686'000'000'001, out);
    EXPECT_EQ(out.view(), "2025-11-23T22:08:06.000000001Z");
    out.clear();
    append_time(-1, out);
    EXPECT_EQ(out.view(), "1969-12-31T23:59:59.999999999Z");
}

TEST(Format, MillisecondsKeepWhatTheyHave) {
    const auto text = [](Nanoseconds span) {
        Buffer out;
        append_milliseconds(span, out);
        return out.text();
    };
    EXPECT_EQ(text(0), "0.000");
    EXPECT_EQ(text(1'234'000), "1.234");
    EXPECT_EQ(text(1'234'567), "1.234567");
    EXPECT_EQ(text(-5'000), "-0.005");
}

TEST(Format, EndpointsAndNumbersForPeople) {
    const std::array<std::uint8_t, 4> v4{192, 0, 2, 1};
    EXPECT_EQ(readable(Endpoint{IpAddress::v4(v4.data()), 443}), "192.0.2.1:443");
    std::array<std::uint8_t, 16> v6{0x20, 0x01, 0x0d, 0xb8};
    v6[15] = 1;
    EXPECT_EQ(readable(Endpoint{IpAddress::v6(v6.data()), 443}), "[2001:db8::1]:443");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(readable_bytes(2'100'000'000), "2.1 GB");
}

}  // namespace
}  // namespace tlstriage::report
