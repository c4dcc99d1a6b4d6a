// Cut and bent frames: nothing is read outside the frame (run with AddressSanitizer), and what the
// packet promises to be readable is.
#include <gtest/gtest.h>

#include <random>

#include "frames.h"
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

using namespace test;

/// Decodes both ways, compares them, and checks the packet's promises.
void check(const Sample& sample, const Exact& frame, std::uint32_t wire_length) {
    Packet packet;
    Packet twin;
    decode(sample.link, frame.view(), wire_length, packet);
    decode_step_by_step(sample.link, frame.view(), wire_length, twin);
    ASSERT_EQ(packet.outcome, twin.outcome);
    if (packet.outcome != Outcome::tcp && packet.outcome != Outcome::fragment) return;
    const auto begin = static_cast<std::size_t>(packet.network - frame.view().data());
    ASSERT_LE(begin, frame.size);
    ASSERT_EQ(packet.network, twin.network);
    ASSERT_EQ(packet.payload_length, twin.payload_length);
    ASSERT_EQ(packet.captured, twin.captured);
    ASSERT_LE(packet.captured, packet.payload_length);
    if (packet.outcome == Outcome::fragment) {
        ASSERT_LE(packet.captured, frame.size - begin);
        return;
    }
    ASSERT_GE(packet.payload, packet.transport + 20);
    ASSERT_LE(packet.payload + packet.captured, frame.size - begin);
    ASSERT_EQ(packet.transport, twin.transport);
    ASSERT_EQ(packet.payload, twin.payload);
    ASSERT_EQ(packet.vlan, twin.vlan);
    ASSERT_EQ(packet.hops, twin.hops);
    ASSERT_EQ(packet.flags, twin.flags);
    ASSERT_EQ(packet.flow_hash, twin.flow_hash);
    ASSERT_EQ(packet.flow_hash, flow_hash(packet.destination(), packet.source()));
}

TEST(Robustness, EveryLengthOfEverySample) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        for (std::size_t kept = 0; kept <= sample.frame.size(); ++kept) {
            const Exact frame(sample.frame, kept);
            check(sample, frame, static_cast<std::uint32_t>(sample.frame.size()));
            check(sample, frame, static_cast<std::uint32_t>(kept));
            // A caller's mistake: less on the wire than captured.
            check(sample, frame, 0);
        }
    }
}

TEST(Robustness, EveryValueOfEveryByte) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        for (std::size_t at = 0; at < sample.frame.size(); ++at) {
            Exact frame(sample.frame, sample.frame.size());
            for (int value = 0; value < 256; ++value) {
                frame.bytes[at] = static_cast<std::uint8_t>(value);
                check(sample, frame, static_cast<std::uint32_t>(frame.size));
            }
        }
    }
}

TEST(Robustness, SeveralBytesAndALength) {
    std::mt19937 random(1);
    const auto below = [&](std::size_t n) { return random() % n; };
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        for (int round = 0; round < 1000; ++round) {
            Exact frame(sample.frame, 1 + below(sample.frame.size()));
            for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
                frame.bytes[below(frame.size)] = static_cast<std::uint8_t>(random());
            }
            check(sample, frame, static_cast<std::uint32_t>(frame.size + below(2) * below(2000)));
        }
    }
}

}  // namespace
}  // namespace tlstriage::wire
