// The answer does not depend on threads, on how the bytes come in, or on where they are cut.
#include <gtest/gtest.h>

#include <map>

#include "support/analysis.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

using dataplane::Grouping;
using dataplane::RunPlan;

/// What is analysed each time: all captures of pcaps/, and generated ones that fill many windows.
std::vector<std::string> inputs() {
    return {source_root() / "pcaps", small_mixed().path, small_mixed_pcapng().path};
}

RunPlan separate() {
    RunPlan plan;
    plan.grouping = Grouping::separate;
    return plan;
}

const Analysis& plain() {
    static const Analysis analysis = analyse(inputs(), separate());
    return analysis;
}

TEST(Run, HasRowsToCompare) {
    EXPECT_GT(plain().flows.rows().size(), 600U);
}

TEST(Run, IsTheSameForAnyNumberOfThreads) {
    for (const unsigned threads : {2U, 4U, 16U}) {
        RunPlan plan = separate();
        plan.threads = threads;
        EXPECT_TRUE(analyse(inputs(), plan).csv == plain().csv) << threads << " threads";
    }
}

TEST(Run, IsTheSameAsOneArchiveForAnyNumberOfThreads) {
    RunPlan plan;
    plan.grouping = Grouping::one_archive;
    const Analysis serial = analyse(inputs(), plan);
    plan.threads = 4;
    EXPECT_TRUE(analyse(inputs(), plan).csv == serial.csv);
}

/// Little memory takes flows from the table in the middle of their handshakes. It may make them
/// incomplete, but not wrong, and the number of threads does not choose which.
TEST(Run, WithLittleMemoryKnowsLessAndNothingFalse) {
    const std::string& trace = generated({"--profile", "short", "--flows", "4000", "--concurrency",
                                          "3000", "--failures", "0.3", "--disorder", "0"})
                                   .path;
    const auto key = [](const CsvTable& table, const CsvTable::Row& row) {
        return table.cell(row, "client_ip") + " " + table.cell(row, "client_port");
    };
    const Analysis whole = analyse({trace});
    std::map<std::string, const CsvTable::Row*> right;
    for (const CsvTable::Row& row : whole.flows.rows())
        right[key(whole.flows, row)] = &row;
    RunPlan plan;
    plan.limits.memory = std::size_t{4} << 20U;
    const Analysis little = analyse({trace}, plan);
    const std::uint64_t evicted = little.result.facts.shards.flows_evicted;
    EXPECT_GT(evicted, 500U);
    std::size_t rows_of_evicted = 0;
    for (const CsvTable::Row& row : little.flows.rows()) {
        const std::string& outcome = little.flows.cell(row, "outcome");
        rows_of_evicted += little.flows.cell(row, "cause") == "evicted" ? 1 : 0;
        if (outcome == "incomplete") continue;
        // What came after an eviction begins another row, which may have seen the end.
        const CsvTable::Row& whole_row = *right.at(key(little.flows, row));
        for (const char* const column : {"outcome", "cause", "actor"}) {
            EXPECT_EQ(little.flows.cell(row, column), whole.flows.cell(whole_row, column))
                << key(little.flows, row);
        }
    }
    EXPECT_GT(rows_of_evicted, 500U);
    plan.threads = 4;
    EXPECT_TRUE(analyse({trace}, plan).csv == little.csv);
}

TEST(Run, IsTheSameMappedAndStreamed) {
    RunPlan plan = separate();
    plan.map = false;
    EXPECT_TRUE(analyse(inputs(), plan).csv == plain().csv);
}

TEST(Run, IsTheSameForEveryShapeOfWindow) {
    for (const std::size_t window : {std::size_t{64} << 10U, std::size_t{1} << 20U}) {
        for (const unsigned chains : {1U, 2U, 5U, 8U}) {
            for (const unsigned threads : {1U, 3U}) {
                RunPlan plan = separate();
                plan.shape = {window, 4096, chains};
                plan.threads = threads;
                EXPECT_TRUE(analyse(inputs(), plan).csv == plain().csv)
                    << "window " << window << ", chains " << chains << ", threads " << threads;
            }
        }
    }
}

/// Windows so small that each size cuts records at other places.
TEST(Run, IsTheSameForTinyWindows) {
    const std::vector<std::string> few{source_root() / "pcaps/ok_tls12/capture.pcap",
                                       source_root() / "pcaps/ok_tls13_hello_retry/capture.pcapng",
                                       source_root() / "pcaps/ok_tls12_chain_in_segments"};
    const Analysis whole = analyse(few, separate());
    ASSERT_EQ(whole.flows.rows().size(), 3U);
    for (std::size_t window = 32; window < 4000; window += 53) {
        RunPlan plan = separate();
        plan.shape = {window, 1, 3};
        for (const unsigned threads : {1U, 3U}) {
            plan.threads = threads;
            EXPECT_TRUE(analyse(few, plan).csv == whole.csv)
                << "window " << window << ", threads " << threads;
        }
    }
}

/// `tlstriage analyze -` with the file's bytes on standard input.
CsvTable analyse_pipe(const std::string& file) {
    const ScratchFolder folder;
    const Finished finished = run_program(
        {built_program("TLSTRIAGE_PROGRAM"), "analyze", "-", "-q", "-o", folder.path()}, file);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return read_csv(folder.path() / "flows.csv");
}

TEST(RunPipe, IsTheSameFromAFile) {
    for (const std::string& file :
         {small_mixed().path, small_mixed_pcapng().path,
          (source_root() / "pcaps/sni_rejected_nginx/capture.pcap.gz").string(),
          (source_root() / "pcaps/certificate_expired_tls13/capture.pcapng.zst").string()}) {
        const CsvTable table = analyse_pipe(file);
        EXPECT_GE(table.rows().size(), 1U);
        EXPECT_TRUE(rows_without(table, "file") == rows_without(analyse({file}).flows, "file"))
            << file;
    }
}

}  // namespace
}  // namespace tlstriage::test
