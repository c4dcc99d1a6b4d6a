// Options by hand, in both byte orders (draft-ietf-opsawg-pcapng §4.2, §4.3).
#include "capture/kept_options.h"

#include <gtest/gtest.h>

#include "capture_bytes.h"

namespace tlstriage::capture::test {
namespace {

Buffer text(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

template <class T>
std::string native(T number) {
    return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

bool swapped(Order order) {
    const bool big = load_native<std::uint16_t>(Writer(order).u16(1).buffer.data()) != 1;
    return big;
}

class KeptOptions : public testing::TestWithParam<Order> {
  protected:
    static std::vector<KeptOption> of_packet(const Buffer& options, Buffer data = payload(61)) {
        Packet packet;
        packet.order = GetParam();
        packet.data = std::move(data);
        packet.options = options;
        return kept_packet_options(enhanced_packet(packet), swapped(GetParam()));
    }
    static std::vector<KeptOption> of_interface(const Buffer& options) {
        return kept_interface_options(interface(1, options, GetParam()), swapped(GetParam()));
    }
    static Buffer number32(std::uint16_t code, std::uint32_t value) {
        return option(code, Writer(GetParam()).u32(value).buffer, GetParam());
    }
    static Buffer number64(std::uint16_t code, std::uint64_t value) {
        return option(code, Writer(GetParam()).u64(value).buffer, GetParam());
    }
    static Buffer words(std::uint16_t code, std::string_view value) {
        return option(code, text(value), GetParam());
    }
};

TEST_P(KeptOptions, OfAPacketComeInThisMachinesByteOrder) {
    const std::string hash{"\x03\x00\x01\x02\x03", 5};
    const Buffer options = words(1, "one") + number32(2, 0x01020304) + words(3, hash) +
                           number64(4, 0x0102030405060708) + number64(5, 9) + number32(6, 7) +
                           words(1, "two");
    EXPECT_EQ(of_packet(options), (std::vector<KeptOption>{{1, "one"},
                                                           {2, native(0x01020304)},
                                                           {3, hash},
                                                           {4, native(0x0102030405060708)},
                                                           {5, native(std::uint64_t{9})},
                                                           {6, native(std::uint32_t{7})},
                                                           {1, "two"}}));
}

TEST_P(KeptOptions, OfAnInterfaceAreItsTexts) {
    const Buffer options = words(1, "by the door") + words(2, "eth7") + words(3, "to the lab") +
                           words(9, "\x09") + words(11, std::string("\0tcp", 4)) +
                           words(11, "\x01\x02") + words(12, "Linux") + words(13, "\x04") +
                           number64(14, 5) + words(15, "NIC") + words(4, "12345678");
    EXPECT_EQ(of_interface(options), (std::vector<KeptOption>{{1, "by the door"},
                                                              {2, "eth7"},
                                                              {3, "to the lab"},
                                                              {11, std::string("\0tcp", 4)},
                                                              {12, "Linux"},
                                                              {13, "\x04"},
                                                              {15, "NIC"}}));
}

TEST_P(KeptOptions, WhatIsMalformedIsLeftOut) {
    EXPECT_TRUE(of_packet({}).empty());
    EXPECT_TRUE(of_packet(words(2, "abc") + words(4, "abcd") + words(6, "12345678")).empty());
    EXPECT_TRUE(of_packet(words(7, "verdict!") + words(2988, "custom")).empty());
    EXPECT_EQ(of_packet(words(1, "kept") + number32(0, 0) + words(1, "behind the end")).size(), 1U);
    // A length that leads out of the block.
    EXPECT_TRUE(of_packet(Writer(GetParam()).u16(1).u16(500).u32(0).buffer).empty());
    // A captured length that does.
    Packet packet;
    packet.order = GetParam();
    packet.options = words(1, "a comment");
    Buffer block = enhanced_packet(packet);
    const Buffer wrong = Writer(GetParam()).u32(0xfffffff0).buffer;
    std::copy(wrong.begin(), wrong.end(), block.begin() + 20);
    EXPECT_TRUE(kept_packet_options(block, swapped(GetParam())).empty());
    // Not whole, and other blocks.
    for (std::size_t size = 0; size < block.size(); ++size) {
        EXPECT_TRUE(kept_packet_options(Bytes(block).first(size), swapped(GetParam())).empty());
        EXPECT_TRUE(kept_interface_options(Bytes(block).first(size), swapped(GetParam())).empty());
    }
    EXPECT_TRUE(kept_packet_options(simple_packet(payload(60), 60), false).empty());
    EXPECT_TRUE(kept_interface_options(section(GetParam()), swapped(GetParam())).empty());
}

INSTANTIATE_TEST_SUITE_P(BothOrders, KeptOptions, testing::Values(Order::little, Order::big));

}  // namespace
}  // namespace tlstriage::capture::test
