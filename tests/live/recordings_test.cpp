// Captures played through ports (net_pcap needs no rights): the same verdicts as from the file.
#include <gtest/gtest.h>

#include <map>

#include "live/live_program.h"
#include "live/pcap_files.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// What live rows can't have, and what says it in other words.
bool of_frames(const std::string& column) {
    return column == "file" || column == "first_frame" || column == "last_frame" ||
           column == "decisive_frame" || column == "evidence";
}

/// flow_id -> its cells but those of frames, as name=value.
using Rows = std::map<std::string, std::string>;

Rows by_flow(const CsvTable& table) {
    Rows rows;
    for (const CsvTable::Row& row : table.rows()) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!of_frames(table.header()[i])) text += table.header()[i] + "=" + row[i] + "\n";
        }
        EXPECT_TRUE(rows.emplace(table.cell(row, "flow_id"), text).second) << "twice: " << text;
    }
    return rows;
}

std::vector<std::filesystem::path> play(const std::vector<std::string>& ports,
                                        const std::filesystem::path& folder) {
    std::vector<std::string> words{"--stop-idle", "300ms", "--every", "1h", "-o", folder};
    for (const std::string& port : ports)
        words.insert(words.end(), {"--port", port});
    const Finished finished = run_program(live_command(words));
    EXPECT_EQ(finished.status, 0) << finished.err;
    return windows_in(folder);
}

void expect_verdicts_of_file(const std::string& capture, const std::vector<std::string>& ports) {
    const ScratchFolder folder;
    const auto windows = play(ports, folder.path());
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_TRUE(is_whole(windows.front()));
    const Rows live = by_flow(flows_of(windows));
    const Rows file = by_flow(analyse({capture}).flows);
    EXPECT_FALSE(file.empty());
    EXPECT_EQ(live.size(), file.size());
    for (const auto& [flow, row] : file) {
        const auto found = live.find(flow);
        ASSERT_NE(found, live.end()) << "missing: " << row;
        EXPECT_EQ(found->second, row);
    }
}

TEST(LiveRecordings, GiveTheVerdictsOfTheFile) {
    expect_verdicts_of_file(small_mixed().path, {recording(small_mixed().path)});
}

TEST(LiveRecordings, OfRealProgramsToo) {
    for (const char* const name : {"reset_by_firewall_on_sni", "certificate_expired_tls12",
                                   "ok_tls13_http2", "mtu_black_hole_at_server"}) {
        const std::string capture = capture_in(source_root() / "pcaps" / name);
        ASSERT_TRUE(capture.ends_with(".pcap")) << name;
        expect_verdicts_of_file(capture, {recording(capture)});
    }
}

/// As from two taps, of which each sees one direction: they are put together by time.
TEST(LiveRecordings, OfOneDirectionEachAreOne) {
    const std::string capture = capture_in(source_root() / "pcaps" / "reset_by_firewall_on_sni");
    std::vector<PcapFrame> there;
    std::vector<PcapFrame> back;
    constexpr std::size_t ipv4_source = 14 + 12;
    const std::vector<PcapFrame> frames = read_pcap(capture);
    for (const PcapFrame& frame : frames) {
        const bool same =
            frame.bytes.compare(ipv4_source, 4, frames.front().bytes, ipv4_source, 4) == 0;
        (same ? there : back).push_back(frame);
    }
    ASSERT_FALSE(there.empty());
    ASSERT_FALSE(back.empty());
    const ScratchFolder folder;
    write_pcap(folder.file("there.pcap"), there);
    write_pcap(folder.file("back.pcap"), back);

    const ScratchFolder output;
    const auto windows =
        play({recording(folder.file("there.pcap"), 0), recording(folder.file("back.pcap"), 1)},
             output.path());
    ASSERT_EQ(windows.size(), 1U);
    const CsvTable live = flows_of(windows);
    const CsvTable file = analyse({capture}).flows;
    ASSERT_EQ(live.rows().size(), file.rows().size());
    for (std::size_t i = 0; i < file.rows().size(); ++i) {
        for (const char* const column : {"flow_id", "outcome", "cause", "reason", "actor", "alert",
                                         "sni", "client_packets", "server_packets"}) {
            EXPECT_EQ(live.cell(live.rows()[i], column), file.cell(file.rows()[i], column))
                << column;
        }
    }
}

TEST(LiveRecordings, CutFramesAreCounted) {
    const ScratchFolder folder;
    std::vector<PcapFrame> frames =
        read_pcap(capture_in(source_root() / "pcaps" / "ok_tls13_http2"));
    std::uint64_t cut = 0;
    constexpr std::size_t kept = 200;  // headers, and some of what they carry
    for (PcapFrame& frame : frames) {
        if (frame.bytes.size() <= kept) continue;
        frame.bytes.resize(kept);
        ++cut;
    }
    ASSERT_GT(cut, 0U);
    write_pcap(folder.file("cut.pcap"), frames);
    const auto windows = play({recording(folder.file("cut.pcap"))}, folder.path() / "out");
    ASSERT_EQ(windows.size(), 1U);
    const auto port = facts_of(windows.front())["ports"][0];
    EXPECT_EQ(port["cut_frames"], cut);
    EXPECT_EQ(port["packets"], frames.size());
    EXPECT_EQ(port["merged_frames"], 0);
}

TEST(LiveRecordings, WhatIsNoPortIsSaid) {
    const ScratchFolder folder;
    for (const auto& [port, said] : std::map<std::string, std::string>{
             {"nosuchinterface", "neither a network interface"},
             {"net_pcap0,rx_pcap=" + folder.file("none.pcap"), "DPDK can't make net_pcap0"},
             {"0000:ff:1f.7", "DPDK has no such device"}}) {
        const Finished finished = run_program(live_command({"--port", port, "--duration", "1s"}));
        EXPECT_EQ(finished.status, 1) << port;
        EXPECT_NE(finished.err.find(said), std::string::npos) << finished.err;
    }
    EXPECT_EQ(run_program(live_command({"--port", "lo", "--every", "soon"})).status, 2);
    EXPECT_EQ(run_program(live_command({"--port", "lo", "lo"})).status, 2);
    EXPECT_EQ(run_program(live_command({})).status, 2);
}

}  // namespace
}  // namespace tlstriage::test
