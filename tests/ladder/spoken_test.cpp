// The line that a payload in the clear shows.
#include "ladder/spoken.h"

#include <gtest/gtest.h>

namespace tlstriage::ladder {
namespace {

using evidence::Side;

std::string client(std::string_view text) {
    return first_line(as_bytes(text), Side::client);
}

TEST(LadderSpoken, ShowsTheFirstLineOfText) {
    EXPECT_EQ(client("EHLO client.test\r\nMAIL FROM:<a@b>\r\n"), "EHLO client.test");
    EXPECT_EQ(first_line(as_bytes("454 TLS not available\r\n"), Side::server),
              "454 TLS not available");
    EXPECT_EQ(client("\x16\x03\x01 abc"), "");
    EXPECT_EQ(client("ab"), "");
    EXPECT_EQ(client(""), "");
    EXPECT_EQ(client(std::string(5000, 'x')).size(), max_line);
}

TEST(LadderSpoken, LeavesOutSecrets) {
    EXPECT_EQ(client("PASS hunter2\r\n"), "PASS ...");
    EXPECT_EQ(client("a1 LOGIN bob hunter2\r\n"), "a1 LOGIN ...");
    EXPECT_EQ(client("a1 login bob hunter2\r\n"), "a1 login ...");
    EXPECT_EQ(client("AUTH PLAIN AGJvYgBodW50ZXIy\r\n"), "AUTH ...");
    EXPECT_EQ(client("aHVudGVyMg==\r\n"), "...");
    EXPECT_EQ(client("AUTH TLS\r\n"), "AUTH TLS");
    EXPECT_EQ(client("a1 STARTTLS\r\n"), "a1 STARTTLS");
    EXPECT_EQ(client("STARTTLS\r\n"), "STARTTLS");
    EXPECT_EQ(client("CONNECT pass.test:443 HTTP/1.1\r\n"), "CONNECT pass.test:443 HTTP/1.1");
}

TEST(LadderSpoken, SaysWhatALookupGave) {
    plain::DnsMessage message;
    message.name = "good.test";
    message.type = plain::dns_type::a;
    EXPECT_EQ(spoken_dns(message), "A good.test");
    message.response = true;
    EXPECT_EQ(spoken_dns(message), "A good.test: no address");
    message.rcode = 3;
    EXPECT_EQ(spoken_dns(message), "A good.test: NXDOMAIN");
    message.rcode = 0;
    const std::uint8_t address[] = {198, 51, 100, 2};
    message.addresses.assign(6, IpAddress::v4(address));
    message.aliases = {"edge.test"};
    EXPECT_EQ(spoken_dns(message),
              "A good.test: CNAME edge.test 198.51.100.2 198.51.100.2 198.51.100.2 198.51.100.2 "
              "and 2 more");
}

}  // namespace
}  // namespace tlstriage::ladder
