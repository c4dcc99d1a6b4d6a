// evidence.bin: what was written comes back, and damage is told, not believed.
#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "record/merge.h"
#include "report/flow_report.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// A run of a few flows with lookups and certificates.
std::string small_run() {
    static const ScratchFolder folder;
    static const bool written = [] {
        const std::string cases = source_root() / "pcaps";
        Analysis analysis =
            analyse({cases + "/certificate_expired_tls12", cases + "/dns_cname_chain"});
        record::write_run(folder.path(), {}, analysis.result.facts,
                          analysis.result.engine->records(), {}, engine::run_serially);
        return true;
    }();
    (void)written;
    return folder.path();
}

/// The message that loading `folder` throws; empty when it loads.
std::string complaint(const std::filesystem::path& folder) {
    try {
        record::Pool pool;
        record::load_run(folder, pool);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

std::string judged_again(const std::filesystem::path& folder) {
    record::Pool pool;
    const record::RecordedRun run = record::load_run(folder, pool);
    const ScratchFolder out;
    const std::vector<std::string> files = record::file_names(run.facts);
    report::FlowReport flows(files, out.path(), report::TableFormat::csv, 1);
    engine::judge(run.records(), {}, engine::run_serially, flows.handlers());
    flows.finish();
    return read_file(out.path() / "flows.csv");
}

TEST(Record, JudgedAgainIsJudgedTheSame) {
    const ScratchFolder folder;
    Analysis analysis = analyse({small_mixed().path});
    record::write_run(folder.path(), {}, analysis.result.facts, analysis.result.engine->records(),
                      {}, engine::run_serially);
    EXPECT_EQ(judged_again(folder.path()), analysis.csv);
}

TEST(Record, BytesDoNotDependOnThreads) {
    const ScratchFolder one;
    const ScratchFolder four;
    dataplane::RunPlan plan;
    plan.threads = 4;
    const dataplane::Executor executor(4);
    for (const bool parallel : {false, true}) {
        Analysis analysis = analyse({small_mixed().path}, parallel ? plan : dataplane::RunPlan{});
        record::write_run((parallel ? four : one).path(), {}, analysis.result.facts,
                          analysis.result.engine->records(), {},
                          parallel ? executor.parallel() : engine::run_serially);
    }
    EXPECT_EQ(read_file(one.path() / record::file_name),
              read_file(four.path() / record::file_name));
}

TEST(Record, CutAnywhereIsRefused) {
    const std::string whole = read_file(std::filesystem::path(small_run()) / record::file_name);
    ASSERT_GT(whole.size(), 1000U);
    ASSERT_EQ(complaint(small_run()), "");
    const ScratchFolder folder;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(folder.path() / record::file_name, whole.substr(0, size));
        EXPECT_NE(complaint(folder.path()).find("evidence.bin: is not whole"), std::string::npos)
            << size << complaint(folder.path());
    }
    write_file(folder.path() / record::file_name, whole + 'x');
    EXPECT_NE(complaint(folder.path()).find("is not whole"), std::string::npos);
}

TEST(Record, AnyChangedByteIsToldAsDamage) {
    const std::string whole = read_file(std::filesystem::path(small_run()) / record::file_name);
    const ScratchFolder folder;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
        write_file(folder.path() / record::file_name, changed);
        const std::string told = complaint(folder.path());
        EXPECT_TRUE(told.find("is damaged") != std::string::npos ||
                    told.find("is no evidence.bin") != std::string::npos)
            << i << ' ' << told;
    }
}

TEST(Record, OlderVersionIsToldAsSuch) {
    std::string file = read_file(std::filesystem::path(small_run()) / record::file_name);
    constexpr std::size_t version_at = 8;
    constexpr std::size_t checksum_at = 24;
    ASSERT_EQ(file[version_at], 2);
    file[version_at] = 1;
    const std::uint64_t checksum = XXH3_64bits(file.data(), checksum_at);
    std::memcpy(file.data() + checksum_at, &checksum, sizeof(checksum));
    const ScratchFolder folder;
    write_file(folder.path() / record::file_name, file);
    EXPECT_NE(complaint(folder.path())
                  .find("evidence.bin: was written by another version of tlstriage; analyze the "
                        "captures again"),
              std::string::npos);
}

TEST(Record, MissingIsToldWithItsPath) {
    const ScratchFolder folder;
    EXPECT_NE(complaint(folder.path()).find(folder.file("evidence.bin") + ": can't be opened"),
              std::string::npos);
}

}  // namespace
}  // namespace tlstriage::test
