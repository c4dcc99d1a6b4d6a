// The bodies of PRELOGIN packets, put together again (MS-TDS §2.2.3.1).
#include "plain/tds_framing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tlstriage::plain {
namespace {

using namespace std::string_literals;

std::string packet(const std::string& body, char type = 0x12) {
    const std::size_t length = body.size() + 8;
    return std::string{type, 1, static_cast<char>(length >> 8), static_cast<char>(length), 0, 0,
                       0,    0} +
           body;
}

std::string stripped(const std::vector<std::string_view>& parts) {
    TdsFraming framing;
    std::string out;
    for (const std::string_view part : parts)
        framing.strip(as_bytes(part), [&](Bytes bytes) { out += as_text(bytes); });
    return out;
}

struct Case {
    const char* name;
    std::string wire;
    std::string tls;
};

const std::vector<Case> cases{
    {"one packet", packet("abc"), "abc"},
    {"two packets", packet("abc") + packet("defg"), "abcdefg"},
    {"an empty packet between", packet("abc") + packet("") + packet("d"), "abcd"},
    {"a body that looks like a header", packet(packet("abc")), packet("abc")},
    {"a body longer than a byte can say", packet(std::string(300, 'x')), std::string(300, 'x')},
    {"then TLS itself", packet("abc") + "\x17\x03\x03\0\x02zz"s, "abc\x17\x03\x03\0\x02zz"s},
    {"once raw, raw for ever", "\x16zz"s + packet("abc"), "\x16zz"s + packet("abc")},
    {"a length that is too small counts as an empty packet",
     "\x12\x01\0\x03\0\0\0\0"s + packet("abc"), "abc"},
    {"nothing", "", ""},
};

TEST(TdsFraming, LeavesTheBodies) {
    for (const Case& c : cases)
        EXPECT_EQ(stripped({c.wire}), c.tls) << c.name;
}

TEST(TdsFraming, DoesNotDependOnHowBytesAreCut) {
    for (const Case& c : cases) {
        const std::string_view wire = c.wire;
        for (std::size_t i = 0; i <= wire.size(); ++i) {
            EXPECT_EQ(stripped({wire.substr(0, i), wire.substr(i)}), c.tls)
                << c.name << " at " << i;
            for (std::size_t j = i; j <= std::min(wire.size(), i + 10); ++j) {
                EXPECT_EQ(stripped({wire.substr(0, i), wire.substr(i, j - i), wire.substr(j)}),
                          c.tls)
                    << c.name << " at " << i << " and " << j;
            }
        }
    }
}

TEST(TdsFraming, KeepsNothingBack) {
    TdsFraming framing;
    std::string out;
    const auto take = [&](Bytes bytes) { out += as_text(bytes); };
    framing.strip(as_bytes("\x12\x01\0\x0b\0\0\0\0a"s), take);
    EXPECT_EQ(out, "a");
    framing.strip(as_bytes("b"), take);
    EXPECT_EQ(out, "ab");
}

}  // namespace
}  // namespace tlstriage::plain
