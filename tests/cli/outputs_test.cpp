// Which files the program writes, as typed; and merge from the command line.
#include <gtest/gtest.h>

#include <set>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"

namespace tlstriage::test {
namespace {

Finished tlstriage(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("TLSTRIAGE_PROGRAM"));
    return run_program(arguments);
}

std::string capture() {
    return capture_in(source_root() / "pcaps/certificate_expired_tls12");
}

std::set<std::string> files_in(const std::filesystem::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.insert(entry.path().filename());
    return names;
}

using Names = std::set<std::string>;
const Names all_files{"flows.csv", "summary.csv",  "servers.csv", "certificates.csv",
                      "dns.csv",   "evidence.bin", "run.json"};

TEST(Outputs, AllFilesUnlessSomeAreLeftOut) {
    const ScratchFolder all;
    EXPECT_EQ(tlstriage({"analyze", capture(), "-o", all.path()}).status, 0);
    EXPECT_EQ(files_in(all.path()), all_files);
    const ScratchFolder without;
    EXPECT_EQ(tlstriage({"analyze", capture(), "-o", without.path(), "--no-evidence"}).status, 0);
    Names fewer = all_files;
    fewer.erase("evidence.bin");
    EXPECT_EQ(files_in(without.path()), fewer);
    for (const auto& name : fewer) {
        if (name == "run.json") continue;  // it tells times
        EXPECT_EQ(read_file(without.path() / name), read_file(all.path() / name)) << name;
    }
}

TEST(Outputs, OnlyTheFilesThatAreNamed) {
    const ScratchFolder all;
    const ScratchFolder folder;
    tlstriage({"analyze", capture(), "-o", all.path()});
    const Finished finished =
        tlstriage({"analyze", capture(), "-o", folder.path(), "--only", "summary,certificates"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(files_in(folder.path()), (Names{"summary.csv", "certificates.csv"}));
    EXPECT_NE(finished.out.find(": summary, certificates\n"), std::string::npos) << finished.out;
    for (const char* const name : {"summary.csv", "certificates.csv"})
        EXPECT_EQ(read_file(folder.path() / name), read_file(all.path() / name));
    EXPECT_EQ(tlstriage({"analyze", capture(), "-o", folder.path(), "--only", "rows"}).status, 2);
    EXPECT_EQ(tlstriage({"analyze", capture(), "--only", "flows"}).status, 2);
}

TEST(Outputs, MergeSaysWhatItCannotRead) {
    const ScratchFolder folder;
    tlstriage({"analyze", capture(), "-o", folder.path(), "--no-evidence"});
    const Finished missing = tlstriage({"merge", folder.path()});
    EXPECT_EQ(missing.status, 1);
    EXPECT_NE(missing.err.find("evidence.bin: can't be opened"), std::string::npos) << missing.err;
    write_file(folder.path() / "evidence.bin", std::string(1000, 'x'));
    const Finished wrong = tlstriage({"merge", folder.path()});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_NE(wrong.err.find("is no evidence.bin"), std::string::npos) << wrong.err;
    EXPECT_EQ(tlstriage({"merge"}).status, 2);
}

TEST(Outputs, MergingARunTwiceIsMergingItOnce) {
    const ScratchFolder folder;
    const ScratchFolder out;
    tlstriage({"analyze", capture(), "-o", folder.path()});
    EXPECT_EQ(tlstriage({"merge", folder.path(), folder.path(), "-o", out.path()}).status, 0);
    EXPECT_EQ(files_in(out.path()), all_files);
    for (const char* const name : {"flows.csv", "summary.csv", "servers.csv", "certificates.csv"})
        EXPECT_EQ(read_file(folder.path() / name), read_file(out.path() / name)) << name;
}

}  // namespace
}  // namespace tlstriage::test
