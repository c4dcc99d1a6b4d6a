// tlstriage explain as a person runs it, and its frames beside what tshark says of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/analysis.h"
#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

using nlohmann::json;

std::string capture_of(const std::string& name) {
    return capture_in(source_root() / "pcaps" / name);
}

Finished explain(const std::vector<std::string>& arguments, const std::string& input = {}) {
    std::vector<std::string> command{built_program("TLSTRIAGE_PROGRAM"), "explain"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command, input);
}

json explained(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = arguments;
    command.emplace_back("--json");
    const Finished finished = explain(command);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return json::parse(finished.out);
}

TEST(ExplainProgram, DrawsTheFlowThatWasChosen) {
    const std::string capture = capture_of("certificate_expired_tls12");
    const Finished finished = explain({capture, "--frame", "8", "--color", "never"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.out.find("alert certificate_expired"), std::string::npos);
    EXPECT_NE(finished.out.find("! expired: it ended 2 days ago"), std::string::npos);
    EXPECT_NE(finished.out.find("tlstriage carve " + capture + " --flow "), std::string::npos);
    EXPECT_EQ(finished.out.find('\x1b'), std::string::npos);
    EXPECT_NE(explain({capture, "--color", "always"}).out.find('\x1b'), std::string::npos);
}

TEST(ExplainProgram, SaysWhenNoFlowMatches) {
    const Finished finished =
        explain({capture_of("certificate_expired_tls12"), "--sni", "elsewhere.test"});
    EXPECT_EQ(finished.status, 1);
    EXPECT_TRUE(finished.out.empty());
    EXPECT_NE(finished.err.find("no flow matches"), std::string::npos) << finished.err;
    EXPECT_EQ(explain({capture_of("certificate_expired_tls12"), "--where", "nonsense"}).status, 2);
    EXPECT_EQ(explain({"/nowhere.pcap"}).status, 3);
}

/// By id what concerns the flow alone is analysed, by a condition all.
TEST(ExplainProgram, SaysTheSameOfAFlowByIdAsByACondition) {
    const std::string& trace = small_mixed().path;
    const Analysis whole = analyse({trace});
    constexpr std::size_t step = 11;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < whole.flows.rows().size(); i += step, ++tried) {
        const std::string id = whole.flows.cell(whole.flows.rows()[i], "flow_id");
        const json by_id = explained({trace, "--flow", id});
        EXPECT_EQ(by_id.at("matched"), 1);
        EXPECT_EQ(by_id, explained({trace, "--where", "flow_id=" + id})) << id;
    }
    EXPECT_GE(tried, 20U);
}

TEST(ExplainProgram, ShowsTheFirstFewOfManyAndHowManyMore) {
    const std::string capture = capture_of("elsewhere_no_shared_cipher");
    const json all = explained({capture, "--where", "outcome=*", "--all"});
    const std::size_t count = all.at("flows").size();
    ASSERT_GE(count, 2U);
    EXPECT_EQ(all.at("matched"), count);
    const json first = explained({capture, "--where", "outcome=*", "--limit", "1"});
    EXPECT_EQ(first.at("matched"), count);
    EXPECT_EQ(first.at("shown"), 1);
    EXPECT_EQ(first.at("flows").at(0), all.at("flows").at(0));
    const Finished drawn = explain({capture, "--where", "outcome=*", "--limit", "1"});
    EXPECT_NE(drawn.out.find(std::to_string(count - 1) + " more flow"), std::string::npos);
    // Without a choice, those that failed.
    const json failed = explained({capture, "--all"});
    EXPECT_LT(failed.at("matched").get<std::size_t>(), count);
    for (const json& flow : failed.at("flows"))
        EXPECT_EQ(flow.at("row").at("outcome"), "failed");
}

TEST(ExplainProgram, NeedsNoCaptureWhereARunIsKept) {
    const ScratchFolder folder;
    const std::string capture = capture_of("mtu_black_hole_at_server");
    const std::string run = folder.path() / "run";
    ASSERT_EQ(run_program({built_program("TLSTRIAGE_PROGRAM"), "analyze", capture, "-o", run, "-q"})
                  .status,
              0);
    const json of_capture = explained({capture}).at("flows").at(0);
    const json of_run = explained({run, "--cause", "mtu_black_hole"}).at("flows").at(0);
    EXPECT_EQ(of_run.at("row"), of_capture.at("row"));
    EXPECT_LT(of_run.at("steps").size(), of_capture.at("steps").size());
    const auto decisive = [](const json& flow) {
        return std::ranges::count_if(flow.at("steps"), [&](const json& step) {
            return step.contains("frame") &&
                   step.at("frame") == flow.at("row").at("decisive_frame");
        });
    };
    EXPECT_EQ(decisive(of_run), 1);
    EXPECT_EQ(explain({run, "--frame", "1"}).status, 2);
    EXPECT_EQ(explain({run, "--cause", "unreachable"}).status, 1);
}

TEST(ExplainProgram, ReadsStandardInput) {
    const std::string capture = capture_of("reset_by_firewall_on_sni");
    const std::vector<std::string> which{"--cause", "reset_after_client_hello", "--json"};
    std::vector<std::string> from_input{"-"};
    std::vector<std::string> from_file{capture};
    from_input.insert(from_input.end(), which.begin(), which.end());
    from_file.insert(from_file.end(), which.begin(), which.end());
    const Finished piped = explain(from_input, capture);
    ASSERT_EQ(piped.status, 0) << piped.err;
    const json ours = json::parse(piped.out).at("flows").at(0);
    const json right = json::parse(explain(from_file).out).at("flows").at(0);
    EXPECT_EQ(ours.at("row").at("file"), "-");
    EXPECT_EQ(ours.at("steps").size(), right.at("steps").size());
    EXPECT_EQ(ours.at("steps").back().at("title"), right.at("steps").back().at("title"));
}

/// The frames of a pcap, from one on, as a pcap of their own.
std::string part_of(const std::string& pcap, std::size_t from, std::size_t to) {
    constexpr std::size_t file_header = 24;
    constexpr std::size_t record_header = 16;
    std::string part = pcap.substr(0, file_header);
    std::size_t number = 0;
    for (std::size_t at = file_header; at < pcap.size();) {
        std::uint32_t captured = 0;  // little endian, as these are
        for (std::size_t i = 4; i-- > 0;)
            captured = captured << 8U | static_cast<unsigned char>(pcap.at(at + 8 + i));
        const std::size_t size = record_header + captured;
        if (++number >= from && number <= to) part += pcap.substr(at, size);
        at += size;
    }
    return part;
}

TEST(ExplainProgram, FollowsAFlowThroughTwoFiles) {
    const std::string capture = capture_of("certificate_expired_tls12");
    const std::string whole = read_file(capture);
    const ScratchFolder folder;
    write_file(folder.file("a.pcap"), part_of(whole, 1, 5));
    write_file(folder.file("b.pcap"), part_of(whole, 6, 100));
    const json parts = explained({folder.path()}).at("flows").at(0).at("steps");
    const json right = explained({capture}).at("flows").at(0).at("steps");
    ASSERT_EQ(parts.size(), right.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
        const std::uint64_t frame = right[i].at("frame");
        EXPECT_EQ(parts[i].at("title"), right[i].at("title"));
        EXPECT_EQ(parts[i].at("since_start_ms"), right[i].at("since_start_ms"));
        EXPECT_EQ(parts[i].at("frame"), frame > 5 ? frame - 5 : frame);
        EXPECT_EQ(parts[i].at("file"), folder.file(frame > 5 ? "b.pcap" : "a.pcap"));
    }
}

TEST(ExplainProgram, HostileNamesComeOutHarmless) {
    // In place of good.test: clear the screen, turn the text round, a tag.
    const std::string hostile = "\x1b[2J\u202e<b";
    std::string bytes = read_file(capture_of("certificate_expired_tls12"));
    const std::string name = "good.test";
    ASSERT_EQ(hostile.size(), name.size());
    std::size_t replaced = 0;
    for (std::size_t at = 0; (at = bytes.find(name, at)) != bytes.npos; ++replaced)
        bytes.replace(at, name.size(), hostile);
    ASSERT_GE(replaced, 2U);
    const ScratchFolder folder;
    write_file(folder.file("hostile.pcap"), bytes);
    for (const char* const format : {"--json", "--color=never"}) {
        const Finished finished = explain({folder.file("hostile.pcap"), format});
        ASSERT_EQ(finished.status, 0) << finished.err;
        EXPECT_EQ(finished.out.find('\x1b'), std::string::npos) << finished.out;
        EXPECT_EQ(finished.out.find("\u202e"), std::string::npos);
        EXPECT_NE(finished.out.find("x1b[2J"), std::string::npos);  // it is shown, escaped
    }
}

/// A frame as tshark sees it.
struct Seen {
    std::string stream;
    bool syn = false;
    bool fin = false;
    bool rst = false;
    bool repeats = false;  ///< a retransmission, or what it takes for one out of order
    bool keep_alive = false;
    std::string alert;
};

std::string tshark() {
    for (const char* const path : {"/usr/bin/tshark", "/usr/local/bin/tshark"}) {
        if (std::filesystem::exists(path)) return path;
    }
    return {};
}

std::map<std::uint64_t, Seen> seen_by_tshark(const std::string& capture) {
    const Finished finished = run_program({tshark(), "-n",
                                           "-r",     capture,
                                           "-Y",     "tcp && !icmp && !icmpv6",
                                           "-T",     "fields",
                                           "-E",     "separator=,",
                                           "-E",     "occurrence=f",
                                           "-e",     "frame.number",
                                           "-e",     "tcp.stream",
                                           "-e",     "tcp.flags.syn",
                                           "-e",     "tcp.flags.fin",
                                           "-e",     "tcp.flags.reset",
                                           "-e",     "tcp.analysis.retransmission",
                                           "-e",     "tcp.analysis.out_of_order",
                                           "-e",     "tcp.analysis.keep_alive",
                                           "-e",     "tls.alert_message.desc"});
    EXPECT_EQ(finished.status, 0) << finished.err;
    std::map<std::uint64_t, Seen> frames;
    std::istringstream lines(finished.out);
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> cells(1);
        for (const char c : line) {
            if (c == ',') {
                cells.emplace_back();
            } else {
                cells.back() += c;
            }
        }
        const auto is_set = [&](std::size_t i) {
            return cells.at(i) == "1" || cells.at(i) == "True";
        };
        frames[std::stoull(cells.at(0))] = {cells.at(1),
                                            is_set(2),
                                            is_set(3),
                                            is_set(4),
                                            !cells.at(5).empty() || !cells.at(6).empty(),
                                            !cells.at(7).empty(),
                                            cells.at(8)};
    }
    return frames;
}

bool says(const json& step, const std::string& word) {
    std::istringstream words(step.at("title").get<std::string>());
    for (std::string one; std::getline(words, one, ',');) {
        if (one == word || one == " " + word) return true;
    }
    return false;
}

class ExplainBesideTshark : public testing::TestWithParam<const char*> {};

TEST_P(ExplainBesideTshark, FramesAgree) {
    if (tshark().empty()) GTEST_SKIP() << "no tshark here";
    const std::string capture = capture_of(GetParam());
    const auto seen = seen_by_tshark(capture);
    const json all = explained({capture, "--all", "--where", "outcome=*"});
    ASSERT_FALSE(all.at("flows").empty());
    for (const json& flow : all.at("flows")) {
        std::map<std::uint64_t, json> steps;
        for (const json& step : flow.at("steps")) {
            if (step.contains("frame") && step.at("kind") != "lookup" && step.at("kind") != "icmp")
                steps[step.at("frame")] = step;
        }
        const std::uint64_t first = flow.at("row").at("first_frame");
        const std::uint64_t last = flow.at("row").at("last_frame");
        for (const auto& [number, frame] : seen) {
            if (number < first || number > last || frame.stream != seen.at(first).stream) continue;
            const auto found = steps.find(number);
            if (found == steps.end()) {
                EXPECT_FALSE(frame.syn || frame.fin || frame.rst || !frame.alert.empty()) << number;
                continue;
            }
            const json& step = found->second;
            EXPECT_EQ(says(step, "SYN") || says(step, "SYN-ACK"), frame.syn) << number;
            EXPECT_EQ(says(step, "FIN"), frame.fin) << number;
            EXPECT_EQ(says(step, "RST"), frame.rst) << number;
            const std::string repeat = step.value("repeat", "");
            EXPECT_EQ(repeat == "retransmission" || repeat == "out_of_order", frame.repeats)
                << number << " " << step;
            EXPECT_EQ(repeat == "keep_alive", frame.keep_alive) << number;
            if (!frame.alert.empty()) {
                const std::string title = step.at("title");
                EXPECT_NE(title.find("alert"), title.npos) << number << " " << title;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, ExplainBesideTshark,
                         testing::Values("certificate_expired_tls12", "reset_by_firewall_on_sni",
                                         "client_hello_lost_after_retry_tls13",
                                         "mtu_black_hole_at_server", "loss_stall_at_server",
                                         "tcp_syn_ack_unanswered", "tcp_syn_timeout",
                                         "ok_tls13_loss_recovered", "ok_tls12_reordered",
                                         "ok_tls12_port_reused", "starttls_smtp_refused",
                                         "client_silent_tls12"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace tlstriage::test
