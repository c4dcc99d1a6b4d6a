#include "tls/name_match.h"

#include <gtest/gtest.h>

namespace tlstriage::tls {
namespace {

/// RFC 9525 §6.3.
TEST(NameMatch, DnsNames) {
    EXPECT_TRUE(matches_dns_name("www.example.com", "www.example.com"));
    EXPECT_TRUE(matches_dns_name("WWW.Example.COM", "www.eXample.com"));
    EXPECT_TRUE(matches_dns_name("www.example.com.", "www.example.com"));
    EXPECT_TRUE(matches_dns_name("www.example.com", "www.example.com."));
    EXPECT_FALSE(matches_dns_name("example.com", "www.example.com"));
    EXPECT_FALSE(matches_dns_name("www.example.com", "example.com"));
    EXPECT_FALSE(matches_dns_name("", ""));
    EXPECT_FALSE(matches_dns_name(".", "."));
    EXPECT_FALSE(matches_dns_name("a", ""));
    using namespace std::string_view_literals;
    EXPECT_FALSE(matches_dns_name("www.bank.example\0.evil.example"sv, "www.bank.example"));
}

TEST(NameMatch, WildcardIsOneWholeLeftmostLabel) {
    EXPECT_TRUE(matches_dns_name("*.example.com", "foo.example.com"));
    EXPECT_TRUE(matches_dns_name("*.EXAMPLE.com.", "foo.example.com"));
    EXPECT_TRUE(matches_dns_name("*.example.com", "xn--bcher-kva.example.com"));
    EXPECT_FALSE(matches_dns_name("*.example.com", "example.com"));
    EXPECT_FALSE(matches_dns_name("*.example.com", ".example.com"));
    EXPECT_FALSE(matches_dns_name("*.example.com", "bar.foo.example.com"));
    EXPECT_FALSE(matches_dns_name("f*.example.com", "foo.example.com"));
    EXPECT_FALSE(matches_dns_name("*oo.example.com", "foo.example.com"));
    EXPECT_FALSE(matches_dns_name("foo.*.com", "foo.example.com"));
    EXPECT_FALSE(matches_dns_name("*", "localhost"));
    EXPECT_FALSE(matches_dns_name("*.", "foo."));
    EXPECT_FALSE(matches_dns_name("*.*.com", "foo.example.com"));
}

TEST(NameMatch, IpLiterals) {
    EXPECT_TRUE(is_ip_literal("192.0.2.1"));
    EXPECT_TRUE(is_ip_literal("2001:db8::1"));
    EXPECT_TRUE(is_ip_literal("[2001:db8::1]"));
    EXPECT_FALSE(is_ip_literal("192.0.2"));
    EXPECT_FALSE(is_ip_literal("192.0.2.1.example"));
    EXPECT_FALSE(is_ip_literal(""));
    EXPECT_FALSE(is_ip_literal(std::string_view("192.0.2.1\0x", 11)));
    EXPECT_TRUE(same_ip("2001:DB8:0:0::1", "2001:db8::1"));
    EXPECT_TRUE(same_ip("::ffff:192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(same_ip("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(same_ip("x", "y"));
}

}  // namespace
}  // namespace tlstriage::tls
