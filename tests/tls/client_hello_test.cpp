#include <gtest/gtest.h>

#include "hex.h"
#include "real_messages.h"
#include "tls/messages.h"

namespace tlstriage::tls {
namespace {

Octets hello_with(const Octets& extensions, const Octets& suites = from_hex("1301c02f")) {
    return from_hex("0303") + Octets(32, 7) + vector8({}) + vector16(suites) + vector8({0}) +
           vector16(extensions);
}

Octets server_name_of(std::string_view name) {
    return extension_of(0, vector16(Octets{0} + vector16(text(name))));
}

TEST(ClientHello, RealOnesReadAsInWireshark) {
    for (const real::ClientHelloCase& expected : real::client_hellos) {
        SCOPED_TRACE(expected.origin);
        const Octets message = from_hex(expected.hex);
        ClientHello hello;
        EXPECT_TRUE(parse_client_hello(body_of(message), hello));
        EXPECT_EQ(hello.legacy_version, expected.legacy_version);
        EXPECT_EQ(hello.server_name.value_or(""), expected.server_name);
        EXPECT_TRUE(std::ranges::equal(hello.alpn, expected.alpn));
        EXPECT_EQ(hello.cipher_suites, expected.cipher_suites);
        EXPECT_EQ(hello.extensions, expected.extensions);
        EXPECT_EQ(hello.supported_versions, expected.supported_versions);
        EXPECT_EQ(hello.groups, expected.groups);
        EXPECT_EQ(hello.signature_algorithms, expected.signature_algorithms);
        EXPECT_EQ(hello.key_share_groups, expected.key_share_groups);
    }
}

/// Cut anywhere, a hello is malformed and yields a beginning of what the whole one yields. It is
/// whole again only where the message may end: before the extensions.
TEST(ClientHello, EveryCutOfRealOnes) {
    for (const real::ClientHelloCase& expected : real::client_hellos) {
        SCOPED_TRACE(expected.origin);
        const Octets message = from_hex(expected.hex);
        const Bytes body = body_of(message);
        for (std::size_t length = 0; length < body.size(); ++length) {
            const Octets cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
            ClientHello hello;
            const bool whole = parse_client_hello(cut, hello);
            if (whole) {
                EXPECT_TRUE(hello.extensions.empty()) << length;
            }
            ASSERT_LE(hello.cipher_suites.size(), expected.cipher_suites.size());
            EXPECT_TRUE(std::ranges::equal(
                hello.cipher_suites,
                std::span(expected.cipher_suites).first(hello.cipher_suites.size())));
            EXPECT_EQ(hello.server_name.value_or(std::string(expected.server_name)),
                      expected.server_name);
        }
    }
}

TEST(ClientHello, WithoutExtensionsIsWellFormed) {
    const Octets body = from_hex("0300") + Octets(32, 1) + vector8({}) +
                        vector16(from_hex("00040005")) + vector8({0});
    ClientHello hello;
    EXPECT_TRUE(parse_client_hello(body, hello));
    EXPECT_EQ(hello.legacy_version, 0x0300);
    EXPECT_EQ(hello.cipher_suites, (std::vector<std::uint16_t>{4, 5}));
    EXPECT_FALSE(hello.server_name);
    EXPECT_TRUE(hello.extensions.empty());
}

TEST(ClientHello, EmptyBodyAndEmptyExtensions) {
    ClientHello hello;
    EXPECT_FALSE(parse_client_hello({}, hello));
    EXPECT_TRUE(parse_client_hello(hello_with({}), hello));
}

TEST(ClientHello, BytesBehindTheEndAreMalformed) {
    ClientHello hello;
    EXPECT_FALSE(parse_client_hello(hello_with(server_name_of("a.example")) + Octets{0}, hello));
    EXPECT_EQ(hello.server_name, "a.example");
}

TEST(ClientHello, CutBehindTheServerNameKeepsIt) {
    const Octets whole =
        hello_with(server_name_of("a.example") + extension_of(21, Octets(200, 0)));  // padding
    ClientHello hello;
    EXPECT_FALSE(parse_client_hello(Bytes(whole).first(whole.size() - 150), hello));
    EXPECT_EQ(hello.server_name, "a.example");
}

TEST(ClientHello, FirstOfTwoServerNamesCounts) {
    ClientHello hello;
    EXPECT_TRUE(parse_client_hello(
        hello_with(server_name_of("first.example") + server_name_of("second.example")), hello));
    EXPECT_EQ(hello.server_name, "first.example");
    const Octets two =
        vector16(Octets{0} + vector16(text("one")) + Octets{0} + vector16(text("two")));
    EXPECT_TRUE(parse_client_hello(hello_with(extension_of(0, two)), hello));
    EXPECT_EQ(hello.server_name, "one");
}

TEST(ClientHello, FaultyExtensionLeavesTheOthersReadable) {
    const Octets half_code = extension_of(10, from_hex("0003 001d 00"));
    const Octets alpn = extension_of(16, vector16(vector8(text("h2"))));
    ClientHello hello;
    EXPECT_FALSE(parse_client_hello(hello_with(half_code + alpn + server_name_of("a")), hello));
    EXPECT_EQ(hello.groups, (std::vector<std::uint16_t>{0x1d}));
    EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2"}));
    EXPECT_EQ(hello.server_name, "a");
}

TEST(ClientHello, FaultyBodies) {
    const std::vector<Octets> faulty{
        extension_of(0, {}),                        // RFC 6066 §3: a list must be there
        extension_of(0, from_hex("0000")),          // and not be empty
        extension_of(0, from_hex("0003 00 0000")),  // nor an empty name
        extension_of(0, from_hex("0005 00 0003 6161")),
        extension_of(10, from_hex("0002 001d 00")),  // a byte behind the list
        extension_of(11, from_hex("00")),
        extension_of(13, from_hex("0004 0403")),
        extension_of(16, from_hex("0001 00")),
        extension_of(43, from_hex("03 0304 03")),
        extension_of(51, from_hex("0004 001d 0001")),
        extension_of(51, from_hex("0001 00")),
    };
    for (const Octets& extension : faulty) {
        ClientHello hello;
        EXPECT_FALSE(parse_client_hello(hello_with(extension), hello))
            << "extension " << int{extension[1]};
        EXPECT_EQ(hello.extensions.size(), 1U);
    }
}

TEST(ClientHello, FaultyFrame) {
    ClientHello hello;
    EXPECT_FALSE(parse_client_hello(hello_with({}, from_hex("130113")), hello));
    EXPECT_EQ(hello.cipher_suites, (std::vector<std::uint16_t>{0x1301}));
    EXPECT_FALSE(parse_client_hello(hello_with({}, {}), hello));
    const Octets long_session = from_hex("0303") + Octets(32, 7) + vector8(Octets(33, 1)) +
                                vector16(from_hex("1301")) + vector8({0});
    EXPECT_FALSE(parse_client_hello(long_session, hello));
    EXPECT_EQ(hello.cipher_suites, (std::vector<std::uint16_t>{0x1301}));
}

TEST(ClientHello, UnknownExtensionsAreSkipped) {
    ClientHello hello;
    EXPECT_TRUE(parse_client_hello(
        hello_with(extension_of(0x4469, from_hex("ffffff")) + extension_of(40, from_hex("ff")) +
                   server_name_of("a.example")),
        hello));
    EXPECT_EQ(hello.server_name, "a.example");
    EXPECT_TRUE(hello.key_share_groups.empty());
}

TEST(ClientHello, Flags) {
    ClientHello hello;
    EXPECT_TRUE(parse_client_hello(
        hello_with(extension_of(35, {}) + extension_of(0xff01, {0}) + extension_of(42, {})),
        hello));
    EXPECT_FALSE(hello.session_ticket);
    EXPECT_TRUE(hello.renegotiation_info);
    EXPECT_TRUE(hello.early_data);
    EXPECT_FALSE(hello.pre_shared_key);
    EXPECT_FALSE(hello.encrypted_client_hello);
    EXPECT_TRUE(parse_client_hello(
        hello_with(extension_of(35, {1}) + extension_of(0xfe0d, {0}) + extension_of(41, {0}),
                   from_hex("00ff1301")),
        hello));
    EXPECT_TRUE(hello.session_ticket);
    EXPECT_TRUE(hello.renegotiation_info);  // by the signalling suite
    EXPECT_TRUE(hello.encrypted_client_hello);
    EXPECT_TRUE(hello.pre_shared_key);
}

/// RFC 5246 §E.2: TLS suites among SSLv2's kinds.
TEST(ClientHello, Ssl2Framed) {
    const Octets specs = from_hex("000004 010080 0000ff 00002f");
    const Octets message = Octets{1} + from_hex("0301") + number(specs.size(), 2) + number(0, 2) +
                           number(16, 2) + specs + Octets(16, 9);
    ClientHello hello;
    EXPECT_TRUE(parse_ssl2_client_hello(message, hello));
    EXPECT_TRUE(hello.ssl2_framed);
    EXPECT_EQ(hello.legacy_version, 0x0301);
    EXPECT_EQ(hello.cipher_suites, (std::vector<std::uint16_t>{4, 0xff, 0x2f}));
    EXPECT_TRUE(hello.renegotiation_info);
    for (std::size_t length = 0; length < message.size(); ++length) {
        EXPECT_FALSE(parse_ssl2_client_hello(Bytes(message).first(length), hello)) << length;
    }
    EXPECT_FALSE(parse_ssl2_client_hello(message + Octets{0}, hello));
    Octets other = message;
    other[0] = 4;
    EXPECT_FALSE(parse_ssl2_client_hello(other, hello));
}

}  // namespace
}  // namespace tlstriage::tls
