// A file unpacked in parts gives what it gives as a stream: bytes, error and place.
#include "read_parts.h"

#include <gtest/gtest.h>

#include <random>

#include "capture/layers.h"
#include "support/analysis.h"
#include "support/packed.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::dataplane {
namespace {

using test::bgzf;
using test::bgzf_member;
using test::compressible;
using test::gzip_member;
using test::zstd_frame;

struct Drained {
    std::string bytes;
    std::string error;
    friend bool operator==(const Drained&, const Drained&) = default;
};

Drained drain(capture::ByteReader& reader, std::size_t ask) {
    Drained drained;
    std::vector<std::uint8_t> part(ask);
    std::uint64_t position = 0;
    for (std::size_t count = ask; count == ask;) {
        count = reader.read(part);
        drained.bytes += as_text(Bytes(part).first(count));
        EXPECT_GE(reader.stored_position(), position) << "progress goes back";
        position = reader.stored_position();
    }
    EXPECT_EQ(reader.read(part), 0U);
    EXPECT_LE(position, reader.stored_size());
    drained.error = reader.error();
    return drained;
}

Drained as_stream(const std::string& path) {
    const auto unpacked = capture::unpack(capture::read_file(capture::open_descriptor(path)));
    return drain(*unpacked.reader, 1U << 20U);
}

class ReadParts : public testing::Test {
  protected:
    /// Compares both ways; parts of every size and number at once.
    void expect_same(const std::string& stored, const std::string& what) {
        test::write_file(path_, stored);
        const Drained expected = as_stream(path_);
        for (const PartsShape& shape : {PartsShape{2, 0, 1}, PartsShape{16, 0, 40'000}}) {
            const auto reader = read_parts(path_, shape);
            if (reader == nullptr) continue;
            ++compared_;
            const Drained drained = drain(*reader, 300'001);
            EXPECT_EQ(drained.error, expected.error) << what;
            EXPECT_EQ(drained.bytes.size(), expected.bytes.size()) << what;
            EXPECT_TRUE(drained.bytes == expected.bytes) << what;
        }
    }
    [[nodiscard]] bool is_read_in_parts(const std::string& stored) const {
        test::write_file(path_, stored);
        return read_parts(path_, {2, 0, 1}) != nullptr;
    }

    test::ScratchFolder folder_;
    std::string path_ = folder_.file("packed");
    int compared_ = 0;
};

/// Frames of many sizes, an empty one and skippable ones among them.
std::string frames_of(const std::string& data) {
    using std::string_literals::operator""s;
    std::string stored = "\x50\x2a\x4d\x18\x04\0\0\0abcd"s;
    std::mt19937 random(1);
    for (std::size_t at = 0; at < data.size();) {
        const std::size_t size = random() % 4 == 0 ? random() % 500 : random() % 300'000;
        stored += zstd_frame(std::string_view(data).substr(at, size), 1, random() % 2 == 0);
        at += size;
        if (random() % 3 == 0) stored += "\x5f\x2a\x4d\x18\x03\0\0\0abc"s;
    }
    return stored + zstd_frame("");
}

/// The two formats, packed from the same bytes.
std::vector<std::string> packed_both() {
    const std::string data = compressible(2'000'000, 1);
    return {frames_of(data), bgzf(data)};
}

TEST_F(ReadParts, GivesTheSameBytes) {
    const std::string data = compressible(2'000'000, 1);
    for (const std::string& stored : {frames_of(data), bgzf(data), bgzf(data, 700)}) {
        test::write_file(path_, stored);
        ASSERT_EQ(as_stream(path_).bytes.size(), data.size());
        for (const std::size_t at_once : {2U, 3U, 16U}) {
            for (const std::size_t least_part : {1U, 100'000U}) {
                for (const std::size_t ask : {70'001U, 3'000'000U}) {
                    const auto reader = read_parts(path_, {at_once, 1U << 20U, least_part});
                    ASSERT_NE(reader, nullptr);
                    EXPECT_EQ(reader->stored_size(), stored.size());
                    const Drained drained = drain(*reader, ask);
                    EXPECT_TRUE(drained.bytes == data);
                    EXPECT_EQ(drained.error, "");
                    EXPECT_EQ(reader->stored_position(), stored.size());
                }
            }
        }
    }
}

TEST_F(ReadParts, GivesTheSameOfCutFiles) {
    std::mt19937 random(2);
    for (const std::string& stored : packed_both()) {
        for (std::size_t cut = 1; cut <= 20; ++cut)
            expect_same(stored.substr(0, stored.size() - cut),
                        "without the last " + std::to_string(cut));
        for (int i = 0; i < 20; ++i) {
            const std::size_t size = random() % stored.size();
            expect_same(stored.substr(0, size), "the first " + std::to_string(size));
        }
    }
    EXPECT_GT(compared_, 120);
}

TEST_F(ReadParts, GivesTheSameOfDamagedFiles) {
    std::mt19937 random(3);
    std::size_t errors = 0;
    for (const std::string& stored : packed_both()) {
        for (int i = 0; i < 80; ++i) {
            std::string bad = stored;
            const std::size_t place = random() % (bad.size() - 100);
            const std::size_t length = i % 3 == 0 ? 1 : 1 + random() % 60;
            if (i % 4 == 3) {
                bad.erase(place, length);
            } else {
                for (std::size_t j = 0; j < length; ++j)
                    bad[place + j] = static_cast<char>(random());
            }
            expect_same(bad, "seed " + std::to_string(i) + " at " + std::to_string(place));
            errors += as_stream(path_).error.empty() ? 0 : 1;
        }
    }
    EXPECT_GT(errors, 100U);
    EXPECT_GT(compared_, 250);
}

/// Lengths in headers that are not those of the data.
TEST_F(ReadParts, DoesNotTrustHeaders) {
    const std::string data = compressible(50'000, 5);
    const std::string good = bgzf_member(data);
    for (const int lie : {-300, -9, -1, 1, 17, 300, 5000}) {
        const std::string stored = good + good + bgzf_member(data, lie) + good + good;
        expect_same(stored, "lie " + std::to_string(lie));
        EXPECT_TRUE(as_stream(path_).error.empty());
        EXPECT_EQ(as_stream(path_).bytes.size(), 5 * data.size());
        expect_same(bgzf_member(data, lie) + good + good, "a lie at first");
    }
    EXPECT_GE(compared_, 14);
}

TEST_F(ReadParts, GivesTheSameOfWhatIsNoPart) {
    using std::string_literals::operator""s;
    const std::string data = compressible(200'000, 6);
    const std::string members = bgzf(data);
    const std::string frames = zstd_frame(data) + zstd_frame(data);
    const std::string zeros(1000, '\0');
    for (const std::string& more :
         {gzip_member(data), gzip_member(data) + members, zeros, zeros + members,
          std::string("\x1f"), std::string("something else"), frames}) {
        expect_same(members + more, "behind members");
    }
    // A window of 16 MiB; the last block is five times 'a' (RFC 8878 §3.1.1.2).
    const std::string large_window = "\x28\xb5\x2f\xfd\0\x70\x2b\0\0a"s;
    for (const std::string& more : {zeros, std::string("\x28"), std::string("something else"),
                                    members, frames.substr(0, 5) + frames, large_window + frames}) {
        expect_same(frames + more, "behind frames");
    }
    EXPECT_GE(compared_, 12);
}

TEST_F(ReadParts, LeavesOtherFilesAlone) {
    const std::string data = compressible(100'000, 8);
    EXPECT_TRUE(is_read_in_parts(zstd_frame(data) + zstd_frame(data)));
    EXPECT_TRUE(is_read_in_parts(bgzf(data)));
    EXPECT_FALSE(is_read_in_parts(zstd_frame(data)));
    EXPECT_FALSE(is_read_in_parts(gzip_member(data) + gzip_member(data)));
    EXPECT_FALSE(is_read_in_parts(data));
    EXPECT_FALSE(is_read_in_parts(""));
    test::write_file(path_, bgzf(data));
    EXPECT_EQ(read_parts(path_, {1, 1U << 20U, 1}), nullptr) << "one at a time";
    EXPECT_EQ(read_parts(path_, {4, 1U << 20U, 1U << 20U}), nullptr) << "one part";
    EXPECT_EQ(read_parts("/dev/null", {2, 0, 1}), nullptr);
    EXPECT_THROW((void)read_parts(folder_.file("none"), {2, 0, 1}), std::system_error);
}

TEST_F(ReadParts, CanBeLeftAtAnyTime) {
    for (const std::string& stored : packed_both()) {
        test::write_file(path_, stored);
        const auto unread = read_parts(path_, {4, 0, 1});
        const auto begun = read_parts(path_, {4, 0, 1});
        std::vector<std::uint8_t> part(1000);
        EXPECT_EQ(begun->read(part), part.size());
    }
}

/// What is ahead of the reader and what unpacking takes, of all parts together.
TEST(PartsShapes, KeepToTheirMemory) {
    constexpr std::size_t window = std::size_t{8} << 20U;
    for (const unsigned threads : {1U, 2U, 16U, 200U}) {
        for (std::size_t memory = 1U << 20U; memory < (std::size_t{64} << 30U); memory *= 2) {
            const PartsShape shape = shape_of_parts(threads, memory);
            EXPECT_GE(shape.at_once, 1U);
            EXPECT_LE(shape.at_once, threads);
            if (shape.at_once > 1) {
                EXPECT_LE(shape.at_once * (shape.ahead + window), memory);
            }
        }
    }
    EXPECT_EQ(shape_of_parts(16, std::size_t{512} << 20U).at_once, 16U);
    EXPECT_EQ(shape_of_parts(2, std::size_t{1} << 20U).at_once, 1U);
}

/// Whole runs over one file.
TEST(PartsRun, ChangesNoRow) {
    const test::ScratchFolder folder;
    const std::string trace =
        test::read_file(test::generated({"--profile", "mixed", "--flows", "2500"}).path);
    std::string frames;
    for (std::size_t at = 0; at < trace.size(); at += 500'000)
        frames += zstd_frame(std::string_view(trace).substr(at, 500'000));
    std::string damaged = frames;
    damaged.replace(damaged.size() * 3 / 4, 40, 40, 'x');
    const std::string members = bgzf(trace);
    for (const std::string& stored :
         {frames, damaged, members, members.substr(0, members.size() / 2)}) {
        const std::string path = folder.file("packed");
        test::write_file(path, stored);
        RunPlan plan;
        ASSERT_NE(read_parts(path, shape_of_parts(16, plan.limits.memory / 8)), nullptr);
        const test::Analysis one = test::analyse({path}, plan);
        EXPECT_GT(one.flows.rows().size(), 500U);
        for (const unsigned threads : {2U, 16U}) {
            for (const std::size_t memory : {plan.limits.memory, std::size_t{256} << 20U}) {
                RunPlan more = plan;
                more.threads = threads;
                more.limits.memory = memory;
                const test::Analysis parts = test::analyse({path}, more);
                EXPECT_TRUE(parts.csv == one.csv) << threads;
                const auto& facts = parts.result.facts.traces[0];
                EXPECT_EQ(facts.error, one.result.facts.traces[0].error);
                EXPECT_EQ(facts.frames, one.result.facts.traces[0].frames);
                EXPECT_EQ(facts.bytes, one.result.facts.traces[0].bytes);
            }
        }
    }
}

}  // namespace
}  // namespace tlstriage::dataplane
