// Names and certificates in TCP streams, whichever segments carry them.
#include <gtest/gtest.h>

#include <algorithm>

#include "carve/stream_walk.h"
#include "tls/certificate.h"
#include "tls/certificate_maker.h"

namespace tlstriage::carve {
namespace {

constexpr AnonymizationKey key{7};
constexpr std::uint32_t first = 0xffffff00;  // sequence numbers wrap

using Octets = std::vector<std::uint8_t>;

Octets vector_of(std::size_t prefix, const Octets& content) {
    Octets out;
    for (std::size_t i = prefix; i-- > 0;)
        out.push_back(static_cast<std::uint8_t>(content.size() >> 8 * i));
    out.insert(out.end(), content.begin(), content.end());
    return out;
}
Octets joined(std::initializer_list<Octets> parts) {
    Octets out;
    for (const Octets& part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}
Octets octets(std::string_view text) {
    return {text.begin(), text.end()};
}
Octets message(std::uint8_t type, const Octets& body) {
    return joined({{type}, vector_of(3, body)});
}
/// Records of at most `most` bytes.
Octets records(const Octets& messages, std::size_t most) {
    Octets out;
    for (std::size_t at = 0; at < messages.size(); at += most) {
        const auto end = std::min(messages.size(), at + most);
        const Octets part(messages.begin() + static_cast<long>(at),
                          messages.begin() + static_cast<long>(end));
        out = joined({out, {22, 3, 3}, vector_of(2, part)});
    }
    return out;
}
Octets client_hello(std::string_view name) {
    const Octets names = vector_of(2, joined({{0}, vector_of(2, octets(name))}));
    const Octets extensions = joined({{0, 0}, vector_of(2, names)});
    return message(1, joined({{3, 3},
                              Octets(32, 0xab),
                              vector_of(1, {}),
                              vector_of(2, {0xc0, 0x2b}),
                              vector_of(1, {0}),
                              vector_of(2, extensions)}));
}

struct Segment {
    std::size_t begin;
    std::size_t end;
};

struct Stream {
    AddressMap addresses{key};
    NameMap names{key, addresses};
    NameTools tools{names, addresses, 1U << 20U};
    Negotiated negotiated{};
    StreamPlan plan;

    /// What becomes of segments of `bytes`, put together.
    Octets written(const Octets& bytes, const std::vector<Segment>& segments) {
        StreamWalk walk(tools, negotiated, plan);
        walk.start_at(first);
        const auto part = [&](const Segment& s) {
            return Bytes(bytes).subspan(s.begin, s.end - s.begin);
        };
        for (const Segment& s : segments) {
            walk.segment(first + static_cast<std::uint32_t>(s.begin), part(s),
                         static_cast<std::uint32_t>(s.end - s.begin), {1, 1});
        }
        walk.finish();
        Octets out(bytes.size());
        for (const Segment& s : segments) {
            const auto sequence = first + static_cast<std::uint32_t>(s.begin);
            Octets copy(part(s).begin(), part(s).end());
            for (const TextReplacement& r : plan.of(sequence, copy, true))
                std::ranges::copy(r.bytes, copy.begin() + static_cast<long>(r.offset));
            std::ranges::copy(copy, out.begin() + static_cast<long>(s.begin));
        }
        return out;
    }
};

TEST(NameStreams, AClientHelloInAnySegmentsAndRecords) {
    for (const std::size_t most : {10U, 61U, 2000U}) {
        const Octets bytes = records(client_hello("www.example.com"), most);
        const std::string other = Stream().names.host_of("www.example.com");
        const Octets right = records(client_hello(other), most);
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            EXPECT_EQ(Stream().written(bytes, {{0, cut}, {cut, bytes.size()}}), right) << cut;
            EXPECT_EQ(Stream().written(bytes, {{cut, bytes.size()}, {0, cut}}), right) << cut;
        }
    }
}

TEST(NameStreams, ADialogueBeforeIt) {
    const Octets hello = records(client_hello("mail.example.com"), 2000);
    Stream stream;
    const std::string other = stream.names.host_of("mail.example.com");
    const Octets bytes = joined({octets("EHLO mail.example.com\r\nSTARTTLS\r\n"), hello});
    const Octets right =
        joined({octets("EHLO " + other + "\r\nSTARTTLS\r\n"), records(client_hello(other), 2000)});
    EXPECT_EQ(stream.written(bytes, {{0, 9}, {9, 40}, {40, bytes.size()}}), right);
}

bool holds(const Octets& bytes, std::string_view text) {
    return as_text(bytes).find(text) != std::string_view::npos;
}

TEST(NameStreams, BytesThatWereNotReadAreBlanked) {
    const Octets bytes = records(client_hello("www.example.com"), 2000);
    const std::size_t name = as_text(bytes).find("www.example");
    Stream stream;  // the middle never came, and a copy of it comes late
    const Octets out = stream.written(bytes, {{0, name - 9}, {name + 4, bytes.size()}});
    EXPECT_FALSE(holds(out, "example"));
    Octets late(bytes.begin(), bytes.end());
    for (const TextReplacement& r : stream.plan.of(first, late, true))
        std::ranges::copy(r.bytes, late.begin() + static_cast<long>(r.offset));
    EXPECT_FALSE(holds(late, "www."));
    EXPECT_FALSE(holds(late, "example"));
}

TEST(NameStreams, WhatIsEncryptedStays) {
    Octets bytes = joined({{22, 3, 3, 0, 4, 14, 0, 0, 0}, {20, 3, 3, 0, 1, 1}});
    bytes = joined({bytes, {22, 3, 3}, vector_of(2, octets("no.example.com, encrypted"))});
    bytes = joined({bytes, {23, 3, 3}, vector_of(2, octets("data of www.example.com"))});
    EXPECT_EQ(Stream().written(bytes, {{0, bytes.size()}}), bytes);
}

Octets certificate(const tls::KeyPair& pair) {
    const auto der =
        tls::make_certificate({.subject = {{"O", "Example"}, {"CN", "www.example.com"}},
                               .issuer = {{"CN", "Example Root"}},
                               .alternative_names = "DNS:www.example.com,DNS:*.example.com,"
                                                    "IP:192.0.2.1,email:me@example.com,"
                                                    "URI:http://www.example.com/x"},
                              pair, pair);
    return {der.begin(), der.end()};
}

TEST(NameStreams, ACertificateOverSegmentsWithRetransmissionAndOverlap) {
    const auto pair = tls::KeyPair::rsa(2048);
    const Octets der = certificate(pair);
    const Octets bytes = records(message(11, vector_of(3, vector_of(3, der))), 400);
    const std::size_t size = bytes.size();
    Stream stream;
    const Octets out = stream.written(
        bytes, {{0, 300}, {300, 500}, {0, 300}, {450, size - 100}, {size - 200, size}});
    ASSERT_EQ(Stream().written(bytes, {{0, size}}), out) << "segments don't matter";
    Octets messages;
    for (std::size_t at = 0; at < out.size();) {
        const std::size_t length = load_big<std::uint16_t>(&out[at + 3]);
        messages.insert(messages.end(), out.begin() + static_cast<long>(at + 5),
                        out.begin() + static_cast<long>(at + 5 + length));
        at += 5 + length;
    }
    ASSERT_EQ(messages.size(), der.size() + 10);
    const Bytes other = Bytes(messages).subspan(10);

    tls::ChainCache cache;
    const auto before = cache.chain({Bytes(der)});
    const auto after = cache.chain({other});
    ASSERT_NE(after->leaf(), nullptr) << "OpenSSL reads it";
    const tls::Certificate& real = *before->leaf();
    const tls::Certificate& now = *after->leaf();
    const std::string host = stream.names.host_of("www.example.com");
    EXPECT_EQ(now.common_name, host);
    EXPECT_EQ(now.dns_names,
              (std::vector<std::string>{host, "*." + stream.names.host_of("example.com")}));
    EXPECT_EQ(now.ip_names.size(), 1U);
    EXPECT_NE(now.ip_names, real.ip_names);
    EXPECT_NE(now.subject, real.subject);
    EXPECT_NE(now.issuer, real.issuer);
    EXPECT_EQ(now.not_after, real.not_after);
    EXPECT_EQ(now.key, real.key);
    EXPECT_EQ(now.signature, real.signature);
    EXPECT_EQ(now.weak_key, real.weak_key);
    // The modulus and the signature are of other bytes.
    const auto shares = [&](Bytes part) {
        return std::ranges::search(other, part).begin() != other.end();
    };
    EXPECT_FALSE(shares(Bytes(der).last(16)));
    EXPECT_TRUE(shares(Bytes(other).last(16)));
    for (const char* const text : {"xample", "Root", "me@"})
        EXPECT_EQ(as_text(other).find(text), std::string_view::npos) << text;
}

TEST(NameStreams, SpoiltCertificatesKeepTheirLength) {
    const Octets der = certificate(tls::KeyPair::curve("P-256"));
    Stream stream;
    DerNames names(stream.names, stream.addresses);
    for (std::size_t i = 0; i < der.size(); ++i) {
        Octets cut(der.begin(), der.begin() + static_cast<long>(i));
        names.rewrite(cut);
        EXPECT_FALSE(holds(cut, "example"));
        Octets spoilt = der;
        spoilt[i] ^= 0xff;
        names.rewrite(spoilt);  // sanitizers watch
    }
}

}  // namespace
}  // namespace tlstriage::carve
