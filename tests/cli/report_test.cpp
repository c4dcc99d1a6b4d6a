// tlstriage report, as a person runs it.
#include <gtest/gtest.h>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"

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

}  // namespace
}  // namespace tlstriage::test
