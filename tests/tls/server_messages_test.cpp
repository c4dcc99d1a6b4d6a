#include <gtest/gtest.h>

#include "hex.h"
#include "real_messages.h"
#include "tls/messages.h"
#include "tls/names.h"

namespace tlstriage::tls {
namespace {

Octets server_hello(const Octets& extensions) {
    return from_hex("0303") + Octets(32, 7) + vector8(Octets(32, 1)) + from_hex("c02f 00") +
           vector16(extensions);
}

TEST(ServerHello, RealOnesReadAsInWireshark) {
    for (const real::ServerHelloCase& expected : real::server_hellos) {
        SCOPED_TRACE(expected.origin);
        const Octets message = from_hex(expected.hex);
        ServerHello hello;
        EXPECT_TRUE(parse_server_hello(body_of(message), hello));
        EXPECT_EQ(hello.legacy_version, expected.legacy_version);
        EXPECT_EQ(hello.selected_version.value_or(0), expected.selected_version);
        EXPECT_EQ(hello.cipher_suite, expected.cipher_suite);
        EXPECT_EQ(hello.key_share_group.value_or(0), expected.key_share_group);
        EXPECT_EQ(hello.alpn.value_or(""), expected.alpn);
        EXPECT_EQ(hello.hello_retry_request, expected.hello_retry_request);
    }
}

TEST(ServerHello, EveryCutOfRealOnesIsMalformedOrHasNoExtensions) {
    for (const real::ServerHelloCase& expected : real::server_hellos) {
        SCOPED_TRACE(expected.origin);
        const Octets message = from_hex(expected.hex);
        const Bytes body = body_of(message);
        for (std::size_t length = 0; length < body.size(); ++length) {
            const Octets cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
            ServerHello hello;
            if (parse_server_hello(cut, hello)) {
                EXPECT_FALSE(hello.selected_version || hello.key_share_group || hello.alpn);
            }
        }
    }
}

TEST(ServerHello, VersionIsTheSelectedOne) {
    ServerHello hello;
    EXPECT_TRUE(parse_server_hello(server_hello(extension_of(43, from_hex("0304"))), hello));
    EXPECT_EQ(hello.version(), 0x0304);
    EXPECT_EQ(hello.session_id.size(), 32U);
    EXPECT_TRUE(parse_server_hello(server_hello({}), hello));
    EXPECT_EQ(hello.version(), 0x0303);
}

TEST(ServerHello, WithoutExtensions) {
    const Octets body = from_hex("0300") + Octets(32, 7) + vector8({}) + from_hex("0004 00");
    ServerHello hello;
    EXPECT_TRUE(parse_server_hello(body, hello));
    EXPECT_EQ(hello.cipher_suite, 4);
    EXPECT_FALSE(parse_server_hello(body + Octets{0}, hello));
}

TEST(ServerHello, FaultyBodiesLeaveTheRestReadable) {
    const Octets flags =
        extension_of(0xff01, {0}) + extension_of(35, {}) + extension_of(41, from_hex("0000"));
    for (const Octets& faulty :
         {extension_of(43, {}), extension_of(43, from_hex("030400")), extension_of(51, {}),
          extension_of(51, from_hex("001d")), extension_of(51, from_hex("001d 0002 00")),
          extension_of(16, from_hex("0000")), extension_of(16, from_hex("0006 02 6832 02 6833"))}) {
        ServerHello hello;
        EXPECT_FALSE(parse_server_hello(server_hello(faulty + flags), hello));
        EXPECT_EQ(hello.cipher_suite, 0xc02f);
        EXPECT_TRUE(hello.renegotiation_info);
        EXPECT_TRUE(hello.session_ticket);
        EXPECT_TRUE(hello.pre_shared_key);
    }
}

TEST(Certificates, UpToTls12) {
    const Octets body = vector24(vector24({1, 2, 3}) + vector24({4}));
    std::vector<Bytes> chain;
    EXPECT_TRUE(parse_certificates(body, chain));
    ASSERT_EQ(chain.size(), 2U);
    EXPECT_TRUE(std::ranges::equal(chain[0], Octets{1, 2, 3}));
    EXPECT_TRUE(std::ranges::equal(chain[1], Octets{4}));
    EXPECT_TRUE(parse_certificates(vector24({}), chain));  // a client that has none
    EXPECT_TRUE(chain.empty());
}

TEST(Certificates, CutKeepsTheWholeOnes) {
    const Octets body = vector24(vector24({1, 2, 3}) + vector24({4, 5}));
    std::vector<Bytes> chain;
    for (std::size_t length = 0; length < body.size(); ++length) {
        EXPECT_FALSE(parse_certificates(Bytes(body).first(length), chain)) << length;
        EXPECT_EQ(chain.size(), length < 9 ? 0U : 1U) << length;
    }
    EXPECT_FALSE(parse_certificates(body + Octets{0}, chain));
    EXPECT_EQ(chain.size(), 2U);
    EXPECT_FALSE(parse_certificates(vector24(vector24({})), chain));  // ASN1Cert<1..>
}

TEST(CertificateRequest, Authorities) {
    const Octets names = vector16(vector16({1, 2, 3}) + vector16({4}));
    const Octets tls11 = vector8({1, 64}) + names;
    const Octets tls12 = vector8({1, 64}) + vector16({4, 3}) + names;
    std::vector<Bytes> authorities;
    for (const auto& [body, version] : {std::pair{tls11, 0x0302}, std::pair{tls12, 0x0303}}) {
        const auto number = static_cast<std::uint16_t>(version);
        ASSERT_TRUE(parse_certificate_request(body, number, authorities));
        ASSERT_EQ(authorities.size(), 2U);
        EXPECT_EQ(Octets(authorities[0].begin(), authorities[0].end()), (Octets{1, 2, 3}));
        for (std::size_t length = 0; length < body.size(); ++length) {
            EXPECT_FALSE(parse_certificate_request(Bytes(body).first(length), number, authorities))
                << length;
        }
    }
    EXPECT_FALSE(parse_certificate_request(tls12, 0x0302, authorities));
    EXPECT_TRUE(parse_certificate_request(vector8({1}) + vector16({}), 0x0302, authorities));
    EXPECT_TRUE(authorities.empty());
}

TEST(Certificates, RealMessages) {
    std::vector<Bytes> chain;
    const Octets two = from_hex(real::two_certificates);
    EXPECT_TRUE(parse_certificates(body_of(two), chain));
    ASSERT_EQ(chain.size(), 2U);
    EXPECT_EQ(chain[0].size(), 891U);
    EXPECT_EQ(chain[1].size(), 692U);
}

TEST(KeyExchange, RealMessages) {
    const Octets ecdhe = from_hex(real::ecdhe_exchange);
    EXPECT_EQ(parse_server_key_exchange(body_of(ecdhe), 0xc02f, 0x0303).named_group, 0x001d);
    EXPECT_FALSE(parse_server_key_exchange(body_of(ecdhe), 0x002f, 0x0303).named_group);
    const Octets dhe = from_hex(real::dhe_exchange);
    const ServerKeyExchange exchange = parse_server_key_exchange(body_of(dhe), 0x0033, 0x0303);
    EXPECT_EQ(exchange.dh_prime_bits, 512U);
    EXPECT_FALSE(exchange.named_group);
}

TEST(KeyExchange, HandBuilt) {
    const Octets named = from_hex("03 0017 02 aabb");
    EXPECT_EQ(parse_server_key_exchange(named, 0xc02f, 0x0303).named_group, 23);
    // RFC 5489 §2: with a PSK the identity hint comes first.
    EXPECT_EQ(parse_server_key_exchange(vector16(text("hint")) + named, 0xc035, 0x0303).named_group,
              23);
    EXPECT_EQ(
        parse_server_key_exchange(vector16({}) + vector16({1, 0}), 0x0090, 0x0303).dh_prime_bits,
        9U);
    // Leading zeros are no bits.
    EXPECT_EQ(parse_server_key_exchange(vector16({0, 0x80, 0}), 0x0033, 0x0303).dh_prime_bits, 16U);
    const Octets explicit_prime = from_hex("01 0017");
    EXPECT_FALSE(parse_server_key_exchange(explicit_prime, 0xc02f, 0x0303).named_group);
    EXPECT_FALSE(parse_server_key_exchange(from_hex("0300"), 0xc02f, 0x0303).named_group);
    EXPECT_FALSE(parse_server_key_exchange(from_hex("0003 ff"), 0x0033, 0x0303).dh_prime_bits);
    EXPECT_FALSE(parse_server_key_exchange({}, 0x0033, 0x0303).dh_prime_bits);
}

TEST(KeyExchange, SignatureAlgorithm) {
    const Octets ecdhe = from_hex("03 0017 02 aabb 0804 0001 ff");
    const auto of = [](const Octets& body, std::uint16_t suite, std::uint16_t version) {
        return parse_server_key_exchange(body, suite, version).signature_algorithm;
    };
    EXPECT_EQ(of(ecdhe, 0xc02f, 0x0303), 0x0804);
    EXPECT_FALSE(of(ecdhe, 0xc02f, 0x0302));                 // TLS 1.1 does not tell
    EXPECT_FALSE(of(ecdhe, 0xc018, 0x0303));                 // TLS_ECDH_anon_WITH_AES_128_CBC_SHA
    EXPECT_FALSE(of(vector16({}) + ecdhe, 0xc035, 0x0303));  // ECDHE_PSK
    EXPECT_FALSE(of(from_hex("03 0017 02 aabb 08"), 0xc02f, 0x0303));
    const Octets dhe = vector16({0xff}) + vector16({2}) + vector16({7}) + from_hex("0201 0001 00");
    EXPECT_EQ(of(dhe, 0x0033, 0x0303), 0x0201);
    const Octets signed_dhe = from_hex(real::dhe_exchange);
    EXPECT_EQ(parse_server_key_exchange(body_of(signed_dhe), 0x0033, 0x0303).signature_algorithm,
              0x0602);  // SHA-512 with DSA
}

}  // namespace
}  // namespace tlstriage::tls
