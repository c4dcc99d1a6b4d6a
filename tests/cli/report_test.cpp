// tlstriage report, as a person runs it.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "support/csv.h"
#include "support/page.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

Finished run_tlstriage(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("TLSTRIAGE_PROGRAM"));
    return run_program(arguments);
}

class ReportCommand : public testing::Test {
  protected:
    void SetUp() override {
        const auto capture = capture_in(source_root() / "pcaps" / "certificate_expired_tls12");
        for (const char* const format : {"csv", "jsonl"}) {
            const Finished finished = run_tlstriage(
                {"analyze", capture, "-q", "--format", format, "-o", folder_.file(format)});
            ASSERT_EQ(finished.status, 0) << finished.err;
        }
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

  private:
    ScratchFolder folder_;
};

TEST_F(ReportCommand, WritesThePageBesideTheTablesOrWhereItIsTold) {
    const Finished finished = run_tlstriage({"report", file("csv")});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.out.find("csv/report.html: "), std::string::npos);
    EXPECT_NE(finished.out.find("of 1 flows, all in the page"), std::string::npos);
    EXPECT_EQ(run_tlstriage({"report", file("csv"), "-q", "-o", file("new/page.html")}).status, 0);
    EXPECT_EQ(read_file(file("csv/report.html")), read_file(file("new/page.html")));
}

TEST_F(ReportCommand, MakesTheSamePageOfBothFormats) {
    for (const char* const format : {"csv", "jsonl"})
        EXPECT_EQ(run_tlstriage({"report", file(format), "-q"}).status, 0) << format;
    EXPECT_EQ(read_file(file("csv/report.html")), read_file(file("jsonl/report.html")));
}

TEST_F(ReportCommand, SaysWhatIsWrong) {
    EXPECT_EQ(run_tlstriage({"report"}).status, 2);
    EXPECT_EQ(run_tlstriage({"report", file("nowhere")}).status, 2);
    std::filesystem::remove(file("csv/run.json"));
    const Finished missing = run_tlstriage({"report", file("csv")});
    EXPECT_EQ(missing.status, 1);
    EXPECT_NE(missing.err.find("has no run.json"), std::string::npos) << missing.err;
    const std::string flows = read_file(file("jsonl/flows.jsonl"));
    write_file(file("jsonl/flows.jsonl"), flows.substr(0, flows.size() / 2));
    const Finished damaged = run_tlstriage({"report", file("jsonl")});
    EXPECT_EQ(damaged.status, 1);
    EXPECT_NE(damaged.err.find("flows.jsonl, record 1: "), std::string::npos) << damaged.err;
    EXPECT_FALSE(std::filesystem::exists(file("jsonl/report.html")));
}

/// One run of a few hundred flows, and pages of some of them.
class ReportOfChosenFlows : public testing::Test {
  protected:
    using Row = CsvTable::Row;
    using Wanted = std::function<bool(const Row&)>;

    static void SetUpTestSuite() {
        folder_ = new ScratchFolder;
        const Finished finished =
            run_tlstriage({"analyze", small_mixed().path, "-q", "-o", folder_->path()});
        ASSERT_EQ(finished.status, 0) << finished.err;
        flows_ = new CsvTable(read_csv(file("flows.csv")));
    }
    static void TearDownTestSuite() {
        delete flows_;
        delete folder_;
    }

    static std::string file(const std::string& name) { return folder_->file(name); }
    static const std::string& cell(const Row& row, const std::string& column) {
        return flows_->cell(row, column);
    }
    static Finished report(std::vector<std::string> choice, const std::string& page) {
        choice.insert(choice.begin(),
                      {"report", folder_->path(), "-o", file(page), "--flows", "100000"});
        return run_tlstriage(std::move(choice));
    }
    static nlohmann::json page_of(const std::vector<std::string>& choice) {
        const Finished finished = report(choice, "page.html");
        EXPECT_EQ(finished.status, 0) << finished.err;
        return data_of_page(read_file(file("page.html")));
    }
    /// Texts of a column, counted over the rows that are wanted and have one.
    static std::map<std::string, int> counted(const std::string& column, const Wanted& wanted) {
        std::map<std::string, int> counts;
        for (const Row& row : flows_->rows()) {
            if (wanted(row) && !cell(row, column).empty()) ++counts[cell(row, column)];
        }
        return counts;
    }
    static void expect_flows(const nlohmann::json& page, const Wanted& wanted);
    static void expect_servers(const nlohmann::json& page, const Wanted& wanted);
    static void expect_certificates(const nlohmann::json& page, const Wanted& wanted);

    static ScratchFolder* folder_;
    static CsvTable* flows_;
};
ScratchFolder* ReportOfChosenFlows::folder_ = nullptr;
CsvTable* ReportOfChosenFlows::flows_ = nullptr;

void ReportOfChosenFlows::expect_flows(const nlohmann::json& page, const Wanted& wanted) {
    const auto ids = counted("flow_id", wanted);
    EXPECT_EQ(page["totals"]["flows"], ids.size());
    EXPECT_EQ(page["choice"]["of"], flows_->rows().size());
    std::map<std::string, int> shown;
    for (const auto& row : page["flows"]["rows"])
        ++shown[row[0]];
    EXPECT_EQ(page["flows"]["columns"][0], "flow_id");
    EXPECT_EQ(shown, ids);
    std::map<std::string, int> causes;
    for (const auto& cause : page["causes"])
        causes[cause["cause"]] += cause["flows"].get<int>();
    EXPECT_EQ(causes, counted("cause", wanted));
    for (const auto& [member, column] : std::map<std::string, std::string>{
             {"versions", "version"}, {"ciphers", "cipher"}, {"groups", "group"}}) {
        std::map<std::string, int> words;
        for (const auto& word : page[member]["words"])
            words[word[0]] = word[1];
        EXPECT_EQ(words, counted(column, wanted)) << member;
    }
}

void ReportOfChosenFlows::expect_servers(const nlohmann::json& page, const Wanted& wanted) {
    std::map<std::string, std::pair<int, int>> expected;  // address -> flows, failed
    for (const Row& row : flows_->rows()) {
        if (!wanted(row)) continue;
        auto& server = expected[cell(row, "server_ip") + " " + cell(row, "server_port")];
        ++server.first;
        if (cell(row, "outcome") == "failed") ++server.second;
    }
    std::map<std::string, std::pair<int, int>> shown;
    for (const auto& row : page["servers"]["rows"]) {
        shown[row[0].get<std::string>() + " " + row[1].get<std::string>()] = {
            std::stoi(row[2].get<std::string>()), std::stoi(row[4].get<std::string>())};
    }
    EXPECT_EQ(shown, expected);
}

/// Subjects of the certificates of servers: those that flows show.
void ReportOfChosenFlows::expect_certificates(const nlohmann::json& page, const Wanted& wanted) {
    std::set<std::string> shown;
    for (const auto& row : page["certificates"]["rows"])
        shown.insert(row[2]);
    for (const auto& [subject, flows] : counted("cert_subject", wanted))
        EXPECT_TRUE(shown.contains(std::string(unguarded(subject)))) << subject;
    if (counted("cert_subject", wanted).empty()) {
        EXPECT_EQ(page["certificates"]["rows"].size(), 0U);
    }
}

TEST_F(ReportOfChosenFlows, CountsWhatTheRowsOfTheChoiceHold) {
    const Row& one = flows_->rows().front();
    const std::string client = cell(one, "client_ip");
    const std::string server = cell(one, "server_ip");
    const auto is = [](const std::string& column, const std::string& value) -> Wanted {
        return [=](const Row& row) { return cell(row, column) == value; };
    };
    const auto slow = [](const Row& row) {
        const std::string& ms = cell(row, "handshake_ms");
        return !ms.empty() && std::stod(ms) > 20 && cell(row, "version") == "TLS1.2";
    };
    const std::vector<std::pair<std::vector<std::string>, Wanted>> choices{
        {{"--cause", "server_silent"}, is("cause", "server_silent")},
        {{"--where", "outcome=failed"}, is("outcome", "failed")},
        {{"--where", "handshake_ms>20,version=TLS1.2"}, slow},
        {{"--client", client}, is("client_ip", client)},
        {{"--server", server}, is("server_ip", server)},
        {{"--flow", cell(one, "flow_id")}, is("flow_id", cell(one, "flow_id"))}};
    for (const auto& [choice, wanted] : choices) {
        SCOPED_TRACE(choice[1]);
        const std::size_t flows = counted("flow_id", wanted).size();
        ASSERT_GT(flows, 0U);
        ASSERT_LT(flows, flows_->rows().size());
        const nlohmann::json page = page_of(choice);
        expect_flows(page, wanted);
        expect_servers(page, wanted);
        expect_certificates(page, wanted);
    }
}

TEST_F(ReportOfChosenFlows, SaysSoOnThePageAndTheTerminal) {
    const std::size_t failed =
        counted("flow_id", [](const Row& row) { return cell(row, "outcome") == "failed"; }).size();
    const Finished finished = report({"--where", "outcome=failed,sni!=a b"}, "page.html");
    EXPECT_NE(finished.out.find("of " + std::to_string(failed) + " chosen flows, of " +
                                std::to_string(flows_->rows().size()) + " in the run, all in"),
              std::string::npos)
        << finished.out;
    const std::string page = read_file(file("page.html"));
    const nlohmann::json data = data_of_page(page);
    EXPECT_EQ(data["choice"]["text"], "--where 'outcome=failed,sni!=a b'");
    EXPECT_EQ(data["headline"]["title"], std::to_string(failed) + " of " + std::to_string(failed) +
                                             " chosen flows failed (100 %)");
    EXPECT_NE(page.find("id=\"choice\""), std::string::npos);
    EXPECT_FALSE(page_of({}).contains("choice"));
}

TEST_F(ReportOfChosenFlows, TextOfTheChoiceStaysText) {
    const std::string hostile =
        "sni!=</script><script>alert(1)</script><!--\xe2\x80\xae\x1b[2J'\"&";
    ASSERT_EQ(report({}, "whole.html").status, 0);
    ASSERT_EQ(report({"--where", hostile}, "page.html").status, 0);
    const std::string whole = read_file(file("whole.html"));
    const std::string page = read_file(file("page.html"));
    for (const char* const mark : {"<script", "</script", "<!--", "\x1b", "\xe2\x80\xae"})
        EXPECT_EQ(count_of(page, mark), count_of(whole, mark)) << mark;
    EXPECT_EQ(
        data_of_page(page)["choice"]["text"],
        "--where 'sni!=</script><script>alert(1)</script><!--\\xe2\\x80\\xae\\x1b[2J'\\''\"&'");
}

TEST_F(ReportOfChosenFlows, WithoutAnyThereIsNoPage) {
    const Finished none = report({"--cause", "server_silent", "--where", "outcome=ok"}, "no.html");
    EXPECT_EQ(none.status, 1);
    EXPECT_NE(
        none.err.find("none of the " + std::to_string(flows_->rows().size()) + " flows matches"),
        std::string::npos)
        << none.err;
    EXPECT_EQ(none.out, "");
    EXPECT_FALSE(std::filesystem::exists(file("no.html")));
    const Finished wrong = report({"--where", "colour=blue"}, "no.html");
    EXPECT_EQ(wrong.status, 2);
    EXPECT_NE(wrong.err.find("there is no column 'colour'"), std::string::npos) << wrong.err;
}

TEST_F(ReportCommand, OfTheLookupsHasThoseThatLedToTheChosenFlows) {
    const std::string cases = source_root() / "pcaps";
    ASSERT_EQ(
        run_tlstriage({"analyze", cases + "/dns_slow", cases + "/dns_nxdomain",
                       cases + "/certificate_expired_tls12", "--separate", "-q", "-o", file("run")})
            .status,
        0);
    const auto names_of = [this](const std::string& where) {
        EXPECT_EQ(run_tlstriage({"report", file("run"), "--where", where}).status, 0);
        return data_of_page(read_file(file("run/report.html")))["names"]["rows"];
    };
    const auto slow = names_of("dns_ms>1000");
    ASSERT_EQ(slow.size(), 1U);  // of the two questions the one whose answer the client took
    EXPECT_EQ(slow[0][0], "slow");
    EXPECT_EQ(slow[0][11], cases + "/dns_slow/capture.pcap");
    EXPECT_EQ(names_of("cause=certificate_expired").size(), 0U);
}

TEST_F(ReportCommand, TakesTheFlowOfAFrameFromTheCaptureOfTheRun) {
    const std::string copy = file("copy.pcap");
    const auto capture = capture_in(source_root() / "pcaps" / "certificate_expired_tls12");
    std::filesystem::copy_file(capture, copy);
    ASSERT_EQ(run_tlstriage({"analyze", copy, "-q", "-o", file("run")}).status, 0);
    const Finished found = run_tlstriage({"report", file("run"), "--frame", "8"});
    EXPECT_EQ(found.status, 0) << found.err;
    const auto data = data_of_page(read_file(file("run/report.html")));
    EXPECT_EQ(data["flows"]["rows"][0][0], "e2e7d89fcbec9e26");
    EXPECT_EQ(run_tlstriage({"report", file("run"), "--frame", "999"}).status, 2);
    std::filesystem::remove(copy);
    const Finished gone = run_tlstriage({"report", file("run"), "--frame", "8"});
    EXPECT_EQ(gone.status, 2);
    EXPECT_NE(gone.err.find("copy.pcap is not there any more"), std::string::npos) << gone.err;
}

TEST_F(ReportCommand, NeedsTheEvidenceToChoose) {
    std::filesystem::remove(file("csv/evidence.bin"));
    const Finished missing = run_tlstriage({"report", file("csv"), "--cause", "server_silent"});
    EXPECT_EQ(missing.status, 1);
    EXPECT_NE(missing.err.find("evidence.bin: can't be opened"), std::string::npos) << missing.err;
}

}  // namespace
}  // namespace tlstriage::test
