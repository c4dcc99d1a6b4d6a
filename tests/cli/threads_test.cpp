// The program's files, byte by byte, whatever the number of threads. Worth most under
// ThreadSanitizer (tools/check_sanitizers).
#include <gtest/gtest.h>

#include <map>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// Name -> bytes of all files of a run but run.json, which has times in it.
using Files = std::map<std::string, std::string>;

Files analyse_with(const std::string& threads) {
    const ScratchFolder folder;
    std::vector<std::string> command{built_program("TLSTRIAGE_PROGRAM"), "analyze",
                                     source_root() / "pcaps", small_mixed().path,
                                     small_mixed_pcapng().path};
    if (std::filesystem::exists(corpus_folder() / "files"))
        command.push_back(corpus_folder() / "files");
    command.insert(command.end(), {"-o", folder.path(), "--threads", threads, "--trust-store",
                                   "system", "--all-flows", "-q"});
    const Finished finished = run_program(command);
    constexpr int partly = 3;  // some captures are damaged
    EXPECT_TRUE(finished.status == 0 || finished.status == partly)
        << threads << " threads: status " << finished.status << "\n"
        << finished.err;
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        files[entry.path().filename()] = read_file(entry.path());
    EXPECT_EQ(files.erase("run.json"), 1U);
    return files;
}

TEST(Program, WritesTheSameForAnyNumberOfThreads) {
    const Files serial = analyse_with("1");
    EXPECT_GE(serial.size(), 5U);
    for (const char* const threads : {"2", "4", "16"}) {
        const Files parallel = analyse_with(threads);
        ASSERT_EQ(parallel.size(), serial.size());
        for (const auto& [name, bytes] : serial)
            EXPECT_TRUE(parallel.at(name) == bytes) << name << ", " << threads << " threads";
    }
}

}  // namespace
}  // namespace tlstriage::test
