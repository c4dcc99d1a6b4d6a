// Captures of the same time in several files are one story (output.md, One archive or several).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "capture/capture_bytes.h"
#include "capture/walk.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"
#include "wire/decode.h"

namespace tlstriage::test {
namespace {

namespace bytes = capture::test;

/// A capture's records in several pcap files, `choose` says which goes where.
template <class Choose>
std::vector<std::string> split(const std::string& path, const std::filesystem::path& folder,
                               std::size_t parts, Choose choose) {
    std::vector<bytes::Writer> files(parts);
    for (bytes::Writer& file : files) {
        file.u32(0xa1b23c4d).u16(2).u16(4).u32(0).u32(0).u32(262'144).u32(1);  // ns, Ethernet
    }
    const auto source = capture::open({path, ""});
    std::size_t number = 0;
    capture::walk(*source, [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
        bytes::Writer& file = files[choose(number++, record)];
        const auto time = static_cast<std::uint64_t>(record.time);
        file.u32(static_cast<std::uint32_t>(time / 1'000'000'000))
            .u32(static_cast<std::uint32_t>(time % 1'000'000'000))
            .u32(static_cast<std::uint32_t>(record.captured))
            .u32(record.wire_length)
            .bytes({record.data, record.captured});
    });
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < parts; ++i) {
        paths.push_back(folder / ("part" + std::to_string(i) + ".pcap"));
        std::ofstream(paths.back(), std::ios::binary)
            .write(reinterpret_cast<const char*>(files[i].buffer.data()),
                   static_cast<std::streamsize>(files[i].buffer.size()));
    }
    return paths;
}

/// What must not depend on how a conversation lies in files.
std::vector<std::string> story(const Analysis& analysis) {
    std::vector<std::string> rows;
    for (const CsvTable::Row& row : analysis.flows.rows()) {
        std::string text;
        for (const char* const column :
             {"client_ip",    "client_port",    "server_ip",    "server_port",
              "start_time",   "outcome",        "phase",        "stage",
              "cause",        "reason",         "actor",        "confidence",
              "alert",        "alert_sender",   "rst_sender",   "fin_sender",
              "sni",          "version",        "handshake_ms", "client_bytes",
              "server_bytes", "syn_retransmits"}) {
            text += std::string(column) + "=" + analysis.flows.cell(row, column) + " ";
        }
        rows.push_back(text);
    }
    std::ranges::sort(rows);
    return rows;
}

const std::string& mixed() {
    static const std::string path =
        generated({"--profile", "mixed", "--flows", "120", "--disorder", "0", "--failures", "0.5"})
            .path;
    return path;
}

/// The frame's sender is the higher end.
std::size_t direction(std::size_t, const capture::Record& record) {
    wire::Packet packet;
    wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
    return packet.outcome == wire::Outcome::tcp && packet.source() > packet.destination() ? 1 : 0;
}

TEST(Overlap, OneFileADirectionIsReadAsOne) {
    const ScratchFolder folder;
    const auto whole = story(analyse({mixed()}));
    ASSERT_GT(whole.size(), 100U);
    const auto parts = split(mixed(), folder.path(), 2, direction);
    EXPECT_EQ(story(analyse(parts)), whole);
    dataplane::RunPlan plan;
    plan.threads = 2;
    plan.shape = {.window = 64 << 10, .least_piece = 4 << 10, .chains = 3};
    EXPECT_EQ(story(analyse(parts, plan)), whole);
    plan.map = false;
    EXPECT_EQ(story(analyse(parts, plan)), whole);
}

TEST(Overlap, FramesDealtOutToFilesAreReadAsOne) {
    const ScratchFolder folder;
    const auto whole = story(analyse({mixed()}));
    const auto parts = split(mixed(), folder.path(), 3,
                             [](std::size_t number, const capture::Record&) { return number % 3; });
    EXPECT_EQ(story(analyse(parts)), whole);
}

/// As from two ports of a switch: what is in both is counted once, application data too. The
/// trace's IPv6 has no time stamps, without which a copy looks like a repetition (verdicts.md §1).
TEST(Overlap, CopiesOfAllFramesCountOnce) {
    const ScratchFolder folder;
    const Analysis whole = analyse({mixed()});
    const auto copy = split(mixed(), folder.path(), 1, [](auto, const auto&) { return 0U; });
    const Analysis doubled = analyse({mixed(), copy.front()});
    const auto of_v4 = [](std::vector<std::string> rows) {
        std::erase_if(rows, [](const std::string& row) { return row.starts_with("client_ip=2"); });
        return rows;
    };
    EXPECT_EQ(of_v4(story(doubled)), of_v4(story(whole)));
    EXPECT_GT(of_v4(story(doubled)).size(), 80U);
}

TEST(Overlap, SeparateFilesStaySeparate) {
    const ScratchFolder folder;
    const auto parts = split(mixed(), folder.path(), 2, direction);
    dataplane::RunPlan plan;
    plan.grouping = dataplane::Grouping::separate;
    EXPECT_NE(story(analyse(parts, plan)), story(analyse({mixed()})));
}

}  // namespace
}  // namespace tlstriage::test
