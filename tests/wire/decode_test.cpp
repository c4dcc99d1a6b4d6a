#include <gtest/gtest.h>

#include "frames.h"
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

using namespace test;

constexpr LinkType ether = LinkType::ethernet;

Outcome outcome_of(const Buffer& frame, std::size_t wire_length = 0) {
    return decoded(ether, frame, wire_length).outcome;
}

TEST(Decode, FindsTheSegmentThroughEveryEncapsulation) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        const Packet packet = decoded(sample.link, sample.frame);
        ASSERT_EQ(info(packet.outcome).name, "tcp");
        EXPECT_EQ(packet.is_v4(), !sample.v6);
        EXPECT_EQ(packet.source_port(), 40000);
        EXPECT_EQ(packet.destination_port(), 443);
        EXPECT_EQ(packet.sequence(), 0x01020304U);
        EXPECT_EQ(packet.flags, tcp_flag::psh | tcp_flag::ack);
        EXPECT_EQ(packet.payload_length, 5U);
        EXPECT_EQ(as_text(packet.data()), "hello");
        EXPECT_EQ(packet.hops, sample.v6 ? 62 : 61);
        EXPECT_EQ(packet.flow_hash, flow_hash(packet.source(), packet.destination()));
    }
}

TEST(Decode, VlanIsTheOutermost) {
    EXPECT_EQ(decoded(ether, ethernet(0x0800, ipv4(6, tcp({})))).vlan, 0);
    const Buffer inner = ipv4(6, tcp({}));
    EXPECT_EQ(decoded(ether, ethernet(0x8100, hex("e005 0800") + inner)).vlan, 5);
    EXPECT_EQ(decoded(ether, ethernet(0x88a8, hex("0007 8100 0008 0800") + inner)).vlan, 7);
    // A priority tag (id 0) names no network.
    EXPECT_EQ(decoded(ether, ethernet(0x8100, hex("e000 8100 0008 0800") + inner)).vlan, 8);
}

TEST(Decode, FlowHashIsTheSameForBothDirectionsAndForMappedAddresses) {
    const std::array<std::uint8_t, 8> addresses{192, 0, 2, 1, 198, 51, 100, 2};
    const Endpoint a{IpAddress::v4(addresses.data()), 40000};
    const Endpoint b{IpAddress::v4(addresses.data() + 4), 443};
    EXPECT_EQ(flow_hash(a, b), flow_hash(b, a));
    EXPECT_NE(flow_hash(a, b), flow_hash({a.address, 443}, {b.address, 40000}));

    Buffer mapped = ipv6(6, tcp({}));
    std::copy(a.address.bytes.begin(), a.address.bytes.end(), mapped.begin() + 8);
    std::copy(b.address.bytes.begin(), b.address.bytes.end(), mapped.begin() + 24);
    EXPECT_EQ(decoded(LinkType::raw, mapped).flow_hash, flow_hash(a, b));
}

TEST(Decode, LengthsComeFromTheIpHeaderAndTheFrameIsItsLimit) {
    const Buffer segment = tcp(hex("0011223344"));
    Buffer offload = ipv4(6, segment);
    offload[2] = offload[3] = 0;
    EXPECT_EQ(decoded(ether, ethernet(0x0800, offload)).payload_length, 5U);
    EXPECT_EQ(decoded(ether, ethernet(0x0800, offload), 1000).payload_length, 1000U - 14 - 40);
    Buffer too_long = ipv4(6, segment);
    too_long[2] = 0x10;
    EXPECT_EQ(decoded(ether, ethernet(0x0800, too_long)).payload_length, 5U);
    Buffer offload6 = ipv6(6, segment);
    offload6[4] = offload6[5] = 0;
    EXPECT_EQ(decoded(ether, ethernet(0x86dd, offload6)).payload_length, 5U);
    EXPECT_EQ(decoded(ether, ethernet(0x0800, ipv4(6, tcp({})) + hex("000000"))).payload_length,
              0U);
}

TEST(Decode, SnapLengthCutsPayloadThenOptionsThenHeader) {
    const Buffer frame =
        ethernet(0x0800, ipv4(6, tcp(hex("0011223344"), hex("020405b4 01010402"))));
    const auto cut = [&](std::size_t kept) {
        return decoded(ether, Buffer(frame.begin(), frame.begin() + static_cast<long>(kept)),
                       frame.size());
    };
    const Packet some = cut(14 + 20 + 28 + 2);
    EXPECT_EQ(some.captured, 2U);
    EXPECT_EQ(some.payload_length, 5U);
    const Packet no_options = cut(14 + 20 + 20 + 3);
    EXPECT_EQ(no_options.outcome, Outcome::tcp);
    EXPECT_EQ(no_options.tcp_options().size(), 3U);
    EXPECT_EQ(no_options.captured, 0U);
    EXPECT_EQ(no_options.payload_length, 5U);
    EXPECT_EQ(cut(14 + 20 + 19).outcome, Outcome::cut_short);
    EXPECT_EQ(cut(14 + 19).outcome, Outcome::cut_short);
    EXPECT_EQ(cut(13).outcome, Outcome::cut_short);
}

TEST(Decode, ContradictionsAreMalformed) {
    Buffer segment = tcp({});
    segment[12] = 0x40;
    EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(6, segment))), Outcome::malformed);
    segment[12] = 0x60;
    EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(6, segment))), Outcome::malformed);
    EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(6, hex("00112233")))), Outcome::malformed);
    EXPECT_EQ(outcome_of(ethernet(0x0800, hex("44") + Buffer(40))), Outcome::malformed);
    EXPECT_EQ(outcome_of(ethernet(0x0800, hex("15") + Buffer(40))), Outcome::malformed);
    EXPECT_EQ(outcome_of(hex("0011")), Outcome::malformed);
}

TEST(Decode, Fragments) {
    Buffer first = ipv4(6, tcp({}));
    first[6] = 0x20;
    const Buffer frame = ethernet(0x0800, first + hex("0000"));
    const Packet packet = decoded(ether, frame);
    EXPECT_EQ(packet.outcome, Outcome::fragment);
    EXPECT_EQ(packet.payload_length, 40U);
    EXPECT_EQ(packet.captured, 40U);
    EXPECT_EQ(packet.network[0], 0x45);
    EXPECT_EQ(decoded(ether, ethernet(0x0800, Buffer(first.begin(), first.end() - 1)), 54).outcome,
              Outcome::cut_fragment);
    EXPECT_EQ(outcome_of(ethernet(0x86dd, ipv6(44, hex("06 00 0008 00000001") + tcp({})))),
              Outcome::fragment);
}

TEST(Decode, UdpIsToldApart) {
    const auto over = [](std::size_t port, std::string_view payload) {
        return outcome_of(ethernet(0x0800, ipv4(17, udp(50000, port, hex(payload) + Buffer(30)))));
    };
    EXPECT_EQ(over(53, "1234 0100 0001"), Outcome::dns);
    EXPECT_EQ(over(5353, "0000 0000 0001"), Outcome::udp);
    const std::string_view record = "16 fefd 0000 000000000000 001e";  // 30 bytes: the rest
    EXPECT_EQ(over(4444, record), Outcome::dtls);
    EXPECT_EQ(over(4444, "16 fefd 0000 000000000000 1000"), Outcome::udp);
    // A name query with identification 0x1801: a record's header only up to its length.
    EXPECT_EQ(over(5355, "1801 0000 0001 0000 0000 0000 06 697361746170 00 0001 0001"),
              Outcome::udp);
    EXPECT_EQ(over(4444, "cf babababa 08 0011223344556677 00"), Outcome::quic);
    EXPECT_EQ(over(5246, "01000000 16 feff 0000 000000000000 0010"), Outcome::dtls);
    EXPECT_EQ(over(4444, "c3 00000001 08 0011223344556677 00"), Outcome::quic);
    EXPECT_EQ(over(4444, "c3 6b3343cf 08 0011223344556677 00"), Outcome::quic);
    EXPECT_EQ(over(4444, "c3 ff00001d 08 0011223344556677 00"), Outcome::quic);
    EXPECT_EQ(over(4444, "80 12345678 08 0011223344556677 00"), Outcome::udp);
    EXPECT_EQ(over(4444, "0d 0011223344556677 51303433 01"), Outcome::quic);
    EXPECT_EQ(over(443, "43 00112233"), Outcome::quic);
    EXPECT_EQ(over(4444, "43 00112233"), Outcome::udp);
    // A tunnel's port with something else on it.
    EXPECT_EQ(over(4789, "00 11223344556677"), Outcome::udp);
    EXPECT_EQ(over(2152, "ff 11223344556677"), Outcome::udp);
    EXPECT_EQ(over(3544, record), Outcome::dtls);
}

TEST(Decode, WhatIsLeftAlone) {
    EXPECT_EQ(outcome_of(ethernet(0x0806, Buffer(46))), Outcome::not_ip);
    EXPECT_EQ(outcome_of(ethernet(38, hex("424203") + Buffer(43))), Outcome::not_ip);
    EXPECT_EQ(outcome_of(ethernet(0x8863, hex("1109 0000 0000"))), Outcome::not_ip);
    EXPECT_EQ(outcome_of(ethernet(0x88e5, hex("2c 00") + Buffer(40))), Outcome::encrypted_link);
    EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(50, Buffer(40)))), Outcome::other_transport);
    EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(1, hex("0800") + Buffer(30)))), Outcome::icmp);
    for (const std::uint8_t type : hex("03 04 05 0b 0c")) {
        EXPECT_EQ(outcome_of(ethernet(0x0800, ipv4(1, Buffer{type} + Buffer(30)))),
                  Outcome::icmp_error);
    }
    for (const std::uint8_t type : hex("01 02 03 04")) {
        EXPECT_EQ(outcome_of(ethernet(0x86dd, ipv6(58, Buffer{type} + Buffer(30)))),
                  Outcome::icmp_error);
    }
    EXPECT_EQ(outcome_of(ethernet(0x86dd, ipv6(58, hex("8700") + Buffer(30)))), Outcome::icmp);
    EXPECT_EQ(decoded(LinkType{147}, Buffer(60)).outcome, Outcome::unknown_link_type);
    EXPECT_EQ(decoded(LinkType::ieee802_11, hex("0841") + Buffer(60)).outcome,
              Outcome::encrypted_link);
    EXPECT_EQ(decoded(LinkType::ieee802_11, hex("8000") + Buffer(60)).outcome, Outcome::not_ip);
}

TEST(Decode, DepthIsLimited) {
    Buffer nested = ipv4(6, tcp({}));
    for (int i = 0; i < 4; ++i) {
        nested = ipv4(4, nested);
    }
    EXPECT_EQ(outcome_of(ethernet(0x0800, nested)), Outcome::tcp);
    for (int i = 0; i < 20; ++i) {
        nested = ipv4(4, nested);
    }
    EXPECT_EQ(outcome_of(ethernet(0x0800, nested)), Outcome::too_deep);
}

}  // namespace
}  // namespace tlstriage::wire
