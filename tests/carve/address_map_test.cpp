// Crypto-PAn: the sample that its authors' program comes with, and what the paper promises.
#include "carve/address_map.h"

#include <gtest/gtest.h>

namespace tlstriage::carve {
namespace {

constexpr AnonymizationKey sample_key{21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                                      22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                                      101, 39, 98,  87,  76, 45,  42,  132, 34,  2};

IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    const std::array<std::uint8_t, 4> bytes{a, b, c, d};
    return IpAddress::v4(bytes.data());
}

IpAddress v6(std::array<std::uint8_t, 16> bytes) {
    return IpAddress::v6(bytes.data());
}

unsigned common_bits(const IpAddress& a, const IpAddress& b) {
    unsigned bits = 0;
    while (bits < 128 && ((a.bytes[bits / 8] ^ b.bytes[bits / 8]) >> (7 - bits % 8) & 1U) == 0)
        ++bits;
    return bits;
}

TEST(AddressMap, AgreesWithTheSampleOfCryptoPan) {
    AddressMap map(sample_key);
    EXPECT_EQ(map.map(v4(128, 11, 68, 132)), v4(135, 242, 180, 132));
    EXPECT_EQ(map.map(v4(129, 118, 74, 4)), v4(134, 136, 186, 123));
    EXPECT_EQ(map.map(v4(130, 132, 252, 244)), v4(133, 68, 164, 234));
    EXPECT_EQ(map.map(v4(141, 223, 7, 43)), v4(141, 167, 8, 160));
    EXPECT_EQ(map.map(v4(156, 29, 3, 236)), v4(147, 225, 12, 42));
}

TEST(AddressMap, KeepsPrefixesInCommon) {
    AddressMap map(random_key());
    const std::array<IpAddress, 4> some{v4(10, 1, 2, 3), v4(10, 1, 2, 130), v4(10, 9, 0, 1),
                                        v4(192, 0, 2, 1)};
    const std::array<IpAddress, 3> more{
        v6({0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
        v6({0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}),
        v6({0x20, 0x01, 0x0d, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})};
    const auto check = [&](const auto& addresses) {
        for (const IpAddress& a : addresses) {
            for (const IpAddress& b : addresses)
                EXPECT_EQ(common_bits(map.map(a), map.map(b)), common_bits(a, b));
        }
    };
    check(some);
    check(more);
    EXPECT_TRUE(map.was_real(some[0]));
    EXPECT_FALSE(map.was_real(v4(198, 51, 100, 1)));
}

TEST(AddressMap, LeavesWhatNamesNoHost) {
    AddressMap map(sample_key);
    for (const IpAddress& address : {v4(0, 0, 0, 0), v4(127, 0, 0, 1), v4(224, 0, 0, 251),
                                     v4(255, 255, 255, 255), IpAddress{}, v6({0xff, 0x02})}) {
        EXPECT_EQ(map.map(address), address);
        EXPECT_FALSE(map.was_real(address));
    }
    const IpAddress link_local =
        v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0xff, 0xfe, 0, 0, 1});
    const IpAddress other = map.map(link_local);
    EXPECT_NE(other, link_local);
    EXPECT_GE(common_bits(other, link_local), 64U);
}

TEST(AddressMap, HardwareAddressesBecomeLocalOnes) {
    AddressMap map(sample_key);
    const std::array<std::uint8_t, 6> card{0x00, 0x1b, 0x21, 1, 2, 3};
    const auto other = map.map_hardware(card);
    EXPECT_NE(other, card);
    EXPECT_EQ(other, map.map_hardware(card));
    EXPECT_EQ(other[0] & 3U, 2U);
    const std::array<std::uint8_t, 6> everyone{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    EXPECT_EQ(map.map_hardware(everyone), everyone);
}

}  // namespace
}  // namespace tlstriage::carve
