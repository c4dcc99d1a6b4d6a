// What others chose, on its way into the page: names, bytes that are no text, paths.
#include "html/page_text.h"

#include <gtest/gtest.h>

#include "support/program.h"

namespace tlstriage::html {
namespace {

TEST(PageText, ShowsControlsAndOverridesAsEscapes) {
    EXPECT_EQ(page_text("a\xe2\x80\xae"
                        "b",
                        100),
              "a\\xe2\\x80\\xaeb");  // U+202E
    EXPECT_EQ(page_text("\x1b[31m", 100), "\\x1b[31m");
    EXPECT_EQ(page_text("b\xc3\xbc"
                        "cher",
                        100),
              "b\xc3\xbc"
              "cher");
}

TEST(PageText, CutsLongTextsBetweenCharacters) {
    EXPECT_EQ(page_text("abcdef", 6), "abcdef");
    EXPECT_EQ(page_text("abcdefg", 6), "abcdef… (cut: 7 bytes in all)");
    EXPECT_EQ(page_text("abcde\xc3\xbcg", 6), "abcde… (cut: 8 bytes in all)");
    const std::string hostile(std::size_t{64} << 10U, '\x01');
    EXPECT_LT(page_text(hostile, 2048).size(), 2100U);
}

TEST(PageText, NothingEndsItsScriptElement) {
    EXPECT_EQ(script_safe(R"("</script><!--")"), R"("\u003c/script\u003e\u003c!--")");
    EXPECT_EQ(script_safe("\"a\xe2\x80\xa8\xe2\x80\xa9&\""), R"("a\u2028\u2029\u0026")");
    EXPECT_EQ(script_safe("\"\xe2\x80\xa6\""), "\"\xe2\x80\xa6\"");
}

TEST(PageText, AShellSeesOneWord) {
    for (const std::string path : {"plain/a.pcap", "a b", "it's", "$(touch x)", "`x`", "a;b", "\"",
                                   "a\\x0ab", "*", "~", ""}) {
        const test::Finished finished =
            test::run_program({"/bin/sh", "-c", "printf '<%s>' " + shell_quoted(path)});
        EXPECT_EQ(finished.out, "<" + path + ">");
    }
    EXPECT_EQ(shell_quoted("-rf"), "./-rf");
    EXPECT_EQ(shell_quoted("-"), "-");
}

}  // namespace
}  // namespace tlstriage::html
