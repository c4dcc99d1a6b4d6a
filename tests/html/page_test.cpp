// A run's folder to a page: numbers, errors, and texts that want to be more than texts.
#include "html/page.h"

#include <gtest/gtest.h>

#include "html/damaged_file.h"
#include "html/headline.h"
#include "html/run_file.h"
#include "html/run_folder.h"
#include "support/csv.h"
#include "support/page.h"

namespace tlstriage::html {
namespace {

using Json = nlohmann::json;
using test::count_of;
using test::data_of_page;
using test::RunFolder;

std::string page_of(const RunFolder& run, const Limits& limits = {}) {
    write_page(run.path(), run.file("page.html"), limits);
    return test::read_file(run.file("page.html"));
}

std::string complaint_of(const RunFolder& run) {
    try {
        page_of(run);
    } catch (const DamagedFile& damaged) {
        return damaged.what();
    }
    return {};
}

void replace_in(const std::filesystem::path& path, const std::string& old,
                const std::string& text) {
    std::string bytes = test::read_file(path);
    const std::size_t at = bytes.find(old);
    ASSERT_NE(at, std::string::npos) << old;
    test::write_file(path, bytes.replace(at, old.size(), text));
}

void fill(RunFolder& run) {
    run.add_flow({{"version", "TLS1.3"}, {"tcp_connect_ms", "0.079"}});
    run.add_flow({{"version", "TLS1.2"}, {"tcp_connect_ms", "2000.000"}});
    run.add_flow({{"outcome", "failed"}, {"cause", "certificate_expired"}, {"sni", "a.test"}});
    run.add_flow(
        {{"outcome", "failed"}, {"cause", "certificate_expired"}, {"file", "it's b.pcap"}});
    run.add_flow({{"outcome", "incomplete"}, {"cause", "capture_ended"}, {"server_port", "8443"}});
}

TEST(Page, CountsWhatTheTablesHold) {
    RunFolder run;
    fill(run);
    run.write({{"certificates",
                {{{"sha256", "ab"}, {"days_left", "-1"}},
                 {{"sha256", "cd"}, {"days_left", "6"}},
                 {{"sha256", "ef"}, {"days_left", "7"}},
                 {{"sha256", "gh"}, {"days_left", "9999"}}}}});
    const Json data = data_of_page(page_of(run));
    EXPECT_EQ(data["totals"],
              Json::parse(R"({"flows":5,"ok":2,"failed":2,"incomplete":1,"not_tls":0})"));
    EXPECT_EQ(data["headline"]["title"], "2 of 5 flows failed (40.0 %)");
    EXPECT_EQ(data["headline"]["text"], "Of certificate expired (2). All at 198.51.100.2:443.");
    EXPECT_EQ(data["versions"]["words"], Json::parse(R"([["TLS1.2",1],["TLS1.3",1]])"));
    EXPECT_EQ(data["certificates"]["by_days_left"], Json::parse("[1,1,1,0,0,1]"));
    EXPECT_EQ(data["certificates"]["rows"][0][1], "ab");
    EXPECT_EQ(data["steps"][0]["flows"], 2);
    EXPECT_EQ(data["steps"][0]["longest"], 2'000'000'000);
    EXPECT_EQ(data["flows"]["rows"].size(), 5U);
    EXPECT_EQ(data["run"]["loss_count"], 2);
}

TEST(Page, SaysHowManyFlowsItLeavesOut) {
    RunFolder run;
    for (int i = 0; i < 50; ++i)
        run.add_flow({{"outcome", "failed"}, {"cause", i < 48 ? "syn_timeout" : "server_silent"}});
    run.write();
    const Json data = data_of_page(page_of(run, {.troubled = 10, .others = 1}));
    EXPECT_EQ(data["flows"]["troubled_total"], 50);
    EXPECT_EQ(data["flows"]["troubled_shown"], 10);
    EXPECT_EQ(data["flows"]["rows"].size(), 10U);
    EXPECT_EQ(data["causes"][0]["flows"], 48);
    EXPECT_EQ(data["causes"][0]["line"], Json::parse("[48]"));
}

TEST(Page, HostileTextStaysText) {
    const std::string hostile =
        "</script><script>alert(1)</script><!--\xe2\x80\xae\x1b[2J\xe2\x80\xa8=1+1";
    RunFolder run;
    run.add_flow({{"outcome", "failed"},
                  {"cause", "syn_timeout"},
                  {"sni", hostile},
                  {"explanation", hostile},
                  {"alpn", hostile},
                  {"evidence", hostile}});
    run.add_flow({{"sni", std::string(std::size_t{64} << 10U, '<')}});
    run.write({{"summary", {{{"cause", "syn_timeout"}, {"sni", hostile}, {"flows", "1"}}}},
               {"certificates", {{{"subject", hostile}, {"days_left", "1"}}}},
               {"dns", {{{"name", hostile}, {"outcome", "failed"}}}}});
    const std::string page = page_of(run);
    const std::string page_without = [] {
        RunFolder plain;
        plain.write();
        return page_of(plain);
    }();
    for (const char* const mark :
         {"<script", "</script", "<!--", "\x1b", "\xe2\x80\xae", "\xe2\x80\xa8"})
        EXPECT_EQ(count_of(page, mark), count_of(page_without, mark)) << mark;
    EXPECT_LT(page.size(), page_without.size() + 20'000);
    const Json data = data_of_page(page);
    EXPECT_EQ(data["names"]["rows"][0][2],
              "</script><script>alert(1)</script><!--\\xe2\\x80\\xae\\x1b[2J\\xe2\\x80\\xa8=1+1");
}

TEST(Page, LoadsNothing) {
    RunFolder run;
    fill(run);
    run.write();
    const std::string page = page_of(run);
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(page.find("Chart.js v3"), std::string::npos);
    EXPECT_NE(page.find("Released under the MIT License"), std::string::npos);
    for (const char* const mark : {" src=", "@import", "sourceMappingURL", "unsafe-inline"})
        EXPECT_EQ(page.find(mark), std::string::npos) << mark;
}

TEST(Page, ReadsJsonLinesAlike) {
    RunFolder run;
    run.add_flow({});
    run.write();
    const Json of_csv = data_of_page(page_of(run));
    std::filesystem::remove(run.file("flows.csv"));
    test::write_file(run.file("flows.jsonl"),
                     R"({"flow_id":"f0","file":"a.pcap","first_frame":1,"last_frame":9,)"
                     R"("start_time":"2026-11-23T22:08:06.000000001Z","duration_ms":2.500,)"
                     R"("client_ip":"192.0.2.1","client_port":50000,"server_ip":"198.51.100.2",)"
                     R"("server_port":443,"outcome":"ok","cause":"none"})"
                     "\n");
    EXPECT_EQ(data_of_page(page_of(run)), of_csv);
}

TEST(Page, SaysWhatIsMissingOrDamaged) {
    const auto complaint_after = [](auto damage) {
        RunFolder run;
        fill(run);
        run.write();
        damage(run);
        return complaint_of(run);
    };
    const auto contains = [](const std::string& text, const std::string& part) {
        return text.find(part) != text.npos;
    };
    for (const char* const name : {"flows", "summary", "servers", "certificates", "dns"}) {
        EXPECT_TRUE(contains(complaint_after([&](RunFolder& run) {
                                 std::filesystem::remove(run.file(std::string(name) + ".csv"));
                             }),
                             std::string("has neither ") + name + ".csv"))
            << name;
    }
    const auto change = [&](const char* file, const char* old, const char* text) {
        return complaint_after([&](RunFolder& run) { replace_in(run.file(file), old, text); });
    };
    EXPECT_TRUE(contains(
        complaint_after([](RunFolder& run) { std::filesystem::remove(run.file("run.json")); }),
        "has no run.json"));
    EXPECT_TRUE(contains(change("run.json", "\"rows\"", "\"row\""), "run.json: "));
    EXPECT_TRUE(contains(change("run.json", "\"frames\": 4", "\"frames\": -4"), "run.json: "));
    EXPECT_TRUE(contains(change("run.json", "}}", "}"), "run.json: "));
    EXPECT_TRUE(contains(change("run.json", "\"rows\": 5", "\"rows\": 6"), "not of one run"));
    EXPECT_TRUE(contains(change("servers.csv", "\"4\"", "\"5\""), "not of one run"));
    EXPECT_TRUE(contains(change("flows.csv", "2026", "year"), "record 2: start_time is no time"));
    EXPECT_TRUE(contains(change("flows.csv", "0.079", "0.0x9"), "tcp_connect_ms is no number"));
    EXPECT_TRUE(contains(change("flows.csv", "\"ok\"", "\"OK\""), "outcome is none of"));
    EXPECT_TRUE(contains(change("flows.csv", "\"f0\"", "\"$(x)\""), "flow_id is no word"));
    EXPECT_TRUE(contains(change("flows.csv", "certificate_expired", "a b"), "cause is no word"));
    EXPECT_TRUE(contains(change("flows.csv", "flow_id", "flow"), "has no column flow_id"));
}

TEST(Page, AnEmptyRunHasAPageToo) {
    RunFolder run;
    run.write();
    EXPECT_EQ(data_of_page(page_of(run))["headline"]["title"], "No flow of TLS was found.");
}

TEST(Commands, NameWhatWasReadTogether) {
    RunFile run;
    const auto add = [&](const std::string& name, std::uint64_t archive) {
        run.traces.push_back({.name = name,
                              .bytes = 0,
                              .frames = 0,
                              .dropped = 0,
                              .archive = archive,
                              .losses = {}});
    };
    add("b c.pcap", 0);
    add("a.pcap", 0);
    add("t.tar!x.pcap", 1);
    add("t.tar!y.pcap", 1);
    for (int i = 0; i < 20; ++i)
        add("day/" + std::to_string(i) + ".pcap", 2);
    const CommandInputs commands(run);
    EXPECT_EQ(commands.of("a.pcap"), "a.pcap 'b c.pcap'");
    EXPECT_EQ(commands.of("t.tar!y.pcap"), "t.tar");
    EXPECT_EQ(commands.of("day/7.pcap"), "day");
    EXPECT_EQ(commands.of("unknown.pcap"), "unknown.pcap");
}

TEST(Headline, NothingThatIsNotAllIsCalledAll) {
    EXPECT_EQ(percentage(1, 3), "33.3 %");
    EXPECT_EQ(percentage(999'999, 1'000'000), "> 99.9 %");
    EXPECT_EQ(percentage(1, 1'000'000), "< 0.1 %");
    EXPECT_EQ(percentage(0, 5), "0 %");
    EXPECT_EQ(percentage(5, 5), "100 %");
    EXPECT_EQ(percentage(0, 0), "0 %");
}

}  // namespace
}  // namespace tlstriage::html
