// Frame numbers and times were compared with tshark 4.0.17 on the same bytes.
#include <gtest/gtest.h>

#include "capture_bytes.h"
#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

const Buffer start = section() + interface();

Nanoseconds time_with(const Buffer& options, std::uint64_t ticks) {
    Packet packet;
    packet.ticks = ticks;
    const Walked walked = walk_bytes(section() + interface(1, options) + enhanced_packet(packet));
    return walked.seen.size() == 1 ? walked.seen[0].record.time : -1;
}

TEST(Pcapng, TimeResolutionAndOffset) {
    const Nanoseconds whole = seconds(1'700'000'000);
    EXPECT_EQ(time_with({}, 1'700'000'000'000'005), whole + 5'000);
    EXPECT_EQ(time_with(option(9, {9}), 1'700'000'000'123'456'789), whole + 123'456'789);
    EXPECT_EQ(time_with(option(9, {0}), 1'700'000'000), whole);
    EXPECT_EQ(time_with(option(9, {12}), 1'700'000'012'776'324'000), 1'700'000'012'776'324);
    // 2^-20: tshark shows 1700000000.011773109
    EXPECT_EQ(time_with(option(9, {0x94}), 1'700'000'000ULL * (1U << 20U) + 12'345),
              whole + 11'773'109);
    EXPECT_EQ(time_with(option(14, Writer().u64(1000).buffer), 1'700'000'000'000'000),
              whole + seconds(1000));
    EXPECT_EQ(
        time_with(option(14, Writer().u64(~std::uint64_t{999}).buffer), 1'700'000'000'000'000),
        whole - seconds(1000));
    EXPECT_EQ(time_with(option(9, {0x7f}), 5), 0);
    EXPECT_EQ(time_with(option(9, {0xff}), 5), 0);
    EXPECT_EQ(time_with({}, ~std::uint64_t{0}), latest_time);
    EXPECT_EQ(time_with(option(9, {9}), ~std::uint64_t{0}), latest_time);
    EXPECT_EQ(time_with(option(9, {9}), static_cast<std::uint64_t>(latest_time)), latest_time);
    EXPECT_EQ(time_with(option(9, {9}), static_cast<std::uint64_t>(latest_time) + 1), latest_time);
    EXPECT_EQ(time_with(option(14, Writer().u64(~std::uint64_t{0}).buffer), 1), -999'999'000);
    EXPECT_EQ(time_with(option(14, Writer().u64(std::uint64_t{1} << 63U).buffer), 5),
              earliest_time);
    EXPECT_EQ(latest_time - earliest_time, std::numeric_limits<Nanoseconds>::max());
}

TEST(Pcapng, SectionsOfBothByteOrdersAndInterfacesOverAll) {
    Packet big;
    big.order = Order::big;
    big.wire = 1500;
    Packet second;
    second.interface = 1;
    const Buffer bytes = start + enhanced_packet() + section(Order::big) +
                         interface(101, {}, Order::big) + enhanced_packet(big) + section() +
                         interface() + interface(113) + enhanced_packet(second);
    for (const std::size_t window : {std::size_t{24}, walk_window}) {
        const Walked walked = walk_bytes(bytes, window);
        ASSERT_EQ(walked.seen.size(), 3U);
        EXPECT_EQ(walked.seen[0].record.link, LinkType::ethernet);
        EXPECT_EQ(walked.seen[1].record.link, LinkType::raw);
        EXPECT_EQ(walked.seen[1].record.interface_id, 1);
        EXPECT_EQ(walked.seen[1].record.time, seconds(1'700'000'000) + 5'000);
        EXPECT_EQ(walked.seen[1].record.wire_length, 1500U);
        EXPECT_EQ(walked.seen[2].record.link, LinkType::linux_sll);
        EXPECT_EQ(walked.seen[2].record.interface_id, 3);
        EXPECT_EQ(walked.result.format->interfaces().size(), 4U);
        EXPECT_TRUE(walked.result.damages.empty());
    }
}

TEST(Pcapng, BlocksThatWiresharkNumbers) {
    struct Case {
        std::uint32_t type;
        bool numbered;
    };
    for (const Case c : {Case{9, true}, Case{0xbad, true}, Case{0x40000bad, true},
                         Case{0x204, true}, Case{0x216, true}, Case{0x221, true},
                         Case{0x208, false}, Case{0x201, false}, Case{4, false}, Case{0xa, false},
                         Case{7, false}, Case{0x777, false}, Case{0x80000001, false}}) {
        SCOPED_TRACE(c.type);
        const Walked walked =
            walk_bytes(start + enhanced_packet() + block(c.type, payload(40)) + enhanced_packet());
        EXPECT_EQ(walked.result.packets, 2U);
        EXPECT_EQ(walked.seen.back().frame, c.numbered ? 3U : 2U);
        EXPECT_TRUE(walked.result.damages.empty());
    }
}

TEST(Pcapng, SimpleAndObsoletePackets) {
    const Buffer obsolete = block(2, Writer()
                                         .u16(0)
                                         .u16(7)
                                         .u32(0x60a24)
                                         .u32(0x181e4000)
                                         .u32(60)
                                         .u32(99)
                                         .bytes(payload(60))
                                         .buffer);
    const Walked walked =
        walk_bytes(section() + interface(1, {}, Order::little, 40) +
                   simple_packet(payload(40), 100) + simple_packet(payload(20), 20) + obsolete);
    ASSERT_EQ(walked.seen.size(), 3U);
    EXPECT_EQ(walked.seen[0].record.captured, 40U);
    EXPECT_EQ(walked.seen[0].record.wire_length, 100U);
    EXPECT_EQ(walked.seen[0].record.time, 0);
    EXPECT_EQ(walked.seen[1].record.captured, 20U);
    EXPECT_EQ(walked.seen[2].record.captured, 60U);
    EXPECT_EQ(walked.seen[2].record.wire_length, 99U);
    EXPECT_EQ(walked.seen[2].record.time, 0x60a24181e4000 * 1000);
}

TEST(Pcapng, StatisticsOfTheInterface) {
    const auto ticks = [](std::uint64_t t) {
        return Writer()
            .u32(static_cast<std::uint32_t>(t >> 32U))
            .u32(static_cast<std::uint32_t>(t));
    };
    const Buffer body = Writer()
                            .u32(0)
                            .u32(0)
                            .u32(0)
                            .bytes(option(2, ticks(1'700'000'000'000'000).buffer))
                            .bytes(option(3, ticks(1'700'000'060'000'000).buffer))
                            .bytes(option(5, Writer().u64(3).buffer))
                            .bytes(option(7, Writer().u64(4).buffer))
                            .bytes(option(0, {}))
                            .buffer;
    const Buffer of_no_interface = block(5, Writer().u32(9).u32(0).u32(0).buffer);
    const Walked walked = walk_bytes(start + enhanced_packet() + block(5, body) + of_no_interface);
    EXPECT_TRUE(walked.result.damages.empty());
    const Interface& interface = walked.result.format->interfaces()[0];
    EXPECT_EQ(interface.dropped, 7U);
    EXPECT_EQ(interface.capture_start, seconds(1'700'000'000));
    EXPECT_EQ(interface.capture_end, seconds(1'700'000'060));
}

TEST(Pcapng, LengthWithoutThePadding) {
    Buffer odd = Writer()
                     .u32(6)
                     .u32(93)
                     .u32(0)
                     .u32(0)
                     .u32(0)
                     .u32(61)
                     .u32(61)
                     .bytes(payload(61))
                     .pad()
                     .u32(93)
                     .buffer;
    const Walked walked = walk_bytes(start + odd + enhanced_packet());
    EXPECT_EQ(walked.result.frames, 2U);
    EXPECT_TRUE(walked.result.damages.empty());
}

TEST(Pcapng, Damage) {
    Buffer wrong_trailer = block(0x777, payload(40));
    wrong_trailer[wrong_trailer.size() - 4] ^= 0xffU;
    Buffer too_long = enhanced_packet();
    too_long[20] = 200;  // captured
    Packet of_no_interface;
    of_no_interface.interface = 3;
    Buffer tail;
    for (int i = 0; i < 30; ++i)
        tail = tail + enhanced_packet();
    for (const Buffer& bad : {wrong_trailer, too_long, enhanced_packet(of_no_interface),
                              block(6, Buffer(8)), block(1, Buffer(4)), section(Order::little, 2),
                              block(0x0a0d0d0a, Writer().u32(0x1a2b3c4d).buffer)}) {
        for (const std::size_t window : {std::size_t{512}, walk_window}) {
            const Walked walked = walk_bytes(start + enhanced_packet() + bad + tail, window);
            EXPECT_EQ(walked.result.frames, 31U);
            ASSERT_EQ(walked.result.damages.size(), 1U);
            EXPECT_EQ(walked.result.damages[0].offset, start.size() + 92);
            EXPECT_EQ(walked.result.damages[0].bytes, bad.size());
            EXPECT_FALSE(walked.result.damages[0].reason.empty());
        }
    }
}

TEST(Pcapng, CutAtEveryByte) {
    Packet odd;
    odd.data = payload(17);
    odd.options = option(1, payload(5)) + option(0, {});
    const std::vector<Buffer> blocks{section(),
                                     interface(),
                                     enhanced_packet(),
                                     block(9, payload(40)),
                                     enhanced_packet(odd),
                                     simple_packet(payload(20), 20),
                                     block(4, payload(12))};
    Buffer whole;
    for (const Buffer& b : blocks)
        whole = whole + b;
    for (std::size_t size = 12; size <= whole.size(); ++size) {
        SCOPED_TRACE(size);
        const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        std::size_t last_end = 0;
        std::uint64_t expected = 0;
        for (std::size_t i = 0; i < blocks.size() && last_end + blocks[i].size() <= size; ++i) {
            last_end += blocks[i].size();
            if (i >= 2 && i <= 5) ++expected;
        }
        for (const std::size_t window : {std::size_t{12}, walk_window}) {
            const WalkResult result = walk_bytes(cut, window).result;
            EXPECT_EQ(result.frames, expected);
            EXPECT_TRUE(result.damages.empty());
            ASSERT_EQ(result.cut.has_value(), size != last_end);
            EXPECT_EQ(result.cut.value_or(CutEnd{last_end, 0}).offset, last_end);
        }
    }
}

}  // namespace
}  // namespace tlstriage::capture::test
