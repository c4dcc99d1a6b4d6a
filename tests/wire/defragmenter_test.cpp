#include "wire/defragmenter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "frames.h"

namespace tlstriage::wire {
namespace {

using namespace test;

Buffer payload_of(std::size_t size) {
    Buffer payload(size);
    std::iota(payload.begin(), payload.end(), std::uint8_t{1});
    return payload;
}

/// A fragment of `whole` (a transport payload), from `begin` to `end`.
Buffer piece4(const Buffer& whole, std::size_t begin, std::size_t end) {
    Buffer packet = ipv4(6, Buffer(whole.begin() + static_cast<long>(begin),
                                   whole.begin() + static_cast<long>(end)));
    const Buffer field = be16(begin / 8 | (end < whole.size() ? 0x2000U : 0U));
    packet[6] = field[0];
    packet[7] = field[1];
    return packet;
}

Buffer piece6(const Buffer& whole, std::size_t begin, std::size_t end) {
    return ipv6(0, hex("2c00000000000000 06 00") + be16(begin | (end < whole.size() ? 1U : 0U)) +
                       hex("00000007") +
                       Buffer(whole.begin() + static_cast<long>(begin),
                              whole.begin() + static_cast<long>(end)));
}

std::optional<Buffer> add(Defragmenter& defragmenter, const Buffer& ip, Nanoseconds time = 0) {
    Packet packet = decoded(LinkType::raw, ip);
    EXPECT_EQ(packet.outcome, Outcome::fragment);
    packet.time = time;
    return defragmenter.add(packet);
}

TEST(Defragmenter, EveryOrderOfFourPieces) {
    const Buffer segment = tcp(payload_of(45));
    std::array<std::size_t, 5> cuts{0, 8, 32, 40, segment.size()};
    std::array<std::size_t, 4> order{0, 1, 2, 3};
    for (const auto& piece : {piece4, piece6}) {
        do {
            Defragmenter defragmenter(1 << 20);
            std::optional<Buffer> whole;
            for (const std::size_t i : order) {
                EXPECT_FALSE(whole);
                whole = add(defragmenter, piece(segment, cuts[i], cuts[i + 1]));
            }
            ASSERT_TRUE(whole);
            Packet packet;
            ASSERT_EQ(decode_ip(*whole, packet), Outcome::tcp);
            EXPECT_EQ(packet.payload_length, 45U);
            EXPECT_EQ(Buffer(packet.data().begin(), packet.data().end()), payload_of(45));
            EXPECT_EQ(defragmenter.counts().fragments, 4U);
            EXPECT_EQ(defragmenter.counts().reassembled, 1U);
            EXPECT_EQ(defragmenter.counts().given_up, 0U);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST(Defragmenter, AByteThatCameTwiceKeepsItsFirstValue) {
    const Buffer segment = tcp(payload_of(44));
    Buffer other = segment;
    std::fill(other.begin() + 16, other.end(), std::uint8_t{0xee});
    Defragmenter defragmenter(1 << 20);
    EXPECT_FALSE(add(defragmenter, piece4(segment, 24, 40)));
    EXPECT_FALSE(add(defragmenter, piece4(segment, 48, 64)));  // the last
    const auto whole = add(defragmenter, piece4(other, 0, 56));
    ASSERT_TRUE(whole);
    Buffer expected = segment;
    std::fill(expected.begin() + 16, expected.begin() + 24, std::uint8_t{0xee});
    std::fill(expected.begin() + 40, expected.begin() + 48, std::uint8_t{0xee});
    EXPECT_EQ(Buffer(whole->begin() + 20, whole->end()), expected);
}

TEST(Defragmenter, ThirtySeconds) {
    const Buffer segment = tcp(payload_of(44));
    Defragmenter defragmenter(1 << 20);
    EXPECT_FALSE(add(defragmenter, piece4(segment, 0, 32), seconds(100)));
    EXPECT_FALSE(add(defragmenter, piece4(segment, 32, 64), seconds(131)));
    EXPECT_EQ(defragmenter.counts().given_up, 1U);
    EXPECT_TRUE(add(defragmenter, piece4(segment, 0, 32), seconds(161)));
    defragmenter.clear();
    EXPECT_EQ(defragmenter.counts().given_up, 1U);
}

TEST(Defragmenter, TheOldestGoesWhenMemoryIsFull) {
    const Buffer segment = tcp(payload_of(1004));
    Defragmenter defragmenter(8000);
    for (std::uint8_t id = 0; id < 20; ++id) {
        Buffer packet = piece4(segment, 0, 1000);
        packet[5] = id;
        EXPECT_FALSE(add(defragmenter, packet));
    }
    Buffer oldest = piece4(segment, 1000, 1024);
    Buffer newest = oldest;
    oldest[5] = 0;
    newest[5] = 19;
    EXPECT_TRUE(add(defragmenter, newest));
    EXPECT_FALSE(add(defragmenter, oldest));
    EXPECT_GE(defragmenter.counts().given_up, 13U);
    defragmenter.clear();
    const auto& counts = defragmenter.counts();
    EXPECT_EQ(counts.reassembled, 1U);
    EXPECT_EQ(counts.given_up, 20U);  // 19 that began, and the late rest of the oldest
}

TEST(Defragmenter, TooLongForADatagramIsIgnored) {
    Buffer packet = ipv4(1, payload_of(1000));
    packet[6] = 0x1f;
    packet[7] = 0xff;
    Defragmenter defragmenter(1 << 20);
    EXPECT_FALSE(add(defragmenter, packet));
    EXPECT_EQ(defragmenter.counts().fragments, 1U);
}

}  // namespace
}  // namespace tlstriage::wire
