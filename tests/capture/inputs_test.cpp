#include "capture/inputs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/scratch_folder.h"
#include "capture/appearance.h"
#include "capture_bytes.h"

namespace tlstriage::capture::test {
namespace {

namespace fs = std::filesystem;

class Collect : public ::testing::Test {
  protected:
    std::string put(const std::string& name, const Buffer& bytes) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream file(folder / name, std::ios::binary);
        file.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
        return (folder / name).string();
    }
    static Buffer at_second(std::uint32_t second) {
        PcapRecord record;
        record.seconds = second;
        return pcap_header() + pcap_record(record);
    }
    static std::vector<std::string> names(const Inputs& inputs) {
        std::vector<std::string> all;
        for (const Trace& trace : inputs.traces)
            all.push_back(trace.input.name());
        return all;
    }

    ScratchFolder scratch;
    fs::path folder = scratch.path();
};

TEST_F(Collect, FoldersByTimeThenName) {
    const std::string late = put("a/late.pcap", at_second(30));
    const std::string early = put("b/c/early", at_second(10));
    const std::string hidden = put("b/.hidden.pcap", at_second(20));
    const std::string header_only = put("b/header.pcap", pcap_header());
    const std::string other = put("a/other.pcap", at_second(30));
    const std::string readme = put("README.md", payload(30));
    const std::string empty = put("empty.txt", {});
    fs::create_directory_symlink(folder, folder / "b" / "loop");
    fs::create_symlink(late, folder / "again.pcap");
    fs::create_hard_link(early, folder / "early_too");
    const Inputs inputs = collect({folder.string(), late});
    EXPECT_EQ(names(inputs).size(), 5U);
    EXPECT_EQ(names(inputs)[0], early);
    EXPECT_EQ(names(inputs)[1], hidden);
    EXPECT_EQ(inputs.traces[2].first_packet, seconds(30) + 5'000);
    EXPECT_EQ(names(inputs)[2], late);
    EXPECT_EQ(names(inputs)[3], other);
    EXPECT_EQ(names(inputs)[4], header_only);
    EXPECT_FALSE(inputs.traces[4].first_packet);
    EXPECT_EQ(inputs.ignored, (std::vector{readme, empty}));
    EXPECT_TRUE(inputs.problems.empty());
    EXPECT_EQ(inputs.traces[0].stored_size, 24U + 16 + 60);
}

TEST_F(Collect, GlobsLeftByTheShell) {
    put("x1.pcap", at_second(2));
    put("x2.pcap", at_second(1));
    put("y.pcap", at_second(3));
    const Inputs inputs = collect({folder.string() + "/x*.pcap"});
    EXPECT_EQ(names(inputs),
              (std::vector{folder.string() + "/x2.pcap", folder.string() + "/x1.pcap"}));
    EXPECT_EQ(collect({folder.string() + "/z*"}).problems[0].reason,
              "no file has a name like this");
    const std::string strange = put("a[1].pcap", at_second(1));  // a file before a pattern
    EXPECT_EQ(names(collect({strange})), std::vector{strange});
}

TEST_F(Collect, Problems) {
    const auto reason = [](const std::string& path) {
        const Inputs inputs = collect({path});
        EXPECT_TRUE(inputs.traces.empty());
        EXPECT_TRUE(inputs.ignored.empty());
        return inputs.problems.size() == 1 ? inputs.problems[0].reason : "none";
    };
    EXPECT_EQ(reason(folder.string() + "/none"), "no such file");
    EXPECT_EQ(reason(put("empty.pcap", {})), "empty file");
    const std::string html = "<!DOCTYPE html><html>not found</html>";
    EXPECT_EQ(reason(put("a.pcap", {html.begin(), html.end()})),
              "not a capture: HTML, perhaps the error page of a download");
    EXPECT_EQ(reason(put("cut.pcap.gz", {0x1f, 0x8b, 8, 0, 0, 0, 0})), "gzip data cut short");
    EXPECT_EQ(reason(put("b.pcap", {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0})),
              "not a capture: a pcap file cut in its header, or of an unknown version");
    EXPECT_EQ(reason("/dev/null"), "not a capture: empty file");
}

TEST_F(Collect, WhatIsNamedAsACaptureInAFolder) {
    const std::string path = put("f/a.pcap", payload(30));
    const Inputs inputs = collect({folder.string()});
    ASSERT_EQ(inputs.problems.size(), 1U);
    EXPECT_EQ(inputs.problems[0].path, path);
}

TEST_F(Collect, FirstPacketBehindLongBlocksAndDamage) {
    const Buffer secrets = block(0xa, payload(300'000));
    const Buffer bytes = section() + interface() + secrets + enhanced_packet();
    EXPECT_EQ(collect({put("a", bytes)}).traces[0].first_packet, seconds(1'700'000'000) + 5'000);
}

TEST(Appearance, SaysWhatItIs) {
    const auto of = [](std::string_view text) { return describe_appearance(as_bytes(text)); };
    using std::string_view_literals::operator""sv;
    EXPECT_NE(of("snoop\0\0\0\0\0\0\2"sv).find("snoop"), std::string::npos);
    EXPECT_NE(of("GMBU\0\2"sv).find("Network Monitor"), std::string::npos);
    EXPECT_NE(of("12:00:01.5 IP 10.0.0.1.443 > 10.0.0.2.5: Flags [S]"sv).find("printed"),
              std::string::npos);
    EXPECT_NE(of("0000  00 11 22 33"sv).find("printed"), std::string::npos);
    EXPECT_EQ(of("hello\nworld"sv), "text, it starts with \"hello\"");
    EXPECT_EQ(of("\x01\x02\xff"sv), "it starts with 01 02 ff");
    EXPECT_EQ(of("\0\0\0\0"sv), "it holds zeros where the header should be");
    // ERF: time stamp, type 2 (Ethernet), record length 84, wire length 60
    EXPECT_NE(of("\0\0\0\0\0\0\x54\x65\x02\x04\0\x54\0\0\0\x3c"sv).find("ERF"), std::string::npos);
}

}  // namespace
}  // namespace tlstriage::capture::test
