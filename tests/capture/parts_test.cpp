// Where compressed files can be cut, by what their formats say.
#include "capture/parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "support/packed.h"

namespace tlstriage::capture::test {
namespace {

using tlstriage::test::bgzf;
using tlstriage::test::bgzf_member;
using tlstriage::test::compressible;
using tlstriage::test::gzip_member;
using tlstriage::test::zstd_frame;
using std::string_literals::operator""s;

std::size_t length_of(Content content, const std::string& stored) {
    return frame_length(content, as_bytes(stored));
}

TEST(Parts, OfZstd) {
    for (const std::size_t size : {0U, 1U, 1000U, 3'000'000U}) {
        for (const bool checksum : {true, false}) {
            const std::string frame = zstd_frame(compressible(size, 1), 3, checksum);
            EXPECT_EQ(length_of(Content::zstd, frame + "more"), frame.size());
            EXPECT_EQ(length_of(Content::zstd, frame), frame.size());
            for (std::size_t cut = 0; cut < std::min<std::size_t>(frame.size(), 3000); ++cut)
                EXPECT_EQ(length_of(Content::zstd, frame.substr(0, cut)), 0U);
        }
    }
    // Skippable (RFC 8878 §3.1.2).
    EXPECT_EQ(length_of(Content::zstd, "\x5a\x2a\x4d\x18\x03\0\0\0abcde"s), 11U);
    EXPECT_EQ(length_of(Content::zstd, "\x5a\x2a\x4d\x18\xff\xff\xff\xff"s + "abcde"), 0U);
    EXPECT_EQ(length_of(Content::zstd, gzip_member("abc")), 0U);
    // The window descriptor (§3.1.1.1.2): 2^(10 + exponent) and eighths of that; then a last raw
    // block of one byte.
    for (const auto& [descriptor, fits] :
         {std::pair{0x00, true}, std::pair{13 << 3, true}, std::pair{13 << 3 | 1, false},
          std::pair{21 << 3, false}}) {
        const std::string frame =
            "\x28\xb5\x2f\xfd\0"s + static_cast<char>(descriptor) + "\x09\0\0a"s;
        EXPECT_EQ(length_of(Content::zstd, frame), fits ? frame.size() : 0U) << descriptor;
    }
}

TEST(Parts, OfBgzf) {
    // The end-of-file marker, byte by byte as the SAM specification gives it (§4.1.2).
    const std::string marker =
        "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0\x42\x43\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0"s;
    EXPECT_EQ(length_of(Content::gzip, marker), 28U);
    EXPECT_EQ(length_of(Content::gzip, marker + marker), 28U);
    const std::string member = bgzf_member(compressible(60'000, 2));
    EXPECT_EQ(length_of(Content::gzip, member + "more"), member.size());
    for (std::size_t cut = 0; cut < member.size(); ++cut)
        ASSERT_EQ(length_of(Content::gzip, member.substr(0, cut)), 0U);
    // Another subfield before it.
    std::string longer = marker;
    longer.insert(12, "XY\x01\0z"s);
    longer[10] = 11;
    longer[21] = 0x1b + 5;
    EXPECT_EQ(length_of(Content::gzip, longer), 33U);
    longer[14] = 9;  // XY's length covers part of the next
    EXPECT_EQ(length_of(Content::gzip, longer), 0U);
    EXPECT_EQ(length_of(Content::gzip, gzip_member(compressible(60'000, 2))), 0U);
    EXPECT_EQ(length_of(Content::zstd, marker), 0U);
}

TEST(Parts, AreOfWholeFrames) {
    const std::string frame = zstd_frame(compressible(10'000, 3));
    std::string stored;
    for (int i = 0; i < 10; ++i)
        stored += frame;
    stored += "something else";
    const Bytes bytes = as_bytes(stored);
    EXPECT_EQ(find_part(Content::zstd, bytes, 0, 1).size, frame.size());
    EXPECT_EQ(find_part(Content::zstd, bytes, 0, 0).size, frame.size());
    EXPECT_EQ(find_part(Content::zstd, bytes, frame.size(), frame.size() + 1).size,
              2 * frame.size());
    EXPECT_EQ(find_part(Content::zstd, bytes, 8 * frame.size(), 1U << 20U).size, 2 * frame.size());
    EXPECT_EQ(find_part(Content::zstd, bytes, 10 * frame.size(), 1).size, 0U);
    EXPECT_EQ(find_part(Content::zstd, bytes, 1, 1).size, 0U);
    EXPECT_EQ(find_part(Content::zstd, bytes, bytes.size(), 1).size, 0U);
    EXPECT_EQ(find_part(Content::zstd, bytes, bytes.size() + 1, 1).size, 0U);
}

/// Gives at most `most` bytes at a time.
class Drops final : public ByteReader {
  public:
    Drops(Bytes bytes, std::size_t most) : bytes_(bytes), most_(most) {}
    std::size_t read(std::span<std::uint8_t> out) override {
        const std::size_t count = std::min({out.size(), most_, bytes_.size()});
        if (count != 0) std::memcpy(out.data(), bytes_.data(), count);
        bytes_ = bytes_.subspan(count);
        return count;
    }
    std::uint64_t skip(std::uint64_t) override { return 0; }
    [[nodiscard]] std::string error() const override { return {}; }
    [[nodiscard]] std::uint64_t stored_position() const override { return 0; }
    [[nodiscard]] std::uint64_t stored_size() const override { return 0; }

  private:
    Bytes bytes_;
    std::size_t most_;
};

/// All that comes before a fault is delivered, however the input and the output are cut.
TEST(ZstdReader, GivesEveryBlockBeforeAFault) {
    const std::string data = compressible(300'000, 4);
    const std::string good = zstd_frame(data) + zstd_frame(data);
    const auto unpacked = [](const std::string& stored, std::size_t most, std::size_t ask) {
        const auto reader = unpack_zstd(std::make_unique<Drops>(as_bytes(stored), most));
        std::string text;
        std::vector<std::uint8_t> part(ask);
        for (std::size_t count = ask; count == ask;) {
            count = reader->read(part);
            text += as_text(Bytes(part).first(count));
        }
        return text + " " + reader->error();
    };
    EXPECT_EQ(unpacked(good, 1U << 20U, 1U << 20U), data + data + " ");
    for (std::size_t place = 0; place < good.size(); place += 14'983) {
        std::string bad = good;
        bad[place] = static_cast<char>(bad[place] ^ 0x55);
        const std::string expected = unpacked(bad, 1U << 20U, 1U << 20U);
        EXPECT_NE(expected, data + data + " ");
        for (const std::size_t most : {7U, 1000U, 131'075U}) {
            for (const std::size_t ask : {1000U, 200'000U})
                EXPECT_TRUE(unpacked(bad, most, ask) == expected) << place;
        }
        // The frame before it is whole.
        if (place > good.size() / 2) {
            EXPECT_TRUE(expected.starts_with(data)) << place;
        }
    }
}

}  // namespace
}  // namespace tlstriage::capture::test
