#include "base/cursor.h"

#include <gtest/gtest.h>

#include <array>

namespace tlstriage {
namespace {

constexpr std::array<std::uint8_t, 10> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(Cursor, ReadsInNetworkOrder) {
    Cursor cursor(bytes);
    EXPECT_EQ(cursor.u8(), 0x01);
    EXPECT_EQ(cursor.u16(), 0x0203);
    EXPECT_EQ(cursor.u24(), 0x040506U);
    EXPECT_EQ(cursor.u32(), 0x0708090aU);
    EXPECT_TRUE(cursor.ok());
    EXPECT_TRUE(cursor.empty());
    Cursor wide(bytes);
    EXPECT_EQ(wide.u64(), 0x0102030405060708U);
    EXPECT_EQ(wide.left(), 2U);
}

TEST(Cursor, ABadReadPoisonsAllLaterOnes) {
    Cursor cursor(Bytes(bytes).first(3));
    EXPECT_EQ(cursor.u32(), 0U);
    EXPECT_FALSE(cursor.ok());
    EXPECT_EQ(cursor.u8(), 0U) << "one byte was there, but not any more";
    EXPECT_TRUE(cursor.take(0).empty());
    EXPECT_TRUE(cursor.rest().empty());
    EXPECT_FALSE(cursor.ok());
}

TEST(Cursor, EveryReadFitsExactlyOrNotAtAll) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        for (std::size_t count = 0; count <= bytes.size() + 2; ++count) {
            Cursor cursor(Bytes(bytes).first(size));
            EXPECT_EQ(cursor.take(count).size(), count <= size ? count : 0);
            EXPECT_EQ(cursor.ok(), count <= size);
        }
        Cursor u16(Bytes(bytes).first(size));
        u16.u16();
        EXPECT_EQ(u16.ok(), size >= 2);
        Cursor u24(Bytes(bytes).first(size));
        u24.u24();
        EXPECT_EQ(u24.ok(), size >= 3);
        Cursor u64(Bytes(bytes).first(size));
        u64.u64();
        EXPECT_EQ(u64.ok(), size >= 8);
    }
}

TEST(Cursor, VectorsAreCursorsOfTheirOwn) {
    Cursor cursor(bytes);
    cursor.skip(1);
    Cursor inner = cursor.vector8();  // length 2
    EXPECT_EQ(inner.u16(), 0x0304);
    EXPECT_TRUE(inner.empty());
    inner.u8();
    EXPECT_FALSE(inner.ok());
    EXPECT_TRUE(cursor.ok()) << "an inner cursor does not spoil the outer one";
    EXPECT_EQ(cursor.u8(), 5);
}

TEST(Cursor, AVectorThatPromisesTooMuchPoisonsBoth) {
    for (const int width : {1, 2, 3}) {
        Cursor cursor(Bytes(bytes).last(4));
        Cursor inner = width == 1   ? cursor.vector8()
                       : width == 2 ? cursor.vector16()
                                    : cursor.vector24();
        EXPECT_FALSE(inner.ok());
        EXPECT_FALSE(cursor.ok());
    }
    Cursor none{Bytes{}};
    EXPECT_FALSE(none.vector8().ok());
}

TEST(Cursor, AnEmptyVectorIsFine) {
    constexpr std::array<std::uint8_t, 2> zero{0, 0};
    Cursor cursor(zero);
    const Cursor inner = cursor.vector16();
    EXPECT_TRUE(inner.ok() && inner.empty());
    EXPECT_TRUE(cursor.ok());
}

}  // namespace
}  // namespace tlstriage
