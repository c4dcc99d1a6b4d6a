// The folders of a live run: whole or not there, whatever happens to the run or to its disk.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "live/live_program.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// Sessions that begin, go well and end, over many seconds of capture time.
const GeneratedTrace& sessions() {
    return generated(
        {"--profile", "short", "--flows", "400", "--failures", "0", "--disorder", "0"});
}

std::vector<std::string> windows_command(const std::filesystem::path& folder,
                                         const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"--port", recording(sessions().path), "--every", "50ms", "-o",
                                   folder};
    words.insert(words.end(), more.begin(), more.end());
    return live_command(words);
}

void expect_all_whole(const std::filesystem::path& folder) {
    for (const auto& window : windows_in(folder))
        EXPECT_TRUE(is_whole(window)) << window;
}

TEST(LiveWindows, EachFlowIsInOne) {
    const ScratchFolder folder;
    Child run(windows_command(folder.path()));
    ASSERT_TRUE(eventually([&] { return windows_in(folder.path()).size() >= 3; })) << run.err();
    run.signal(SIGUSR1);
    run.signal(SIGTERM);
    const Finished finished = run.wait();
    EXPECT_EQ(finished.status, 0) << finished.err;
    expect_all_whole(folder.path());
    EXPECT_TRUE(leftovers_in(folder.path()).empty());
    const CsvTable flows = flows_of(windows_in(folder.path()));
    std::set<std::string> ids;
    for (const CsvTable::Row& row : flows.rows()) {
        EXPECT_TRUE(ids.insert(flows.cell(row, "flow_id")).second);
        EXPECT_EQ(flows.cell(row, "outcome"), "ok");
        EXPECT_EQ(flows.cell(row, "file"), "");
        EXPECT_EQ(flows.cell(row, "first_frame"), "");
    }
    EXPECT_EQ(ids.size(), 400U);
}

/// Windows follow one another without a gap.
TEST(LiveWindows, SpansMeet) {
    const ScratchFolder folder;
    Child run(windows_command(folder.path()));
    ASSERT_TRUE(eventually([&] { return windows_in(folder.path()).size() >= 3; })) << run.err();
    run.signal(SIGINT);
    EXPECT_EQ(run.wait().status, 0);
    std::string end;
    for (const auto& window : windows_in(folder.path())) {
        const auto span = facts_of(window)["window"];
        if (!end.empty()) {
            EXPECT_EQ(span["begin"], end) << window;
        }
        end = span["end"];
    }
}

TEST(LiveWindows, SurviveAKill) {
    const ScratchFolder folder;
    for (int times = 0; times < 3; ++times) {
        const std::size_t before = windows_in(folder.path()).size();
        Child run(windows_command(folder.path()));
        ASSERT_TRUE(eventually([&] { return windows_in(folder.path()).size() > before + 1; }))
            << run.err();
        run.signal(SIGKILL);
        EXPECT_EQ(run.wait().status, 128 + SIGKILL);
        expect_all_whole(folder.path());
    }
    // As if the last one had been killed while it wrote, and while it made room.
    const std::string half = ".20261127T225535.123Z-20261127T225635.456Z.partial";
    std::filesystem::create_directory(folder.path() / half);
    write_file(folder.path() / half / "flows.csv.partial", "flow_id,");
    write_file(folder.path() / ".notours.partial", "");
    const std::size_t before = windows_in(folder.path()).size();
    Child next(windows_command(folder.path()));
    ASSERT_TRUE(eventually([&] { return windows_in(folder.path()).size() > before; }));
    next.signal(SIGTERM);
    EXPECT_EQ(next.wait().status, 0);
    expect_all_whole(folder.path());
    EXPECT_EQ(leftovers_in(folder.path()), std::vector<std::string>{".notours.partial"});
}

TEST(LiveWindows, TheNewestAreKept) {
    const ScratchFolder folder;
    std::filesystem::create_directory(folder.path() / "mine");
    std::filesystem::create_directory(folder.path() / "20000101T000000.000Z-20000101T000100.000Z");
    Child run(windows_command(folder.path(), {"--keep", "2"}));
    ASSERT_TRUE(eventually([&] {
        const auto windows = windows_in(folder.path());
        return windows.size() == 3 && windows.back().filename() == "mine" &&
               !windows.front().filename().string().starts_with("2000");
    })) << run.err();
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait().status, 0);
    EXPECT_EQ(windows_in(folder.path()).size(), 3U);
    EXPECT_TRUE(is_whole(windows_in(folder.path()).front()));
}

TEST(LiveWindows, AFolderHasOneWriter) {
    const ScratchFolder folder;
    Child run(windows_command(folder.path()));
    ASSERT_TRUE(eventually([&] { return !windows_in(folder.path()).empty(); })) << run.err();
    const Finished second = run_program(windows_command(folder.path()));
    EXPECT_EQ(second.status, 1);
    EXPECT_NE(second.err.find("another tlstriage live writes there"), std::string::npos)
        << second.err;
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait().status, 0);
}

/// A small file system of its own, where this process may mount one.
class SmallDisk {
  public:
    SmallDisk() : mounted_(::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=8m") == 0) {}
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(SmallDisk&&) = delete;
    SmallDisk& operator=(SmallDisk&&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    void fill() const {
        constexpr std::size_t size = std::size_t{8} << 20U;
        try {
            write_file(path() / "filler", std::string(size, 'x'));
        } catch (const std::exception&) {
            return;  // full is what it should be
        }
    }
    void clear() const { std::filesystem::remove(path() / "filler"); }

  private:
    ScratchFolder folder_;
    bool mounted_;
};

TEST(LiveWindows, AFullDiskIsWaitedFor) {
    const SmallDisk disk;
    if (!disk.mounted()) GTEST_SKIP() << "SKIPPED: this process may not mount a small file system";
    std::filesystem::create_directory(disk.path() / "out");
    const std::filesystem::path out = disk.path() / "out";
    disk.fill();
    Child run(windows_command(out));
    ASSERT_TRUE(eventually([&] {
        return run.err().find("a window can't be written, and is kept") != std::string::npos;
    })) << run.err();
    EXPECT_TRUE(windows_in(out).empty());
    disk.clear();
    ASSERT_TRUE(eventually([&] {
        return run.err().find("windows can be written again") != std::string::npos;
    })) << run.err();
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait().status, 0);
    expect_all_whole(out);
    EXPECT_TRUE(leftovers_in(out).empty());
    EXPECT_EQ(flows_of(windows_in(out)).rows().size(), 400U);
}

}  // namespace
}  // namespace tlstriage::test
