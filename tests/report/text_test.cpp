// Text off the wire in cells, JSON and terminals; numbers and times as the files write them.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <limits>

#include "report/cells.h"
#include "report/format.h"
#include "report/safe_text.h"
#include "report/sentences.h"

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

TEST(Format, NumbersOfAllLengths) {
    const auto text = [](std::uint64_t number) {
        Buffer out;
        append_number(number, out);
        return out.text();
    };
    for (std::uint64_t number = 0; number < 100'000; ++number)
        ASSERT_EQ(text(number), std::to_string(number));
    for (std::uint64_t power = 1; power <= 1'000'000'000'000'000'000; power *= 10) {
        for (const std::uint64_t number : {power - 1, power, 3 * power + power / 7, 9 * power})
            EXPECT_EQ(text(number), std::to_string(number));
    }
    EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(Format, MillisecondsOfAllLengths) {
    for (Nanoseconds span = 1; span < 1'000'000'000'000'000; span = span * 7 + 1) {
        for (const Nanoseconds unit : {Nanoseconds{1}, Nanoseconds{1000}}) {
            Buffer out;
            append_milliseconds(span * unit, out);
            const auto whole = std::to_string(span * unit / 1'000'000);
            const auto decimals = std::to_string(1'000'000 + span * unit % 1'000'000).substr(1);
            const bool exact = span * unit % 1000 == 0;
            EXPECT_EQ(out.text(), whole + "." + decimals.substr(0, exact ? 3 : 6));
        }
    }
}

/// The C library writes RFC 5952 too.
TEST(Format, AddressesAreAsInetNtopHasThem) {
    for (unsigned zeros = 0; zeros < 256; ++zeros) {
        for (const unsigned word : {0x0001U, 0x0020U, 0x0a00U, 0xb000U, 0xffffU}) {
            std::array<std::uint8_t, 16> bytes{};
            for (unsigned i = 0; i < 8; ++i) {
                if ((zeros >> i & 1U) != 0) continue;
                bytes[2 * i] = static_cast<std::uint8_t>(word >> 8U);
                bytes[2 * i + 1] = static_cast<std::uint8_t>(word & 0xffU);
            }
            const IpAddress address = IpAddress::v6(bytes.data());
            if (address.is_v4()) continue;
            std::array<char, INET6_ADDRSTRLEN> expected{};
            ASSERT_NE(inet_ntop(AF_INET6, bytes.data(), expected.data(), expected.size()), nullptr);
            Buffer out;
            append_address(address, out);
            EXPECT_EQ(out.view(), expected.data());
        }
    }
}

TEST(Sentences, NoPlaceholderIsLeft) {
    evidence::Evidence evidence;
    for (std::size_t i = 0; i < verdict::cause_infos.size(); ++i) {
        verdict::Verdict verdict;
        verdict.outcome = verdict::Outcome::failed;
        verdict.cause = static_cast<verdict::Cause>(i);
        for (const std::string& text :
             {explanation(evidence, verdict), next_step(evidence, verdict)})
            EXPECT_EQ(text.find_first_of("{}"), text.npos) << text;
    }
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
