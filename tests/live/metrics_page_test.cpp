// The metrics page of a run that goes on, beside the files that it writes.
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>

#include "live/live_program.h"
#include "live/pcap_files.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// The port that the program says it chose; 0 while it has not.
int metrics_port(const Child& live) {
    const std::string said = live.err();
    const std::string words = "metrics on port ";
    const std::size_t at = said.find(words);
    return at == std::string::npos ? 0 : std::stoi(said.substr(at + words.size()));
}

/// Name and labels -> value.
using Samples = std::map<std::string, double>;

Samples samples_of(int port) {
    httplib::Client client("127.0.0.1", port);
    const auto answer = client.Get("/metrics");
    if (!answer) return {};
    Samples samples;
    std::istringstream lines(answer->body);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t space = line.rfind(' ');
        if (line.starts_with('#') || space == std::string::npos) continue;
        samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
    }
    return samples;
}

double value_of(const Samples& samples, const std::string& name) {
    const auto found = samples.find(name);
    return found == samples.end() ? -1 : found->second;
}

double sum_of(const Samples& samples, const std::string& name) {
    double sum = 0;
    for (const auto& [sample, value] : samples)
        if (sample.starts_with(name + "{")) sum += value;
    return sum;
}

auto kinds_of(const Samples& samples, const std::string& name) {
    return std::ranges::count_if(
        samples, [&](const auto& sample) { return sample.first.starts_with(name + "{"); });
}

TEST(LiveMetrics, ThePageSaysWhatTheFilesSay) {
    const ScratchFolder folder;
    const std::string output = folder.file("out");
    Child live(live_command({"--port", recording(small_mixed().path), "-o", output, "--every", "1h",
                             "--metrics", "127.0.0.1:0", "--quiet"}));
    ASSERT_TRUE(eventually([&] { return metrics_port(live) != 0; })) << live.err();
    const int port = metrics_port(live);
    const Samples before = samples_of(port);
    const auto frames = static_cast<double>(read_pcap(small_mixed().path).size());
    ASSERT_TRUE(
        eventually([&] { return sum_of(samples_of(port), "tlstriage_packets_total") >= frames; }));
    EXPECT_EQ(value_of(samples_of(port), "tlstriage_windows_total{result=\"written\"}"), 0);
    // Frames that were received may not have been analysed yet: windows until flows are over.
    Samples after;
    const auto windows_written = [&] {
        return value_of(after, "tlstriage_windows_total{result=\"written\"}");
    };
    ASSERT_TRUE(eventually([&] {
        const double asked_at =
            value_of(samples_of(port), "tlstriage_windows_total{result=\"written\"}");
        live.signal(SIGUSR1);
        return eventually([&] {
                   after = samples_of(port);
                   return windows_written() > asked_at;
               }) &&
               kinds_of(after, "tlstriage_flows_total") > 2;
    }));
    const auto written = windows_in(output);
    EXPECT_EQ(static_cast<double>(written.size()), windows_written());
    for (const auto& [sample, value] : before) {
        if (sample.find("_total") != std::string::npos) {
            EXPECT_GE(value_of(after, sample), value) << sample;
        }
    }
    live.signal(SIGTERM);
    const Finished finished = live.wait();
    EXPECT_EQ(finished.status, 0) << finished.err;

    const auto windows = windows_in(output);
    std::map<std::string, double> rows;
    for (const auto& window : written) {
        const CsvTable flows = read_csv(window / "flows.csv");
        for (const auto& row : flows.rows()) {
            ++rows["tlstriage_flows_total{outcome=\"" + flows.cell(row, "outcome") + "\",cause=\"" +
                   flows.cell(row, "cause") + "\"}"];
        }
    }
    EXPECT_GT(rows.size(), 2U);
    for (const auto& [sample, count] : rows)
        EXPECT_EQ(value_of(after, sample), count) << sample;
    double packets = 0;
    for (const auto& window : windows)
        packets += facts_of(window)["ports"][0]["packets"].get<double>();
    EXPECT_EQ(sum_of(after, "tlstriage_packets_total"), frames);
    EXPECT_EQ(packets, frames);
}

TEST(LiveMetrics, AnAddressThatIsNoneIsAWrongCommandLine) {
    const Finished finished = run_program(
        live_command({"--port", recording(small_mixed().path), "--metrics", "nowhere:port"}));
    EXPECT_EQ(finished.status, 2) << finished.err;
    EXPECT_NE(finished.err.find("--metrics"), std::string::npos);
}

}  // namespace
}  // namespace tlstriage::test
