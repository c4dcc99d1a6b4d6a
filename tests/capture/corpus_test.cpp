// Every capture of the corpus against what tshark counted in it.
#include "corpus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

namespace fs = std::filesystem;

/// RFC 4180.
std::vector<std::vector<std::string>> read_csv(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            rows.back().back() += c;
        } else if (c == ',') {
            rows.back().emplace_back();
        } else if (c == '\n') {
            rows.emplace_back(1);
        } else if (c != '\r') {
            rows.back().back() += c;
        }
    }
    return rows;
}

TEST(Corpus, FrameCountsAreThoseOfTshark) {
    const fs::path index = corpus() / "index.csv";
    if (!fs::exists(index)) GTEST_SKIP() << "NO CORPUS at " << corpus() << ": set TLSTRIAGE_CORPUS";
    const auto rows = read_csv(index);
    std::map<std::string, std::size_t> column;
    for (std::size_t i = 0; i < rows[0].size(); ++i)
        column[rows[0][i]] = i;
    int compared = 0;
    for (const auto& row : rows) {
        if (&row == &rows[0] || row.size() != rows[0].size()) continue;
        const Input input{(corpus() / row[column["file"]]).string(), ""};
        SCOPED_TRACE(input.path);
        for (const bool map : {true, false}) {
            const auto source = open(input, {map});
            const Walked walked = walk_source(*source);
            EXPECT_TRUE(walked.result.error.empty()) << walked.result.error;
            const std::string& status = row[column["tshark_rc"]];
            if (status.empty()) continue;
            const std::uint64_t frames = std::stoull(row[column["frames"]]);
            if (status == "0") {
                EXPECT_EQ(walked.result.frames, frames);
                EXPECT_TRUE(walked.result.damages.empty());
                EXPECT_FALSE(walked.result.cut);
            } else {  // tshark stopped at a fault; we read on
                EXPECT_GE(walked.result.frames, frames);
                EXPECT_TRUE(walked.result.cut || !walked.result.damages.empty());
            }
            ++compared;
        }
    }
    EXPECT_GT(compared, 1000);
}

/// truth.csv has the time of each TCP stream's first frame: one of our frames must have it.
TEST(Corpus, TimesOfFirstFramesAreThoseOfTshark) {
    const fs::path truth = corpus() / "truth.csv";
    if (!fs::exists(truth)) GTEST_SKIP() << "NO CORPUS at " << corpus() << ": set TLSTRIAGE_CORPUS";
    const auto rows = read_csv(truth);
    std::map<std::string, std::size_t> column;
    for (std::size_t i = 0; i < rows[0].size(); ++i)
        column[rows[0][i]] = i;
    std::map<std::string, std::map<std::int64_t, int>> times;  // file → µs → frames
    int compared = 0;
    for (const auto& row : rows) {
        if (&row == &rows[0] || row.size() != rows[0].size()) continue;
        const std::string& file = row[column["file"]];
        auto& of_file = times[file];
        if (of_file.empty()) {
            const auto source = open({(corpus() / file).string(), ""});
            for (const Seen& seen : walk_source(*source).seen)
                ++of_file[seen.record.time / 1000];
        }
        const std::string& text = row[column["t_first"]];
        const auto dot = text.find('.');
        if (dot == std::string::npos) continue;
        const std::string fraction = (text.substr(dot + 1) + "000000").substr(0, 6);
        const std::int64_t micros =
            std::stoll(text.substr(0, dot)) * 1'000'000 + std::stoll(fraction);
        // tshark printed µs of a ns time: rounded or cut.
        EXPECT_TRUE(of_file.contains(micros) || of_file.contains(micros - 1))
            << file << " " << text;
        ++compared;
    }
    EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace tlstriage::capture::test
