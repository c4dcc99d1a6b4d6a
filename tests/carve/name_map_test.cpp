#include "carve/name_map.h"

#include <gtest/gtest.h>

#include <set>

namespace tlstriage::carve {
namespace {

constexpr AnonymizationKey key{1, 2, 3};

struct Maps {
    AddressMap addresses{key};
    NameMap names{key, addresses};

    std::string text(std::string text) {
        names.text(text);
        return text;
    }
    std::string mentions(std::string text) {
        names.mentions(text);
        return text;
    }
};

TEST(NameMap, EqualNamesStayEqualAndCaseDoesNotCount) {
    Maps maps;
    const std::string other = maps.names.host_of("www.Example.com");
    EXPECT_EQ(other.size(), 15U);
    EXPECT_NE(other, "www.Example.com");
    EXPECT_TRUE(other.ends_with(".com"));
    EXPECT_EQ(other.find('.'), 3U);
    EXPECT_TRUE(other[4] >= 'A' && other[4] <= 'Z') << other;
    Maps again;
    EXPECT_NE(again.names.host_of("other.test"), "other.test");  // before, to no effect
    std::string upper = again.names.host_of("WWW.EXAMPLE.COM");
    for (char& c : upper)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    EXPECT_EQ(maps.names.host_of("www.example.com"), upper);
}

TEST(NameMap, WhatLiesBelowADomainStaysBelowIt) {
    Maps maps;
    const std::string domain = maps.names.host_of("example.org");
    EXPECT_TRUE(maps.names.host_of("a.b.example.org").ends_with("." + domain));
    EXPECT_EQ(maps.text("*.example.org"), "*." + domain);
    EXPECT_EQ(maps.names.host_of("example.org."), domain + ".");
    EXPECT_NE(maps.names.host_of("www.example.org").substr(0, 3),
              maps.names.host_of("www.example.com").substr(0, 3));
}

TEST(NameMap, DifferentLabelsStayDifferent) {
    Maps maps;
    std::set<std::string> seen;
    for (char a = 'a'; a <= 'z'; ++a) {
        seen.insert(maps.names.host_of(std::string(1, a) + ".test"));
        for (char b = 'a'; b <= 'z'; ++b)
            seen.insert(maps.names.host_of(std::string{a, b} + ".test"));
        for (char b = '0'; b <= '9'; ++b)
            seen.insert(maps.names.host_of(std::string{a, b} + ".test"));
    }
    EXPECT_EQ(seen.size(), 26U + 26 * 26 + 26 * 10);
}

TEST(NameMap, KeepsWhereHyphensAndDigitsAre) {
    Maps maps;
    const std::string other = maps.names.host_of("db-01.xn--mller-kva.test");
    EXPECT_EQ(other.substr(2, 1), "-");
    EXPECT_TRUE(other[3] >= '0' && other[3] <= '9') << other;
    EXPECT_EQ(other.substr(6, 4), "xn--");
    EXPECT_NE(other.substr(10), "mller-kva.test");
    EXPECT_EQ(maps.names.host_of("server.secretcorp").find("secretcorp"), std::string::npos);
}

/// RFC 3596 §2.5: the reverse name of the address that stands for the real one.
TEST(NameMap, ReverseNamesAreThoseOfTheOtherAddress) {
    Maps maps;
    std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
    bytes[15] = 0x42;
    const IpAddress other = maps.addresses.map(IpAddress::v6(bytes.data()));
    const auto reverse = [](const std::array<std::uint8_t, 16>& address) {
        std::string name;
        for (std::size_t i = 16; i-- > 0;) {
            name += {"0123456789abcdef"[address[i] & 15U], '.',
                     "0123456789abcdef"[address[i] >> 4U], '.'};
        }
        return name + "ip6.arpa";
    };
    EXPECT_EQ(maps.names.host_of(reverse(bytes)), reverse(other.bytes));
    const std::string v4 = maps.names.host_of("2.100.51.198.in-addr.arpa");
    EXPECT_EQ(v4.size(), 25U);
    EXPECT_TRUE(v4.ends_with(".in-addr.arpa"));
    EXPECT_NE(v4, "2.100.51.198.in-addr.arpa");
    EXPECT_TRUE(v4.ends_with(maps.names.host_of("51.198.in-addr.arpa"))) << v4;
}

TEST(NameMap, FindsHostsInADialogue) {
    Maps maps;
    const std::string host = maps.names.host_of("mail.example.com");
    EXPECT_EQ(maps.mentions("220 mail.example.com ESMTP Postfix 3.7.11\r\n"),
              "220 " + host + " ESMTP Postfix 3.7.11\r\n");
    EXPECT_EQ(maps.mentions("CONNECT mail.example.com:443 HTTP/1.1\r\n"),
              "CONNECT " + host + ":443 HTTP/1.1\r\n");
    const std::string proxy = maps.mentions("PROXY TCP4 192.0.2.1 198.51.100.22 56324 443\r\n");
    EXPECT_EQ(proxy.size(), 46U);
    EXPECT_EQ(proxy.find("192.0.2.1"), std::string::npos);
    EXPECT_EQ(proxy.find("198.51.100.22"), std::string::npos);
    EXPECT_TRUE(proxy.ends_with(" 56324 443\r\n")) << proxy;
    EXPECT_TRUE(maps.names.replaced().in(as_bytes("EHLO Mail.Example.Com\r\n")));
    EXPECT_TRUE(maps.names.replaced().in(as_bytes("\4mail\7example\3com")));
    EXPECT_FALSE(maps.names.replaced().in(as_bytes(host)));
}

TEST(NameMap, TextsOfCertificates) {
    Maps maps;
    const std::string uri = maps.text("http://ocsp.example.com/status");
    EXPECT_TRUE(uri.starts_with("http://")) << uri;
    EXPECT_EQ(uri.substr(7, 16), maps.names.host_of("ocsp.example.com"));
    const std::string words = maps.text("M\xc3\xbcller, Inc.");
    EXPECT_EQ(words.size(), 13U);
    EXPECT_EQ(words.substr(7, 2), ", ");
    EXPECT_EQ(words.find('\xc3'), std::string::npos);
}

}  // namespace
}  // namespace tlstriage::carve
