// Times and frame counts were compared with tshark 4.0.17 on the same bytes.
#include <gtest/gtest.h>

#include "capture_bytes.h"
#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

TEST(Pcap, EveryMagicInBothByteOrders) {
    struct Variant {
        std::uint32_t magic;
        Buffer behind_header;
        Buffer extra;
        Nanoseconds fraction_unit;
    };
    const Buffer modified = Writer().u32(2).u16(0x0800).u16(0).buffer;
    for (const Variant& v :
         {Variant{0xa1b2c3d4, {}, {}, 1000}, Variant{0xa1b23c4d, {}, {}, 1},
          Variant{0xa1b2cd34, {}, modified, 1000}, Variant{0x1c0001ac, Buffer(4), {}, 1000},
          Variant{0x1c0001ab, Buffer(4), {}, 1000}}) {
        for (const Order order : {Order::little, Order::big}) {
            SCOPED_TRACE(v.magic);
            PcapHeader header;
            header.magic = v.magic;
            header.order = order;
            PcapRecord record;
            record.order = order;
            record.fraction = 999'999;
            record.extra = v.extra;
            record.wire = 1500;
            const Buffer bytes =
                pcap_header(header) + v.behind_header + pcap_record(record) + pcap_record(record);
            const Walked walked = walk_bytes(bytes);
            ASSERT_EQ(walked.seen.size(), 2U);
            EXPECT_TRUE(walked.result.damages.empty());
            EXPECT_FALSE(walked.result.cut);
            const Seen& second = walked.seen[1];
            EXPECT_EQ(second.frame, 2U);
            EXPECT_EQ(second.offset, walked.seen[0].offset + 16 + v.extra.size() + 60);
            EXPECT_EQ(second.record.time, seconds(1'700'000'000) + 999'999 * v.fraction_unit);
            EXPECT_EQ(second.record.captured, 60U);
            EXPECT_EQ(second.record.wire_length, 1500U);
            EXPECT_EQ(second.record.data[0], 0x40);
        }
    }
}

TEST(Pcap, LinkTypeWithoutTheBitsOfTheCheckSequence) {
    PcapHeader header;
    header.link = 0x54000001;  // FCS length given, 5 units of 16 bits
    EXPECT_EQ(Format::detect(pcap_header(header))->interfaces()[0].link, LinkType::ethernet);
    header.link = 0x10001;
    EXPECT_NE(Format::detect(pcap_header(header))->interfaces()[0].link, LinkType::ethernet);
}

TEST(Pcap, VersionsBelowTwoAreRefused) {
    for (const std::uint16_t major : {std::uint16_t{0}, std::uint16_t{1}}) {
        PcapHeader header;
        header.major = major;
        EXPECT_FALSE(Format::detect(pcap_header(header)));
    }
}

TEST(Pcap, ToleratesWhatWritersDo) {
    PcapRecord overflow;
    overflow.fraction = 2'500'000;
    PcapRecord short_wire;
    short_wire.wire = 10;
    PcapRecord late;
    late.seconds = 0xfffffff0;
    PcapRecord empty;
    empty.data = {};
    const Walked walked =
        walk_bytes(pcap_header() + pcap_record(overflow) + pcap_record(short_wire) +
                   pcap_record(late) + pcap_record(empty));
    ASSERT_EQ(walked.seen.size(), 4U);
    EXPECT_TRUE(walked.result.damages.empty());
    EXPECT_EQ(walked.seen[0].record.time, seconds(1'700'000'002) + milliseconds(500));
    EXPECT_EQ(walked.seen[1].record.wire_length, 60U);
    EXPECT_EQ(walked.seen[2].record.time, seconds(4'294'967'280) + 5'000);
    EXPECT_EQ(walked.seen[3].record.captured, 0U);
}

TEST(Pcap, LengthsUpToWhatWiresharkTakesWhateverTheSnapLengthSays) {
    PcapHeader header;
    header.snap_length = 64;
    PcapRecord record;
    record.data = payload(262'144);
    EXPECT_EQ(walk_bytes(pcap_header(header) + pcap_record(record)).seen.size(), 1U);
    record.data = payload(262'145);
    EXPECT_EQ(walk_bytes(pcap_header(header) + pcap_record(record)).seen.size(), 0U);
    header.snap_length = 1U << 20U;
    EXPECT_EQ(walk_bytes(pcap_header(header) + pcap_record(record)).seen.size(), 1U);
}

TEST(Pcap, CutAtEveryByte) {
    Buffer whole = pcap_header();
    std::vector<std::size_t> ends;
    for (const std::size_t size : {0U, 1U, 60U, 17U}) {
        PcapRecord record;
        record.data = payload(size);
        whole = whole + pcap_record(record);
        ends.push_back(whole.size());
    }
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        SCOPED_TRACE(size);
        const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        for (const std::size_t window : {std::size_t{24}, walk_window}) {
            const WalkResult result = walk_bytes(cut, window).result;
            EXPECT_EQ(result.format.has_value(), size >= 24);
            if (!result.format) continue;
            std::uint64_t expected = 0;
            std::size_t last_end = 24;
            for (const std::size_t end : ends) {
                if (end > size) break;
                last_end = end;
                ++expected;
            }
            EXPECT_EQ(result.frames, expected);
            EXPECT_EQ(result.cut.has_value(), size != last_end);
            if (result.cut) {
                EXPECT_EQ(result.cut->offset, last_end);
                EXPECT_EQ(result.cut->bytes, size - last_end);
            }
            EXPECT_TRUE(result.damages.empty());
        }
    }
}

TEST(Pcap, ReadsOnBehindDamage) {
    Buffer bytes = pcap_header();
    std::vector<std::size_t> starts;
    for (std::uint32_t i = 0; i < 200; ++i) {
        starts.push_back(bytes.size());
        PcapRecord record;
        record.seconds += i;
        bytes = bytes + pcap_record(record);
    }
    for (std::size_t i = 8; i < 12; ++i)
        bytes[starts[50] + i] = 0xff;  // its captured length
    for (const std::size_t window : {std::size_t{4096}, walk_window}) {
        const Walked walked = walk_bytes(bytes, window);
        EXPECT_EQ(walked.result.frames, 199U);
        ASSERT_EQ(walked.result.damages.size(), 1U);
        EXPECT_EQ(walked.result.damages[0].offset, starts[50]);
        EXPECT_EQ(walked.result.damages[0].bytes, starts[51] - starts[50]);
        EXPECT_EQ(walked.result.damages[0].reason,
                  "record says it holds 4294967295 bytes (the most is 262144)");
        EXPECT_EQ(walked.seen[50].offset, starts[51]);
    }
}

TEST(Pcap, BytesLostInTheMiddle) {
    Buffer bytes = pcap_header();
    std::vector<std::size_t> starts;
    for (std::uint32_t i = 0; i < 200; ++i) {
        starts.push_back(bytes.size());
        bytes = bytes + pcap_record();
    }
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(starts[50] + 30);
    bytes.erase(at, at + 13);
    const Walked walked = walk_bytes(bytes);
    EXPECT_EQ(walked.result.frames, 199U);  // 50 is read with the start of 51 in it; 51 is lost
    ASSERT_EQ(walked.result.damages.size(), 1U);
    EXPECT_EQ(walked.result.damages[0].offset, starts[51]);
    EXPECT_EQ(walked.seen[51].offset, starts[52] - 13);
}

}  // namespace
}  // namespace tlstriage::capture::test
