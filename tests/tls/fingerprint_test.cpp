#include "tls/fingerprint.h"

#include <gtest/gtest.h>

#include "hex.h"
#include "real_messages.h"
#include "tls/describe.h"

namespace tlstriage::tls {
namespace {

TEST(Fingerprint, RealHellos) {
    for (const real::ClientHelloCase& expected : real::client_hellos) {
        SCOPED_TRACE(expected.origin);
        const Octets message = from_hex(expected.hex);
        ClientHello hello;
        ASSERT_TRUE(parse_client_hello(body_of(message), hello));
        EXPECT_EQ(ja3(hello), expected.ja3);
        EXPECT_EQ(ja4(hello), expected.ja4);
    }
}

/// The example of FoxIO's text: Chrome, its raw form t13d1516h2_002f,0035,…_0005,000a,…_0403,0804,…
TEST(Fingerprint, Ja4OfTheSpecification) {
    ClientHello hello;
    hello.legacy_version = 0x0303;
    hello.supported_versions = {0x9a9a, 0x0304, 0x0303};
    hello.cipher_suites = {0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                           0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
    hello.extensions = {0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d,
                        0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015};
    hello.signature_algorithms = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
    hello.alpn = {"h2"};
    EXPECT_EQ(ja4(hello), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

std::string alpn_part(const std::string& first) {
    ClientHello hello;
    hello.alpn = {first, "h2"};
    return ja4(hello).substr(8, 2);
}

/// "0xAB -> ab, 0xAB 0xCD -> ad, 0x30 0xAB -> 3b, 0x30 0x31 0xAB 0xCD -> 3d, 0x30 0xAB 0xCD 0x31 ->
/// 01" (FoxIO).
TEST(Fingerprint, Ja4Alpn) {
    EXPECT_EQ(alpn_part("h2"), "h2");
    EXPECT_EQ(alpn_part("http/1.1"), "h1");
    EXPECT_EQ(alpn_part("x"), "xx");
    EXPECT_EQ(alpn_part(""), "00");
    EXPECT_EQ(alpn_part("\xab"), "ab");
    EXPECT_EQ(alpn_part("\xab\xcd"), "ad");
    EXPECT_EQ(alpn_part("0\xab"), "3b");
    EXPECT_EQ(alpn_part("01\xab\xcd"), "3d");
    EXPECT_EQ(alpn_part("0\xab\xcd"
                        "1"),
              "01");
}

TEST(Fingerprint, Ja4OfLittle) {
    ClientHello hello;
    hello.legacy_version = 0x0300;
    EXPECT_EQ(ja4(hello), "ts3i000000_000000000000_000000000000");
    hello.legacy_version = 0x7f1c;
    hello.extensions = {0, 16};
    EXPECT_EQ(ja4(hello), "t00d000200_000000000000_000000000000");
    hello.cipher_suites.assign(150, 0x1301);
    hello.extensions.assign(150, 0x0023);
    EXPECT_EQ(ja4(hello).substr(0, 10), "t00i999900");
}

TEST(Fingerprint, NoneForSsl2Frames) {
    ClientHello hello;
    hello.ssl2_framed = true;
    EXPECT_EQ(ja3(hello), "");
    EXPECT_EQ(ja4(hello), "");
}

TEST(Describe, ListsLeaveGreaseOut) {
    ClientHello hello;
    hello.legacy_version = 0x0303;
    hello.cipher_suites = {0x2a2a, 0x1301, 0xc02f, 0xabcd};
    hello.groups = {0xfafa, 29, 23};
    hello.supported_versions = {0x3a3a, 0x0304, 0x0303, 0x0301, 0x0302, 0x0303};
    hello.alpn = {"\x0a\x0a", "h2", "http/1.1"};
    EXPECT_EQ(cipher_list(hello),
              "TLS_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 0xabcd");
    EXPECT_EQ(group_list(hello), "x25519 secp256r1");
    EXPECT_EQ(version_list(hello), "TLS1.0 TLS1.1 TLS1.2 TLS1.3");
    EXPECT_EQ(alpn_list(hello), "h2 http/1.1");
}

TEST(Describe, VersionWithoutTheExtension) {
    ClientHello hello;
    hello.legacy_version = 0x0301;
    EXPECT_EQ(version_list(hello), "TLS1.0");
    hello.supported_versions = {0x0304, 0xfb1a};
    EXPECT_EQ(version_list(hello), "TLS1.3 TLS1.3-fb26");
}

}  // namespace
}  // namespace tlstriage::tls
