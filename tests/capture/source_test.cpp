// The same bytes by every way in: mapped, streamed, compressed, piped, in a tar.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "base/scratch_folder.h"
#include "capture/inputs.h"
#include "capture_bytes.h"
#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

namespace fs = std::filesystem;

class Sources : public ::testing::Test {
  protected:
    std::string put(const std::string& name, const Buffer& bytes) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream file(folder / name, std::ios::binary);
        file.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
        return (folder / name).string();
    }
    static Buffer get(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static bool shell(const std::string& command) { return std::system(command.c_str()) == 0; }
    static bool has(const std::string& tool) { return shell("command -v " + tool + " >/dev/null"); }

    /// All bytes of a source in windows of `want`.
    static Buffer drain(Source& source, std::size_t want) {
        Buffer all;
        for (;;) {
            const Bytes window = source.window(want);
            EXPECT_EQ(source.position(), all.size());
            if (window.empty()) return all;
            const std::size_t step = window.size() < want ? window.size() : window.size() / 2 + 1;
            all.insert(all.end(), window.begin(), window.begin() + static_cast<long>(step));
            source.advance(step);
        }
    }

    /// A capture that compresses neither well nor badly.
    static Buffer big_capture(std::uint32_t packets) {
        std::mt19937 random(5);
        Buffer all = pcap_header();
        for (std::uint32_t i = 0; i < packets; ++i) {
            PcapRecord record;
            record.seconds += i;
            record.data = payload(random() % 900);
            for (std::size_t j = 0; j < record.data.size(); j += 3) {
                record.data[j] = static_cast<std::uint8_t>(random() % 16);
            }
            const Buffer bytes = pcap_record(record);
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        return all;
    }

    ScratchFolder scratch;
    fs::path folder = scratch.path();
};

TEST_F(Sources, MappedAndStreamedAlike) {
    const Buffer bytes = big_capture(2000);
    const std::string path = put("a.pcap", bytes);
    for (const bool map : {true, false}) {
        for (const std::size_t want : {std::size_t{1} << 30U, std::size_t{70'001}}) {
            const auto source = open({path, ""}, {map});
            EXPECT_EQ(source->stored_size(), bytes.size());
            EXPECT_EQ(drain(*source, want), bytes);
            EXPECT_EQ(source->stored_position(), bytes.size());
            EXPECT_EQ(source->error(), "");
        }
    }
}

/// What is kept stays as it was, whatever is read behind it and however much at a time.
TEST_F(Sources, KeepsWhatIsAskedFor) {
    const Buffer bytes = big_capture(2000);
    const std::string path = put("a.pcap", bytes);
    struct Kept {
        std::shared_ptr<const void> handle;
        Bytes window;
        std::size_t offset;
    };
    for (const bool map : {true, false}) {
        std::mt19937 random(3);
        const auto source = open({path, ""}, {map});
        std::vector<Kept> all_kept;
        for (std::size_t position = 0; position < bytes.size();) {
            const Bytes window = source->window(1000 + random() % 9000);
            ASSERT_FALSE(window.empty());
            ASSERT_TRUE(std::ranges::equal(window, Bytes(bytes).subspan(position, window.size())));
            if (random() % 2 == 0) all_kept.push_back({source->keep(), window, position});
            if (random() % 3 == 0) all_kept.clear();
            for (const Kept& kept : all_kept) {
                EXPECT_EQ(kept.handle == nullptr, map);
                EXPECT_TRUE(std::ranges::equal(
                    kept.window, Bytes(bytes).subspan(kept.offset, kept.window.size())));
            }
            const std::size_t step = random() % (window.size() + 1);
            source->advance(step);
            position += step;
        }
    }
}

/// Two buffers in turn, not another one for each window.
TEST_F(Sources, UsesBuffersAgain) {
    const Buffer bytes = big_capture(2000);
    const auto source = open({put("a.pcap", bytes), ""}, {false});
    std::set<const void*> buffers;
    std::shared_ptr<const void> present;
    for (int i = 0; i < 50; ++i) {
        source->advance(source->window(10'000).size() - 100);
        present = source->keep();
        buffers.insert(present.get());
    }
    EXPECT_EQ(buffers.size(), 2U);
}

TEST_F(Sources, FileCutWhileMapped) {
    const std::string path = put("a.pcap", big_capture(2000));
    const auto source = open({path, ""});
    source->advance(source->window(1000).size());
    fs::resize_file(path, 5000);
    EXPECT_EQ(source->window(1U << 20U).size(), 4000U);
    EXPECT_EQ(source->error(), "the file was cut while it was read");
}

struct Tool {
    std::string name;
    std::string ending;
};

const std::vector<Tool> tools{
    {"gzip", ".gz"}, {"zstd", ".zst"}, {"xz", ".xz"}, {"lz4", ".lz4"}, {"bzip2", ".bz2"}};

TEST_F(Sources, CompressedByEveryTool) {
    const Buffer bytes = big_capture(1500);
    const std::string plain = put("a.pcap", bytes);
    const Buffer first(bytes.begin(), bytes.begin() + 100'000);
    const Buffer second(bytes.begin() + 100'000, bytes.end());
    put("1", first);
    put("2", second);
    for (const Tool& tool : tools) {
        SCOPED_TRACE(tool.name);
        if (!has(tool.name)) {
            ADD_FAILURE() << "TOOL MISSING: " << tool.name << " is not installed";
            continue;
        }
        const std::string at = folder.string();
        // No ending: content alone counts. Two members one behind the other are one trace.
        ASSERT_TRUE(shell(tool.name + " -1c <" + plain + " >" + at + "/packed"));
        ASSERT_TRUE(shell("(" + tool.name + " -1c <" + at + "/1; " + tool.name + " -1c <" + at +
                          "/2) >" + at + "/members"));
        for (const char* const name : {"/packed", "/members"}) {
            const auto source = open({at + name, ""});
            EXPECT_TRUE(drain(*source, 300'001) == bytes) << name;
            EXPECT_EQ(source->error(), "");
            EXPECT_EQ(source->stored_size(), fs::file_size(at + name));
        }
        ASSERT_TRUE(shell("gzip -c <" + at + "/packed >" + at + "/twice"));
        EXPECT_TRUE(drain(*open({at + "/twice", ""}), 1U << 20U) == bytes);
    }
}

TEST_F(Sources, CompressedAndCutGivesWhatTheToolGives) {
    for (const std::uint32_t packets : {60U, 1500U}) {
        const Buffer bytes = big_capture(packets);
        const std::string plain = put("a.pcap", bytes);
        const std::string at = folder.string();
        for (const Tool& tool : tools) {
            if (!has(tool.name)) continue;
            SCOPED_TRACE(tool.name);
            ASSERT_TRUE(shell(tool.name + " -1c <" + plain + " >" + at + "/packed"));
            const Buffer packed = get(at + "/packed");
            for (const std::size_t part : {1U, 3U, 5U, 7U, 9U}) {
                const Buffer cut(packed.begin(),
                                 packed.begin() + static_cast<long>(packed.size() * part / 10));
                const std::string path = put("cut", cut);
                (void)shell(tool.name + " -dc <" + path + " >" + at + "/theirs 2>/dev/null");
                const auto source = open({path, ""});
                const Buffer ours = drain(*source, 1U << 20U);
                EXPECT_NE(source->error(), "");
                EXPECT_GE(ours.size(), get(at + "/theirs").size()) << part;
                EXPECT_TRUE(std::equal(ours.begin(), ours.end(), bytes.begin()));
            }
        }
    }
}

TEST_F(Sources, CorruptStreamStopsWithItsReason) {
    const Buffer bytes = big_capture(1500);
    const std::string plain = put("a.pcap", bytes);
    const std::string at = folder.string();
    for (const Tool& tool : tools) {
        if (!has(tool.name)) continue;
        SCOPED_TRACE(tool.name);
        ASSERT_TRUE(shell(tool.name + " -1c <" + plain + " >" + at + "/packed"));
        Buffer packed = get(at + "/packed");
        for (std::size_t i = 0; i < 64; ++i)
            packed[packed.size() / 2 + i] ^= 0x5aU;
        const auto source = open({put("corrupt", packed), ""});
        const Buffer ours = drain(*source, 1U << 20U);
        EXPECT_NE(source->error(), "");
        constexpr std::size_t good = 100'000;  // of 700 kB, spoilt in the middle
        ASSERT_GE(ours.size(), good);
        EXPECT_TRUE(
            std::equal(ours.begin(), ours.begin() + static_cast<long>(good), bytes.begin()));
    }
}

TEST_F(Sources, MembersOfATar) {
    const Buffer one = big_capture(100);
    PcapRecord early;
    early.seconds -= 1000;
    const Buffer two = pcap_header() + pcap_record(early);
    put("t/one.pcap", one);
    put("t/deep/two.pcap", two);
    put("t/README", payload(10));
    const std::string at = folder.string();
    ASSERT_TRUE(shell("gzip -k " + at + "/t/one.pcap"));
    ASSERT_TRUE(shell("tar -C " + at + " -cf " + at + "/all.tar t && gzip -k " + at + "/all.tar"));
    for (const std::string name : {"/all.tar", "/all.tar.gz"}) {
        const Inputs inputs = collect({at + name});
        ASSERT_EQ(inputs.traces.size(), 3U);
        EXPECT_TRUE(inputs.problems.empty());
        EXPECT_EQ(inputs.ignored, std::vector<std::string>{at + name + "!t/README"});
        EXPECT_EQ(inputs.traces[0].input.name(), at + name + "!t/deep/two.pcap");
        EXPECT_EQ(inputs.traces[0].first_packet, seconds(1'700'000'000 - 1000) + 5'000);
        EXPECT_TRUE(drain(*open(inputs.traces[0].input), 1000) == two);
        EXPECT_TRUE(drain(*open(inputs.traces[1].input), 1000) == one);
        EXPECT_TRUE(drain(*open(inputs.traces[2].input), 1000) == one);
        EXPECT_THROW((void)open({at + name, ""}), std::system_error);
        EXPECT_THROW((void)open({at + name, "none"}), std::system_error);
    }
}

/// Runs `look` with standard input from a shell command.
template <class Look>
void with_input(const std::string& command, Look look) {
    FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    const int saved = ::dup(0);
    ::dup2(::fileno(pipe), 0);
    look();
    ::dup2(saved, 0);
    ::close(saved);
    ::pclose(pipe);
}

TEST_F(Sources, StandardInputThatCanBeReadOnce) {
    const Buffer bytes = big_capture(1000);
    put("a.pcap", bytes);
    const std::string at = folder.string();
    ASSERT_TRUE(shell("tar -C " + at + " -cf " + at + "/a.tar a.pcap"));
    const auto whole = [&](const std::string& member) {
        const Inputs inputs = collect({"-", "-"});
        ASSERT_EQ(inputs.traces.size(), 1U);
        EXPECT_EQ(inputs.traces[0].input.member, member);
        EXPECT_EQ(inputs.traces[0].first_packet, seconds(1'700'000'000) + 5'000);
        EXPECT_TRUE(drain(*open(inputs.traces[0].input), 70'000) == bytes);
    };
    with_input("cat " + at + "/a.pcap", [&] { whole(""); });
    with_input("gzip -c " + at + "/a.pcap", [&] { whole(""); });
    with_input("xz -c " + at + "/a.pcap", [&] { whole(""); });
    with_input("cat " + at + "/a.tar", [&] { whole("a.pcap"); });
    with_input("gzip -c " + at + "/a.tar", [&] { whole("a.pcap"); });
    with_input("true", [&] { EXPECT_EQ(collect({"-"}).problems.size(), 1U); });
    with_input("gzip -c " + at + "/a.pcap", [&] { drain(*open({"-", ""}), 1000); });
    ASSERT_TRUE(shell("mkfifo " + at + "/fifo; cat " + at + "/a.pcap >" + at + "/fifo &"));
    const Inputs inputs = collect({at + "/fifo"});
    ASSERT_EQ(inputs.traces.size(), 1U);
    EXPECT_TRUE(drain(*open(inputs.traces[0].input), 70'000) == bytes);
}

TEST_F(Sources, StandardInputThatIsAFile) {
    const Buffer bytes = big_capture(1000);
    const std::string path = put("a.pcap", bytes);
    const int file = ::open(path.c_str(), O_RDONLY);
    const int saved = ::dup(0);
    ::dup2(file, 0);
    EXPECT_EQ(collect({"-", path}).traces.size(), 1U);
    for (const bool map : {true, false}) {
        EXPECT_TRUE(drain(*open({"-", ""}, {map}), 70'000) == bytes);
    }
    ::dup2(saved, 0);
    ::close(saved);
    ::close(file);
}

TEST_F(Sources, MissingFile) {
    try {
        (void)open({"/nonexistent/a.pcap", ""});
        FAIL();
    } catch (const std::system_error& trouble) {
        EXPECT_NE(std::string(trouble.what()).find("/nonexistent/a.pcap"), std::string::npos);
    }
    EXPECT_THROW((void)open({folder.string(), ""}), std::system_error);
}

}  // namespace
}  // namespace tlstriage::capture::test
