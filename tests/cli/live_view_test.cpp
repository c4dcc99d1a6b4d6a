// What a live run shows, from counters that the test moves: the page over HTTP, and the line.
#include "cli/live_view.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <CLI/CLI.hpp>

namespace tlstriage::cli {
namespace {

using verdict::Cause;
using verdict::Outcome;

/// Counters of one port with two queues and one thread.
void set_up(dataplane::LiveCounts& counts) {
    counts.ports.emplace_back().name = "veth0";
    counts.queues.emplace_back().queue = 0;
    counts.queues.emplace_back().queue = 1;
    counts.threads.emplace_back().name = "poll 0";
}

std::string get(std::uint16_t port, const char* path = "/metrics", int status = 200) {
    httplib::Client client("127.0.0.1", port);
    const auto answer = client.Get(path);
    if (!answer) return "no answer";
    EXPECT_EQ(answer->status, status);
    return answer->body;
}

/// The value of a sample, -1 when the page has none.
double value_of(const std::string& page, const std::string& sample) {
    const std::size_t at = ("\n" + page).find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + sample.size() + 1));
}

void add_flow(LiveView& view, unsigned worker, Outcome outcome, Cause cause) {
    const evidence::Evidence evidence;
    const verdict::ServerHistory history;
    verdict::Verdict verdict;
    verdict.outcome = outcome;
    verdict.cause = cause;
    view.add({.index = 0, .worker = worker}, {evidence, history, verdict});
}

TEST(LiveView, ShowsTheCountersOfTheMoment) {
    dataplane::LiveCounts counts;
    set_up(counts);
    LiveView view(counts, {.metrics = std::nullopt, .status_line = false, .workers = 1});
    counts.queues[1].packets.add(41);
    counts.queues[1].drops[static_cast<std::size_t>(dataplane::Drop::ring_full)].add(3);
    counts.ports[0].drops[static_cast<std::size_t>(dataplane::Drop::device_missed)].add(5);
    const std::string page = view.page();
    EXPECT_EQ(value_of(page, R"(tlstriage_packets_total{port="veth0",queue="1"})"), 41) << page;
    EXPECT_EQ(value_of(page, R"(tlstriage_packets_total{port="veth0",queue="0"})"), 0);
    EXPECT_EQ(value_of(page, R"(tlstriage_drops_total{cause="ring_full",port="veth0"})"), 3);
    EXPECT_EQ(value_of(page, R"(tlstriage_drops_total{cause="device_missed",port="veth0"})"), 5);
    counts.queues[1].packets.add(1);
    EXPECT_EQ(value_of(view.page(), R"(tlstriage_packets_total{port="veth0",queue="1"})"), 42);
}

TEST(LiveView, FlowsOfAllWindowsAndWorkersAddUp) {
    dataplane::LiveCounts counts;
    set_up(counts);
    LiveView view(counts, {.metrics = std::nullopt, .status_line = false, .workers = 2});
    const std::string expired =
        R"(tlstriage_flows_total{outcome="failed",cause="certificate_expired"})";
    add_flow(view, 0, Outcome::failed, Cause::certificate_expired);
    add_flow(view, 1, Outcome::failed, Cause::certificate_expired);
    EXPECT_EQ(value_of(view.page(), expired), -1);  // its window goes on
    view.end_window(seconds(60));
    EXPECT_EQ(value_of(view.page(), expired), 2);
    add_flow(view, 1, Outcome::failed, Cause::certificate_expired);
    add_flow(view, 0, Outcome::ok, Cause::none);
    view.end_window(seconds(120));
    const std::string page = view.page();
    EXPECT_EQ(value_of(page, expired), 3);
    EXPECT_EQ(value_of(page, R"(tlstriage_flows_total{outcome="ok",cause="none"})"), 1);
    EXPECT_EQ(value_of(page, "tlstriage_last_window_timestamp_seconds"), 120);
}

TEST(LiveView, ServesThePageOnLoopback) {
    dataplane::LiveCounts counts;
    set_up(counts);
    const LiveView view(counts, {.metrics = parse_listen_address("0"), .status_line = false});
    counts.open_flows.set(17);
    ASSERT_NE(view.metrics_port(), 0);
    EXPECT_EQ(value_of(get(view.metrics_port()), "tlstriage_open_flows"), 17);
    EXPECT_NE(get(view.metrics_port(), "/").find("/metrics"), std::string::npos);
    get(view.metrics_port(), "/etc/passwd", 404);
}

TEST(MetricsServer, APortThatIsTakenIsAnError) {
    const MetricsServer first(parse_listen_address("127.0.0.1:0"), [] { return std::string(); });
    EXPECT_THROW(MetricsServer(ListenAddress{"192.0.2.77", 0}, [] { return std::string(); }),
                 std::runtime_error);  // no address of this machine
    EXPECT_NE(first.port(), 0);
}

TEST(MetricsServer, ReadsAddresses) {
    const auto is = [](const char* text, const char* host, std::uint16_t port) {
        const ListenAddress address = parse_listen_address(text);
        return address.host == host && address.port == port;
    };
    EXPECT_TRUE(is("127.0.0.1:9464", "127.0.0.1", 9464));
    EXPECT_TRUE(is("9464", "127.0.0.1", 9464));
    EXPECT_TRUE(is("[::1]:9464", "::1", 9464));
    EXPECT_TRUE(is("localhost:1", "localhost", 1));
    for (const char* const text :
         {"", ":", ":9464", "host:", "::1:9464", "[::1]", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:9464x", "[host]:1"}) {
        EXPECT_THROW(parse_listen_address(text), CLI::ValidationError) << text;
    }
}

TEST(StatusLine, SaysRatesDropsFlowsAndFailures) {
    const LiveStatus status{.packets_per_second = 1'234'567,
                            .bits_per_second = 9.87e9,
                            .drops = 12'345,
                            .open_flows = 678,
                            .window_ended = true,
                            .failed = 9,
                            .failures = {{"syn_timeout", 6}, {"sni_rejected", 3}}};
    EXPECT_EQ(status_text(status, 120),
              "1.23 Mpacket/s  9.87 Gb/s  12,345 dropped  678 open  9 failed  6 syn_timeout  "
              "3 sni_rejected");
    EXPECT_EQ(status_text(status, 79),
              "1.23 Mpacket/s  9.87 Gb/s  12,345 dropped  678 open  9 failed  6 syn_timeout");
    EXPECT_EQ(status_text({}, 79), "0 packet/s  0 b/s  0 dropped  0 open");
}

TEST(StatusLine, NeverPassesItsWidth) {
    LiveStatus status{.packets_per_second = 999.6,
                      .bits_per_second = 1e30,
                      .drops = ~std::uint64_t{0},
                      .open_flows = ~std::uint64_t{0},
                      .window_ended = true,
                      .failed = ~std::uint64_t{0},
                      .failures = {{"certificate_incomplete_chain", ~std::uint64_t{0}}}};
    for (unsigned width = 0; width < 200; ++width)
        EXPECT_LE(status_text(status, width).size(), width);
}

}  // namespace
}  // namespace tlstriage::cli
