// Text in the columns of a terminal.
#include "ladder/display.h"

#include <gtest/gtest.h>

namespace tlstriage::ladder {
namespace {

TEST(LadderDisplay, BreaksAtWordsAndLongWordsAnywhere) {
    EXPECT_EQ(wrapped("one two three", 8), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrapped("abcdefghij kl", 4), (std::vector<std::string>{"abcd", "efgh", "ij", "kl"}));
    EXPECT_EQ(wrapped("", 8), (std::vector<std::string>{""}));
}

TEST(LadderDisplay, NoLineIsLongerThanItsWidth) {
    const std::string text =
        "a bb ccc dddd " + std::string(300, 'e') + " \u4e2d\u6587\u5b57 f\u0301g";
    for (unsigned width = 2; width < 40; ++width) {
        for (const std::string& line : wrapped(text, width))
            EXPECT_LE(columns_of(line), width) << line;
    }
}

TEST(LadderDisplay, CountsWideAndCombiningCharacters) {
    EXPECT_EQ(columns_of("abc"), 3U);
    EXPECT_EQ(columns_of("\u4e2d\u6587"), 4U);  // CJK
    EXPECT_EQ(columns_of("e\u0301"), 1U);       // combining acute
    EXPECT_EQ(columns_of("b\u00fccher"), 6U);
    EXPECT_EQ(columns_of("\U0001f600"), 2U);  // emoji
}

TEST(LadderDisplay, NothingThatMovesTheCursorOrTurnsTextIsLeft) {
    const std::string hostile = "a\x1b[2J\x07\u202eb\r\n\xff\u009b";
    const std::string shown = displayed(hostile, true);
    EXPECT_EQ(shown.find('\x1b'), shown.npos);
    EXPECT_EQ(shown.find('\r'), shown.npos);
    EXPECT_EQ(shown.find('\n'), shown.npos);
    EXPECT_EQ(shown.find("\u202e"), shown.npos);
    EXPECT_EQ(shown.find("\u009b"), shown.npos);
    EXPECT_EQ(displayed("b\u00fc", false), "b\\xc3\\xbc");
}

}  // namespace
}  // namespace tlstriage::ladder
