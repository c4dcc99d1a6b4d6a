#include "tls/leaf_sighting.h"

#include <gtest/gtest.h>

#include "certificate_maker.h"
#include "real_messages.h"
#include "tls/certificate.h"
#include "tls/messages.h"

namespace tlstriage::tls {
namespace {

const Octets& leaf() {
    static const KeyPair key = KeyPair::curve("P-256");
    static const Octets der = make_certificate(
        {.subject = {{"O", "Example"}, {"CN", "host.example"}}, .issuer = {{"CN", "Authority"}}},
        key, key);
    return der;
}

Octets record(const Octets& body, std::uint8_t type = 22) {
    return number(type, 1) + number(0x0303, 2) + vector16(body);
}
Octets hello_of(std::string_view origin) {
    for (const auto& hello : real::server_hellos) {
        if (hello.origin == origin) return from_hex(hello.hex);
    }
    return {};
}
const Octets hello12 = hello_of("ntop_nDPI/riot.pcapng frame 4");
const Octets hello13 = hello_of("AlexeyVasilev_PcapFlowLab/pcap_flow_lab_showcase.pcap frame 5");
const Octets change_cipher_spec = record({1}, 20);

Octets certificate_message(const Octets& der) {
    return number(11, 1) + vector24(vector24(vector24(der)));
}

LeafSighting look(const Octets& segment) {
    LeafNames names;
    return look_for_leaf(segment, names);
}

/// What OpenSSL reads.
void expect_names(const Octets& segment, const Octets& der) {
    ASSERT_TRUE(may_show_leaf(segment));
    LeafNames names;
    ASSERT_EQ(look_for_leaf(segment, names), LeafSighting::names);
    ChainCache cache;
    const Certificate& read = *cache.chain({Bytes(der)})->leaf();
    EXPECT_EQ(Octets(names.issuer.begin(), names.issuer.end()), read.issuer_der);
    EXPECT_EQ(Octets(names.subject.begin(), names.subject.end()), read.subject_der);
}

TEST(LeafSighting, ReadsTheNamesInEveryFraming) {
    const Octets message = certificate_message(leaf());
    expect_names(record(hello12 + message), leaf());
    expect_names(record(hello12) + record(message), leaf());
    expect_names(record(message), leaf());
    const Octets warning = record({1, 112}, 21);  // unrecognized_name
    expect_names(warning + record(hello12 + message), leaf());
    const Octets hello_request = number(0, 4);
    expect_names(record(hello_request + hello12 + message), leaf());
    const Octets flight = record(hello12 + message);
    const Octets tds = number(0x1201, 2) + number(flight.size() + 8, 2) + number(0, 4);
    expect_names(tds + flight, leaf());
}

TEST(LeafSighting, ReadsARealChain) {
    const Octets message = from_hex(real::two_certificates);
    std::vector<Bytes> ders;
    ASSERT_TRUE(parse_certificates(body_of(message), ders));
    expect_names(record(message), {ders[0].begin(), ders[0].end()});
}

TEST(LeafSighting, IsNothingWhereNoneIsInClear) {
    EXPECT_EQ(look({}), LeafSighting::nothing);
    EXPECT_EQ(look(record(hello13) + change_cipher_spec), LeafSighting::nothing);
    EXPECT_EQ(look(record(hello12) + change_cipher_spec), LeafSighting::nothing);
    EXPECT_EQ(look(record(hello12)), LeafSighting::nothing);  // the next segment tells
    const Octets ticket = number(4, 1) + vector24(number(0, 6));
    EXPECT_EQ(look(record(hello12) + record(ticket)), LeafSighting::nothing);
    EXPECT_EQ(look(record(number(1, 1) + vector24({}))), LeafSighting::nothing);
    EXPECT_EQ(look(record(number(11, 1) + vector24(vector24({})))), LeafSighting::nothing);
    EXPECT_EQ(look(record({2, 40}, 21)), LeafSighting::nothing);
    EXPECT_EQ(look(text("\x16 is no record")), LeafSighting::nothing);
    EXPECT_FALSE(may_show_leaf(text("220 ready")));
}

/// Of a part of the hello of TLS 1.3 that has the version.
TEST(LeafSighting, KnowsAPartOfANewerHello) {
    Octets hello = hello_of("FoxIO-LLC_ja4/tls-handshake.pcapng frame 124");
    Octets segment = record(hello);
    segment.pop_back();
    EXPECT_EQ(look(segment), LeafSighting::nothing);
}

/// Whatever a segment ends in, the issuer is read whole, or its lack is known, but where the
/// certificate begins with the next segment.
TEST(LeafSighting, KnowsWhatACutTakesAway) {
    const Octets hello = record(hello12);
    const Octets segment = hello + record(certificate_message(leaf()));
    LeafNames whole;
    ASSERT_EQ(look_for_leaf(segment, whole), LeafSighting::names);
    const auto issuer_end =
        static_cast<std::size_t>(whole.issuer.data() + whole.issuer.size() - segment.data());
    for (std::size_t size = 1; size < segment.size(); ++size) {
        // On the heap, so that a sanitizer sees what is read behind it.
        const Octets part(segment.begin(), segment.begin() + static_cast<std::ptrdiff_t>(size));
        LeafNames names;
        const LeafSighting sighting = look_for_leaf(part, names);
        if (size >= issuer_end) {
            ASSERT_EQ(sighting, LeafSighting::names) << size;
            ASSERT_TRUE(std::ranges::equal(names.issuer, whole.issuer)) << size;
        } else {
            ASSERT_EQ(sighting,
                      size == hello.size() ? LeafSighting::nothing : LeafSighting::unreadable)
                << size;
        }
    }
}

TEST(LeafSighting, NamesLieWithinTheSegmentWhateverIsInIt) {
    const Octets segment = record(hello12 + certificate_message(leaf()));
    std::size_t unreadable = 0;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
            Octets spoilt = segment;
            spoilt[i] = static_cast<std::uint8_t>(spoilt[i] ^ flip);
            LeafNames names;
            const LeafSighting sighting = look_for_leaf(spoilt, names);
            unreadable += sighting == LeafSighting::unreadable ? 1 : 0;
            for (const Bytes name : {names.issuer, names.subject}) {
                if (name.empty()) continue;
                ASSERT_GE(name.data(), spoilt.data());
                ASSERT_LE(name.data() + name.size(), spoilt.data() + spoilt.size());
            }
        }
    }
    EXPECT_GT(unreadable, 10U);
}

}  // namespace
}  // namespace tlstriage::tls
