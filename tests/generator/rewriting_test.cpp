// Rewriting against frames that are built afresh: byte for byte, checksums too.
#include "rewriting/rewriting.h"

#include <gtest/gtest.h>

#include <functional>

#include "generator/packets.h"
#include "rewriting/frame_fields.h"

namespace tlstriage::generate::test {
namespace {

using rewriting::find_fields;

/// Builds a frame for given ends.
using Build = std::function<Buffer(const Ends&)>;

Buffer rewritten(LinkType link, Buffer frame, bool v6) {
    Variables seen = variables();
    const FrameFields fields = find_fields(link, frame, seen);
    rewrite(fields.plan, values_between(seen, original(v6), fresh(v6)), frame);
    return frame;
}

void expect_like_built(const Build& build, bool v6 = false, LinkType link = LinkType::ethernet) {
    const Buffer right = build(fresh(v6));
    EXPECT_NE(build(original(v6)), right);
    EXPECT_EQ(rewritten(link, build(original(v6)), v6), right);
}

Build framed(const Tcp& segment) {
    return [segment](const Ends& ends) { return ethernet(ip(ends, segment)); };
}

TEST(Rewriting, TcpWithTimestamps) {
    for (const bool v6 : {false, true}) {
        expect_like_built(framed({.payload = text("hello")}), v6);
        expect_like_built(framed({.from_client = false, .payload = text("hello!")}), v6);
        expect_like_built(framed({.flags = 0x02, .sequence_offset = 0}), v6);
    }
}

TEST(Rewriting, SequenceNumbersWrap) {
    for (std::uint32_t offset = 0x38; offset < 0x48; ++offset)
        expect_like_built(framed({.sequence_offset = offset, .acknowledged_offset = offset}));
}

TEST(Rewriting, SackBlocksAtEvenAndOddOffsets) {
    for (const std::size_t padding : {0, 1, 2, 3}) {
        expect_like_built(framed({.timestamps = false,
                                  .sack_offsets = {10, 20, 200, 255},
                                  .padding = padding,
                                  .payload = text("x")}));
        expect_like_built(
            framed({.from_client = false, .sack_offsets = {7, 9}, .padding = padding}));
    }
}

TEST(Rewriting, ResetOfNoConnectionKeepsItsZero) {
    const auto build = [](const Ends& ends) {
        // RST, ACK with a sequence number of 0: RFC 9293 §3.10.7.1.
        return ethernet(ip(ends, {.from_client = false,
                                  .flags = 0x14,
                                  .sequence_offset = 0U - ends.server_sequence,
                                  .acknowledged_offset = 1,
                                  .timestamps = false}));
    };
    EXPECT_EQ(load_big<std::uint32_t>(build(fresh()).data() + 38), 0U);
    expect_like_built(build);
}

TEST(Rewriting, WrongChecksumStaysAsWrong) {
    Buffer frame = framed({.payload = text("hello")})(original());
    const std::size_t at = 14 + 20 + 16;
    const auto right = load_big<std::uint16_t>(frame.data() + at);
    frame[at] ^= 0x55;
    const auto off = static_cast<std::uint16_t>(load_big<std::uint16_t>(frame.data() + at) - right);
    const Buffer ours = rewritten(LinkType::ethernet, frame, false);
    const Buffer good = framed({.payload = text("hello")})(fresh());
    ASSERT_NE(ours, good);
    const auto difference = static_cast<std::uint16_t>(load_big<std::uint16_t>(ours.data() + at) -
                                                       load_big<std::uint16_t>(good.data() + at));
    // Ones' complement: the carry may come around.
    EXPECT_LE(std::abs(static_cast<std::int16_t>(difference - off)), 1);
}

TEST(Rewriting, WhatTheCaptureCutIsLeftOut) {
    const auto build = framed({.sack_offsets = {1, 2}, .padding = 2, .payload = text("hello")});
    const Buffer whole = build(original());
    const Buffer right = build(fresh());
    const std::size_t headers = 14 + 20 + 20;
    const std::size_t checksum = 14 + 20 + 16;
    for (std::size_t kept = 0; kept <= whole.size(); ++kept) {
        const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept));
        const Buffer ours = rewritten(LinkType::ethernet, cut, false);
        ASSERT_EQ(ours.size(), kept);
        if (kept < headers) continue;
        // The checksum can't follow what the capture cut off.
        EXPECT_TRUE(std::equal(ours.begin(), ours.begin() + checksum, right.begin())) << kept;
    }
    // To the last option and byte of payload.
    for (std::size_t kept = whole.size() - 5; kept <= whole.size(); ++kept) {
        const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept));
        const Buffer ours = rewritten(LinkType::ethernet, cut, false);
        EXPECT_TRUE(std::equal(ours.begin(), ours.end(), right.begin())) << kept;
    }
}

TEST(Rewriting, IcmpErrorsWithWhatTheyQuote) {
    for (const std::size_t quoted : {28, 40, 52, 57}) {
        expect_like_built([&](const Ends& ends) {
            // The quoted checksum can't follow time stamps that are not quoted.
            Buffer quote = ip(ends, {.timestamps = quoted >= 52, .payload = text("hello, hello")});
            quote.resize(quoted);
            return ethernet(ip(ends.router, ends.client, 1, icmp(3, 13, quote)));
        });
    }
}

TEST(Rewriting, IcmpV6ErrorsWithWhatTheyQuote) {
    for (const std::size_t quoted : {48, 60, 72, 77}) {
        expect_like_built(
            [&](const Ends& ends) {
                Buffer quote =
                    ip(ends, {.timestamps = quoted >= 72, .payload = text("hello, hello")});
                quote.resize(quoted);
                return ethernet(
                    ip(ends.router, ends.client, 58, icmp_v6(ends.router, ends.client, 1, quote)));
            },
            true);
    }
}

TEST(Rewriting, NeighbourDiscoveryAndArp) {
    expect_like_built(
        [](const Ends& ends) {
            Buffer target(ends.client.bytes.begin(), ends.client.bytes.end());
            return ethernet(
                ip(ends.router, ends.client, 58, icmp_v6(ends.router, ends.client, 135, target)));
        },
        true);
    expect_like_built([](const Ends& ends) {
        const auto four = [](const IpAddress& address) {
            return Buffer{address.bytes.begin() + 12, address.bytes.end()};
        };
        return ethernet(0x0806, be16(1) + be16(0x0800) + Buffer{6, 4} + be16(1) +
                                    Buffer{2, 0, 0, 0, 0, 2} + four(ends.client) + Buffer(6, 0) +
                                    four(ends.router));
    });
}

TEST(Rewriting, ServersPortsAndKeptAddressesStay) {
    Variables seen = variables();
    seen.keep(original().server);
    seen.server_port(original().client_port);  // some other flow's server listens there
    Buffer frame = framed({})(original());
    const FramePlan plan = find_fields(LinkType::ethernet, frame, seen).plan;
    rewrite(plan, values_between(seen, original(), fresh()), frame);
    Ends right = fresh();
    right.server = original().server;
    right.client_port = original().client_port;
    EXPECT_EQ(frame, framed({})(right));
}

TEST(Rewriting, MulticastAndLinkLocalAddressesStay) {
    Variables seen;
    for (const char first : {'\xe0', '\xff'}) {
        IpAddress address = original().client;
        address.bytes[12] = static_cast<std::uint8_t>(first);
        EXPECT_FALSE(seen.address(address));
    }
    IpAddress link_local;
    link_local.bytes = {0xfe, 0x80};
    EXPECT_FALSE(seen.address(link_local));
    EXPECT_FALSE(seen.address(IpAddress{}));
    EXPECT_TRUE(seen.address(original(true).client));
}

TEST(Rewriting, FragmentsAreOneDatagramStill) {
    // What lies between the two headers is cut in two: the checksum is in the first part alone.
    const auto fragment = [](const Ends& ends, bool first) {
        const Buffer whole = tcp(ends, {.timestamps = false, .payload = text("hello, hello")});
        const auto cut = whole.begin() + 24;
        Buffer part = first ? Buffer{whole.begin(), cut} : Buffer{cut, whole.end()};
        Buffer packet = ip(ends.client, ends.server, 6, part);
        packet[6] = first ? 0x20 : 0x00;
        packet[7] = first ? 0 : 3;
        packet[10] = packet[11] = 0;
        const Buffer header{packet.begin(), packet.begin() + 20};
        const auto sum = be16(internet_checksum(header));
        std::copy(sum.begin(), sum.end(), packet.begin() + 10);
        return ethernet(packet);
    };
    expect_like_built([&](const Ends& ends) { return fragment(ends, true); });
    expect_like_built([&](const Ends& ends) { return fragment(ends, false); });
}

TEST(Rewriting, UdpSumOfZeroIsSentAsAllOnes) {
    // Some source port of the router makes the fresh sum 0; 4789 wants VXLAN, so none of those.
    bool met = false;
    for (std::uint16_t port = 1; port != 0 && !met; ++port) {
        const auto build = [port](const Ends& ends) {
            return ethernet(ip(ends.router, ends.client, 17,
                               udp(ends.router, ends.client, port, 9, text("data"))));
        };
        const Buffer right = build(fresh());
        met = load_big<std::uint16_t>(right.data() + 40) == 0xffff;
        if (met) expect_like_built(build);
    }
    EXPECT_TRUE(met);
}

}  // namespace
}  // namespace tlstriage::generate::test
