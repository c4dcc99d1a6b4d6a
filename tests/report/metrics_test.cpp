// The metrics page: what Prometheus' own checker says of it, labels that are not to be trusted, and
// the arithmetic of histograms (https://prometheus.io/docs/instrumenting/exposition_formats/).
#include "report/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"

namespace tlstriage::report {
namespace {

using verdict::Cause;
using verdict::Outcome;

verdict::Verdict verdict_of(Outcome outcome, Cause cause) {
    verdict::Verdict verdict;
    verdict.outcome = outcome;
    verdict.cause = cause;
    return verdict;
}

Timings connected_in(Nanoseconds span) {
    Timings timings;
    timings.tcp_connect = span;
    return timings;
}

Timings shook_hands_in(Nanoseconds span) {
    Timings timings;
    timings.handshake = span;
    return timings;
}

Histogram work_times() {
    return {.bounds = {1'000, 1'000'000'000}, .counts = {2, 3, 4}, .sum = 1'500'000'000};
}

Metrics full(const std::string& name) {
    Metrics metrics;
    metrics.version = name;
    metrics.queues = {{.port = name, .queue = 0, .packets = 10, .bytes = 1000},
                      {.port = name, .queue = 1, .packets = 20, .bytes = 2000, .size = 128}};
    metrics.drops = {{.port = name, .cause = "ring_full", .frames = 7}};
    metrics.threads = {{.name = name, .busy = 2'500'000'000, .busy_ratio = 0.25}};
    metrics.work = {{.stage = name, .times = work_times()}};
    metrics.flows.add(verdict_of(Outcome::failed, Cause::certificate_expired),
                      connected_in(milliseconds(2)));
    metrics.flows.add(verdict_of(Outcome::ok, Cause::none), shook_hands_in(seconds(100)));
    metrics.flows.add(verdict_of(Outcome::ok, Cause::none), {});
    metrics.windows_written = 3;
    metrics.windows_failed = 1;
    metrics.last_window = 1'700'000'000'250'000'000;
    metrics.started = 1'600'000'000'000'000'000;
    return metrics;
}

bool has_line(const std::string& page, const std::string& line) {
    return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

/// Of the first promtool in PATH; empty where there is none.
std::string promtool() {
    std::istringstream folders(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (std::filesystem::exists(folder + "/promtool")) return folder + "/promtool";
    }
    return {};
}

test::Finished check(const std::string& page) {
    const test::ScratchFolder folder;
    test::write_file(folder.file("page"), page);
    return test::run_program({promtool(), "check", "metrics"}, folder.file("page"));
}

TEST(Metrics, PromtoolHasNoRemark) {
    if (promtool().empty()) {
        GTEST_SKIP() << "promtool (Debian: prometheus) is not installed: the page is not checked";
    }
    for (const Metrics& metrics :
         {Metrics{}, full("eth0"), full("a\"b\\c\nd\x1b[31m\xff}{,=\xe2\x80\xae")}) {
        const test::Finished finished = check(to_prometheus(metrics));
        EXPECT_EQ(finished.status, 0);
        EXPECT_EQ(finished.out + finished.err, "");
    }
    // It can object.
    EXPECT_NE(check("# TYPE requests counter\nrequests 1\n").status, 0);
}

TEST(Metrics, NoNameBreaksALabelOrALine) {
    const std::string page = to_prometheus(full("a\"b\\c\nd\x1b\xff"));
    EXPECT_TRUE(
        has_line(page, R"(tlstriage_packets_total{port="a\"b\\c\\x0ad\\x1b\\xff",queue="0"} 10)"))
        << page;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(line.starts_with("# ") || line.starts_with("tlstriage_")) << line;
    EXPECT_TRUE(
        std::ranges::all_of(page, [](char c) { return c == '\n' || (c >= 32 && c < 127); }));
}

TEST(Metrics, CountsPortsDropsAndWindows) {
    const std::string page = to_prometheus(full("eth0"));
    for (const char* const line : {"tlstriage_build_info{version=\"eth0\"} 1",
                                   "tlstriage_packets_total{port=\"eth0\",queue=\"1\"} 20",
                                   "tlstriage_bytes_total{port=\"eth0\",queue=\"0\"} 1000",
                                   "tlstriage_drops_total{cause=\"ring_full\",port=\"eth0\"} 7",
                                   "tlstriage_core_busy_ratio{thread=\"eth0\"} 0.25",
                                   "tlstriage_core_busy_seconds_total{thread=\"eth0\"} 2.5",
                                   "tlstriage_windows_total{result=\"written\"} 3",
                                   "tlstriage_windows_total{result=\"failed\"} 1",
                                   "tlstriage_last_window_timestamp_seconds 1700000000.25"}) {
        EXPECT_TRUE(has_line(page, line)) << line << "\n" << page;
    }
}

TEST(Metrics, CountsFlowsByOutcomeAndCause) {
    const std::string page = to_prometheus(full("eth0"));
    EXPECT_TRUE(has_line(page, R"(tlstriage_flows_total{outcome="ok",cause="none"} 2)"));
    EXPECT_TRUE(
        has_line(page, R"(tlstriage_flows_total{outcome="failed",cause="certificate_expired"} 1)"));
}

TEST(Metrics, BucketsOfAHistogramAddUp) {
    const std::string page = to_prometheus(full("eth0"));
    for (const char* const line :
         {R"(tlstriage_work_seconds_bucket{stage="eth0",le="1e-06"} 2)",
          R"(tlstriage_work_seconds_bucket{stage="eth0",le="1"} 5)",
          R"(tlstriage_work_seconds_bucket{stage="eth0",le="+Inf"} 9)",
          R"(tlstriage_work_seconds_sum{stage="eth0"} 1.5)",
          R"(tlstriage_work_seconds_count{stage="eth0"} 9)",
          // 2 ms is above a bound of 1 ms and not above one of 3 ms; 100 s is above all.
          R"(tlstriage_step_seconds_bucket{step="tcp_connect",le="0.001"} 0)",
          R"(tlstriage_step_seconds_bucket{step="tcp_connect",le="0.003"} 1)",
          R"(tlstriage_step_seconds_bucket{step="handshake",le="30"} 0)",
          R"(tlstriage_step_seconds_bucket{step="handshake",le="+Inf"} 1)",
          R"(tlstriage_step_seconds_sum{step="handshake"} 100)"}) {
        EXPECT_TRUE(has_line(page, line)) << line << "\n" << page;
    }
}

TEST(Metrics, ABoundIsPartOfItsBucket) {
    Histogram histogram{.bounds = {10, 20}, .counts = {0, 0, 0}, .sum = 0};
    for (const Nanoseconds span : {-1, 10, 11, 20, 21})
        histogram.note(span);
    EXPECT_EQ(histogram.counts, (std::vector<std::uint64_t>{2, 2, 1}));
    EXPECT_EQ(histogram.sum, 62);
}

TEST(Metrics, CountersOnlyGrow) {
    FlowTally all;
    FlowTally window;
    window.add(verdict_of(Outcome::failed, Cause::syn_timeout), connected_in(5));
    all.merge(window);
    window.add(verdict_of(Outcome::ok, Cause::none), connected_in(7));
    const auto before = all;
    all.merge(window);
    for (const auto& [kind, count] : before.flows())
        EXPECT_GE(all.flows().at(kind), count);
    EXPECT_EQ((all.flows().at({Outcome::failed, Cause::syn_timeout})), 2U);
    EXPECT_EQ((all.flows().at({Outcome::ok, Cause::none})), 1U);
    EXPECT_EQ(all.step_times()[0].counts[0], 3U);
    EXPECT_EQ(all.step_times()[0].sum, 17);
}

}  // namespace
}  // namespace tlstriage::report
