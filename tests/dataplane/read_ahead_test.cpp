// The same bytes as without a thread, whatever the reader asks for and wherever the bytes end.
#include "read_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::dataplane {
namespace {

/// Counts upwards, then ends with an error or by throwing.
class Numbers final : public capture::ByteReader {
  public:
    Numbers(std::size_t size, bool throws) : size_(size), throws_(throws) {}

    std::size_t read(std::span<std::uint8_t> out) override {
        if (throws_ && at_ == size_) throw std::runtime_error("no memory");
        const std::size_t count = std::min(out.size(), size_ - at_);
        for (std::size_t i = 0; i < count; ++i)
            out[i] = number(at_++);
        return count;
    }
    std::uint64_t skip(std::uint64_t) override { return 0; }
    [[nodiscard]] std::string error() const override { return at_ == size_ ? "cut" : ""; }
    [[nodiscard]] std::uint64_t stored_position() const override { return at_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return size_; }

    static std::uint8_t number(std::size_t at) { return static_cast<std::uint8_t>(at * 7 / 5); }

  private:
    std::size_t size_;
    bool throws_;
    std::size_t at_ = 0;
};

TEST(ReadAhead, GivesTheSameBytes) {
    constexpr std::size_t block = std::size_t{1} << 20U;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1,
                                   12 * block, 20 * block + 17}) {
        for (const std::size_t ask : {std::size_t{70'001}, block, 3 * block}) {
            const auto reader = read_ahead(std::make_unique<Numbers>(size, false), 8 * block);
            std::vector<std::uint8_t> part(ask);
            std::size_t at = 0;
            for (std::size_t count = ask; count == ask;) {
                EXPECT_TRUE(at == size || reader->error().empty()) << size;
                count = reader->read(part);
                for (std::size_t i = 0; i < count; ++i, ++at)
                    ASSERT_EQ(part[i], Numbers::number(at)) << size;
            }
            EXPECT_EQ(at, size);
            EXPECT_EQ(reader->error(), "cut");
            EXPECT_EQ(reader->stored_position(), size);
            EXPECT_EQ(reader->stored_size(), size);
        }
    }
}

TEST(ReadAhead, CanBeLeftAtAnyTime) {
    const auto unread = read_ahead(std::make_unique<Numbers>(std::size_t{1} << 26U, false), 0);
    const auto begun = read_ahead(std::make_unique<Numbers>(std::size_t{1} << 26U, false), 0);
    std::vector<std::uint8_t> part(1000);
    EXPECT_EQ(begun->read(part), part.size());
}

TEST(ReadAhead, HandsOnWhatIsThrown) {
    constexpr std::size_t whole_block = std::size_t{1} << 20U;
    const auto reader = read_ahead(std::make_unique<Numbers>(whole_block, true), 0);
    std::vector<std::uint8_t> part(whole_block);
    EXPECT_EQ(reader->read(part), part.size());
    EXPECT_THROW(reader->read(part), std::runtime_error);
}

/// Compressed files, one of them cut: as with one thread.
TEST(ReadAhead, ChangesNoRow) {
    const test::ScratchFolder folder;
    const std::string at = folder.path();
    std::vector<std::string> paths;
    for (const char* const seed : {"1", "2", "3", "4", "5"}) {
        const std::string& trace =
            test::generated({"--profile", "mixed", "--flows", "60", "--seed", seed}).path;
        const std::string packed = at + "/" + seed + (*seed == '3' ? ".zst" : ".gz");
        const std::string tool = *seed == '3' ? "zstd -q" : "gzip";
        ASSERT_EQ(std::system((tool + " -c <" + trace + " >" + packed).c_str()), 0);
        paths.push_back(packed);
    }
    test::write_file(at + "/cut.gz", test::read_file(paths[0]).substr(0, 30'000));
    paths.push_back(at + "/cut.gz");
    RunPlan plan;
    plan.grouping = Grouping::separate;
    const test::Analysis one = test::analyse(paths, plan);
    EXPECT_GT(one.flows.rows().size(), 200U);
    for (const unsigned threads : {2U, 4U, 16U}) {
        plan.threads = threads;
        const test::Analysis more = test::analyse(paths, plan);
        EXPECT_TRUE(more.csv == one.csv) << threads;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            EXPECT_EQ(more.result.facts.traces[i].error, one.result.facts.traces[i].error);
            EXPECT_EQ(more.result.facts.traces[i].frames, one.result.facts.traces[i].frames);
        }
    }
}

/// A file that goes away once it was looked at is told of in its place.
TEST(ReadAhead, KeepsWhatOpeningThrows) {
    const test::ScratchFolder folder;
    std::vector<std::string> paths;
    for (const char* const name : {"/a.pcap", "/b.pcap", "/c.pcap"}) {
        paths.push_back(folder.path().string() + name);
        test::write_file(paths.back(), test::read_file(test::small_mixed().path));
    }
    for (const unsigned threads : {1U, 2U, 4U}) {
        test::write_file(paths[1], test::read_file(paths[0]));
        const capture::Inputs inputs = capture::collect(paths);
        std::filesystem::remove(paths[1]);
        RunPlan plan;
        plan.threads = threads;
        plan.grouping = Grouping::separate;
        const Executor executor(threads);
        const RunResult result = run(plan, inputs, executor, {});
        ASSERT_EQ(result.facts.traces.size(), paths.size());
        for (const report::TraceFacts& trace : result.facts.traces) {
            const bool gone = trace.name == paths[1];
            EXPECT_NE(trace.error.empty(), gone) << trace.name;
            EXPECT_EQ(trace.frames == 0, gone) << trace.name;
        }
    }
}

}  // namespace
}  // namespace tlstriage::dataplane
