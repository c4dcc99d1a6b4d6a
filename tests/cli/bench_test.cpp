// tlstriage bench: that its paths agree, that it notices when they should not, and its two forms.
// What it measures is not looked at: machines differ.
#include <gtest/gtest.h>

#include <set>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

Finished bench(const std::string& trace, std::vector<std::string> options = {}) {
    std::vector<std::string> command{
        built_program("TLSTRIAGE_PROGRAM"), "bench", trace, "--repeat", "1", "--threads", "2"};
    command.insert(command.end(), options.begin(), options.end());
    return run_program(command);
}

TEST(ProgramBench, MeasuresEachStageOfBothPathsOnOneAndTwoThreads) {
    const Finished finished = bench(small_mixed().path, {"--csv"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    const CsvTable table(finished.out);
    std::set<std::string> found;
    for (const auto& row : table.rows()) {
        const auto cell = [&](const char* column) { return table.cell(row, column); };
        found.insert(cell("path") + "/" + cell("stage") + "/" + cell("threads"));
        EXPECT_GT(std::stod(cell("packets_per_second")), 0) << cell("stage");
        EXPECT_EQ(cell("answers"), cell("path") == "limit" ? "" : "right");
    }
    for (const char* const threads : {"1", "2"}) {
        for (const char* const stage :
             {"file/walk, decode, scatter/", "file/shards/", "file/judge/", "file/judge and write/",
              "file/whole/", "live/poll, decode, scatter/", "live/shards/", "live/whole/"}) {
            EXPECT_TRUE(found.contains(std::string(stage) + threads)) << stage << threads;
        }
    }
    EXPECT_TRUE(found.contains("limit/walk over the records/1"));
    EXPECT_TRUE(found.contains("limit/read() of 1 MiB (cat)/1"));
}

TEST(ProgramBench, CountsThePacketsOfACompressedTrace) {
    const auto capture = capture_in(source_root() / "pcaps" / "ok_tls13_http2");
    const ScratchFolder folder;
    const std::string packed = folder.file("capture.gz");
    const Finished gzip =
        run_program({"/bin/sh", "-c", "gzip -c \"$0\" > \"$1\"", capture, packed});
    ASSERT_EQ(gzip.status, 0) << gzip.err;
    const Finished finished = bench(packed, {"--csv"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    const CsvTable table(finished.out);
    ASSERT_FALSE(table.rows().empty());
    EXPECT_EQ(table.cell(table.rows().front(), "packets"), "19");  // tshark -r | wc -l
}

TEST(ProgramBench, ShowsATableWithTheVerdicts) {
    const Finished finished = bench(small_mixed().path);
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.out.find("the same in each of 4 runs and equal to the trace's truth"),
              std::string::npos)
        << finished.out;
    EXPECT_NE(finished.out.find("cycles/packet"), std::string::npos);
}

TEST(ProgramBench, FailsWhenTheVerdictsAreNotTheTruth) {
    const ScratchFolder folder;
    const std::string trace = folder.file("trace.pcap");
    write_file(trace, read_file(small_mixed().path));
    std::string truth = read_file(small_mixed().truth);
    const std::size_t ok = truth.find(",ok,");
    ASSERT_NE(ok, std::string::npos);
    write_file(folder.file("trace.truth.csv"), truth.replace(ok, 4, ",failed,"));
    const Finished finished = bench(trace);
    EXPECT_EQ(finished.status, 1) << finished.out;
    EXPECT_NE(finished.out.find("NOT those of the truth"), std::string::npos) << finished.out;
}

TEST(ProgramBench, SaysWhatItCannotReplay) {
    const ScratchFolder folder;
    EXPECT_EQ(bench(folder.file("missing.pcap")).status, 3);
    EXPECT_EQ(bench(source_root() / "pcaps").status, 2);
    write_file(folder.file("empty.pcap"), read_file(small_mixed().path).substr(0, 24));
    EXPECT_EQ(bench(folder.file("empty.pcap")).status, 3);
    write_file(folder.file("cut.pcap"), read_file(small_mixed().path).substr(0, 5001));
    const Finished cut = bench(folder.file("cut.pcap"));
    EXPECT_EQ(cut.status, 3) << cut.out << cut.err;
}

}  // namespace
}  // namespace tlstriage::test
