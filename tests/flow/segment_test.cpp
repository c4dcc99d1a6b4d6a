// What is loaded of a TCP header: its fields, and its options, damaged ones too.
#include "flow/segment.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tlstriage::flow {
namespace {

using namespace std::string_literals;

constexpr std::uint32_t acknowledgement = 1'000'000;

std::string u32(std::uint32_t value) {
    return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U),
            static_cast<char>(value >> 8U), static_cast<char>(value)};
}

/// A segment of IPv4 with ID 0x1234, sequence 7, and these options and payload.
struct Frame {
    std::string bytes;
    wire::Packet packet;

    Frame(const std::string& options, const std::string& payload,
          std::uint32_t acknowledges = acknowledgement) {
        bytes = "\x45\0\0\0\x12\x34\0\0\x40\x06\0\0"s + "\xc0\0\x02\x01\xc0\0\x02\x02"s;
        bytes += "\x01\xbb\xc3\x50"s + u32(7) + u32(acknowledges) + "\x50\x18\x10\0\0\0\0\0"s;
        bytes += options + payload;
        packet.network = as_bytes(bytes).data();
        packet.transport = 20;
        packet.payload = static_cast<std::uint16_t>(40 + options.size());
        packet.captured = packet.payload_length = static_cast<std::uint32_t>(payload.size());
        packet.flags = 0x18;
        packet.hops = 61;
        packet.vlan = 9;
        packet.interface_id = 3;
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
};

Segment loaded(const std::string& options, std::uint32_t acknowledges = acknowledgement) {
    const Frame frame(options, "", acknowledges);
    return load_segment(frame.packet, {1, 1});
}

std::string block(std::uint32_t left, std::uint32_t right) {
    return u32(left) + u32(right);
}
/// Kind 5 (RFC 2018 §3).
std::string sack(const std::string& blocks) {
    return "\x05"s + static_cast<char>(2 + blocks.size()) + blocks;
}

TEST(Segment, LoadsTheHeader) {
    Frame frame("", "payload");
    frame.packet.payload_length = 100;  // the snap length took the rest
    const Segment segment = load_segment(frame.packet, {5, 6});
    EXPECT_EQ(segment.sequence, 7);
    EXPECT_EQ(segment.acknowledgement, acknowledgement);
    EXPECT_EQ(segment.flags, 0x18);
    EXPECT_EQ(segment.hops, 61);
    EXPECT_EQ(segment.ip_id, 0x1234);
    EXPECT_EQ(segment.vlan, 9);
    EXPECT_EQ(segment.interface_id, 3);
    EXPECT_EQ(as_text(segment.data), "payload");
    EXPECT_EQ(segment.length, 100);
    EXPECT_EQ(segment.at, (Moment{5, 6}));
    EXPECT_EQ(segment.mss, 0);
    EXPECT_EQ(segment.timestamp_value, 0);
    EXPECT_EQ(segment.sack_right, 0);
    EXPECT_EQ(segment.sack_span, 0);
}

TEST(Segment, DataBeginsBehindASyn) {
    Segment segment;
    segment.sequence = 0xffff'ffff;
    EXPECT_EQ(segment.data_sequence(), 0xffff'ffff);
    segment.flags = wire::tcp_flag::syn;
    EXPECT_EQ(segment.data_sequence(), 0);
}

/// The options of a Linux SYN: MSS 1460, SACK permitted, time stamps, no operation, window scale.
const std::string linux_syn =
    "\x02\x04\x05\xb4\x04\x02\x08\x0a"s + u32(0xdead'beef) + u32(0) + "\x01\x03\x03\x07"s;

TEST(Segment, ReadsOptions) {
    const Segment segment = loaded(linux_syn);
    EXPECT_EQ(segment.mss, 1460);
    EXPECT_EQ(segment.timestamp_value, 0xdead'beef);
    EXPECT_EQ(segment.sack_right, 0);  // "permitted" (4) is not "selective" (5)
}

TEST(Segment, ReadsATimeStampWhereverItStands) {
    const std::string stamp = "\x08\x0a"s + u32(0xdead'beef) + u32(5);
    for (const std::string& options :
         {"\x01\x01"s + stamp, stamp + "\x01\x01"s, "\x01"s + stamp + "\x01"s, stamp,
          "\x01\x01"s + stamp + "\x01\x01\x01\x01"s}) {
        EXPECT_EQ(loaded(options).timestamp_value, 0xdead'beef) << options.size();
    }
    EXPECT_EQ(loaded("\x01\x01\x08\x09"s + u32(5) + u32(6)).timestamp_value, 0);
    EXPECT_EQ(loaded("\x00\x01\x08\x0a"s + u32(5) + u32(6)).timestamp_value, 0);
}

TEST(Segment, StopsAtTheEndOfOptions) {
    EXPECT_EQ(loaded("\x00\x02\x04\x05\xb4\0\0\0"s).mss, 0);
    EXPECT_EQ(loaded("\x01\x01\x01\x02\x04\x05\xb4\0"s).mss, 1460);
}

TEST(Segment, PassesOverOptionsThatItDoesNotKnow) {
    EXPECT_EQ(loaded("\xfd\x06zzzz\x02\x04\x05\xb4"s).mss, 1460);
    EXPECT_EQ(loaded("\xfd\x02\x02\x04\x02\x18\0\0"s).mss, 536);
}

TEST(Segment, BelievesNoOptionOfAWrongLength) {
    EXPECT_EQ(loaded("\x02\x03\x05\x01"s).mss, 0);
    EXPECT_EQ(loaded("\x02\x06\x05\xb4\0\0\0\0"s).mss, 0);
    EXPECT_EQ(loaded("\x08\x06\x01\x01\x01\x01\0\0"s).timestamp_value, 0);
    // Lengths of 0 and 1 would never end; one past the header's end is cut.
    EXPECT_EQ(loaded("\xfd\x00\x02\x04\x05\xb4\0\0"s).mss, 0);
    EXPECT_EQ(loaded("\xfd\x01\x02\x04\x05\xb4\0\0"s).mss, 0);
    EXPECT_EQ(loaded("\x02\x04\x05\xb4\x08\x0a\0\0"s).mss, 1460);
    EXPECT_EQ(loaded("\x08\x0a\x01\x02"s).timestamp_value, 0);
    EXPECT_EQ(loaded("\x01\x01\x01\x02"s).mss, 0);
}

TEST(Segment, ReadsBlocks) {
    const auto behind = [](std::uint32_t bytes) { return acknowledgement + bytes; };
    const Segment one = loaded("\x01\x01"s + sack(block(behind(1460), behind(2920))));
    EXPECT_EQ(one.sack_right, behind(2920));
    EXPECT_EQ(one.sack_span, 1460);
    // The latest comes first, not the farthest; the right edge and the longest may be of two.
    const std::string near_long = block(behind(100), behind(3100));
    const std::string far_short = block(behind(5000), behind(5200));
    for (const std::string& blocks : {near_long + far_short, far_short + near_long}) {
        const Segment two = loaded(sack(blocks));
        EXPECT_EQ(two.sack_right, behind(5200));
        EXPECT_EQ(two.sack_span, 3000);
    }
}

TEST(Segment, BlocksOfWhatIsAcknowledgedDoNotCount) {
    // RFC 2883 §4: what came twice is told by a first block below the acknowledgement.
    const std::string twice = block(acknowledgement - 1460, acknowledgement);
    EXPECT_EQ(loaded(sack(twice)).sack_right, 0);
    EXPECT_EQ(loaded(sack(twice)).sack_span, 0);
    const Segment more = loaded(sack(twice + block(acknowledgement + 10, acknowledgement + 30)));
    EXPECT_EQ(more.sack_right, acknowledgement + 30);
    EXPECT_EQ(more.sack_span, 20);
    EXPECT_EQ(loaded(sack(block(acknowledgement, acknowledgement + 10))).sack_right, 0);
}

TEST(Segment, BlocksThatMakeNoSenseDoNotCount) {
    EXPECT_EQ(loaded(sack(block(acknowledgement + 30, acknowledgement + 10))).sack_span, 0);
    EXPECT_EQ(loaded(sack(block(acknowledgement + 10, acknowledgement + 10))).sack_span, 0);
    EXPECT_EQ(loaded("\x05\x02\x01\x01"s).sack_span, 0);
    EXPECT_EQ(loaded("\x05\x06"s + u32(acknowledgement + 10) + "\x01\x01"s).sack_span, 0);
}

TEST(Segment, BlocksMayWrap) {
    const Segment segment = loaded(sack(block(0xffff'ff00, 0x100)), 0xffff'f000);
    EXPECT_EQ(segment.sack_right, 0x100);
    EXPECT_EQ(segment.sack_span, 0x200);
    const Segment both =
        loaded(sack(block(0xffff'ff00, 0xffff'ff80) + block(0x10, 0x20)), 0xffff'f000);
    EXPECT_EQ(both.sack_right, 0x20);
}

TEST(Segment, ReadsEveryPrefixOfItsOptions) {
    const std::string options = "\x02\x04\x05\xb4\x01\x01\x08\x0a"s + u32(5) + u32(6) +
                                "\x01\x01"s +
                                sack(block(acknowledgement + 10, acknowledgement + 30));
    for (std::size_t length = 0; length <= options.size(); ++length) {
        const Segment segment = loaded(options.substr(0, length));
        EXPECT_EQ(segment.mss, length >= 4 ? 1460 : 0) << length;
        EXPECT_EQ(segment.timestamp_value, length >= 16 ? 5 : 0) << length;
        EXPECT_EQ(segment.sack_span, length == options.size() ? 20 : 0) << length;
    }
}

TEST(Segment, BearsAnyOptions) {
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string options(random() % 41, '\0');
        for (char& byte : options)
            byte = "\0\x01\x02\x04\x05\x08\x0a\x12\x22\xff"[random() % 10];
        loaded(options);  // sanitizers watch
    }
}

}  // namespace
}  // namespace tlstriage::flow
