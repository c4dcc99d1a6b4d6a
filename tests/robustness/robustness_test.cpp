// Cut and bent captures: no crash, no hang, and every frame is accounted for. Worth most under
// sanitizers (see tests/meson.build). TLSTRIAGE_ROUNDS sets how many of each; the long suite does.
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <random>

#include "capture/walk.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// Far more than an analysis of a small capture takes, under sanitizers on a slow machine too.
constexpr auto hang = std::chrono::seconds(30);

unsigned rounds() {
    const char* const given = std::getenv("TLSTRIAGE_ROUNDS");
    return given != nullptr ? static_cast<unsigned>(std::stoul(given)) : 400;
}

/// Frames and packets that a serial walk finds. Where it goes on behind damage depends on how much
/// it sees of what follows, so that its windows are those of the run.
capture::WalkResult walk_serially(const capture::Input& input, std::size_t window) {
    return capture::walk(
        *capture::open(input), [](const capture::Record&, std::uint64_t, std::uint64_t) {}, window);
}

/// Spoilt captures, analysed many at a time since a run's start costs more than they do.
class Robustness : public testing::Test {
  protected:
    void add(const std::string& bytes) {
        write_file(folder_.file("spoilt" + std::to_string(count_)), bytes);
        if (++count_ == batch) analyse_all();
    }

    /// Analyses what was added, and checks what must hold whatever it is.
    void analyse_all() {
        std::vector<std::string> files;
        for (; count_ > 0; --count_)
            files.push_back(folder_.file("spoilt" + std::to_string(count_ - 1)));
        const auto inputs = capture::collect(files);
        dataplane::RunPlan plan;
        plan.grouping = dataplane::Grouping::separate;
        plan.map = ++runs_ % 2 == 0;
        plan.shape = {std::size_t{4096} << runs_ % 3, 512, 1 + runs_ % 4};
        const dataplane::Executor executor(1 + runs_ / 2 % 3);
        const auto begin = std::chrono::steady_clock::now();
        const auto facts = dataplane::run(plan, inputs, executor, {}).facts;
        EXPECT_LT(std::chrono::steady_clock::now() - begin, hang);
        std::uint64_t packets = 0;
        for (std::size_t i = 0; i < inputs.traces.size(); ++i) {
            const auto walked = walk_serially(inputs.traces[i].input, plan.shape.window);
            packets += walked.packets;
            EXPECT_EQ(facts.traces[i].frames, walked.frames)
                << "window " << plan.shape.window << ", chains " << plan.shape.chains
                << (plan.map ? ", mapped: " : ", streamed: ") << keep(inputs.traces[i].input.path);
        }
        EXPECT_EQ(std::accumulate(facts.outcomes.begin(), facts.outcomes.end(), std::uint64_t{0}),
                  packets);
    }

    /// Copies a file to where the test runs, for whoever looks into a failure.
    static std::string keep(const std::string& path) {
        const std::string name = "failed-" + std::filesystem::path(path).filename().string();
        std::error_code ignored;
        std::filesystem::copy_file(path, name, std::filesystem::copy_options::overwrite_existing,
                                   ignored);
        return std::filesystem::absolute(name);
    }

    /// Spoils captures of pcaps/ by turns.
    template <class Spoil>
    void spoil_all(unsigned seed, Spoil spoil) {
        std::mt19937 random(seed);
        std::vector<std::string> originals;
        for (const std::string& name : case_names())
            originals.push_back(read_file(capture_in(source_root() / "pcaps" / name)));
        for (unsigned round = 0; round < rounds() && !HasFailure(); ++round) {
            std::string bytes = originals[random() % originals.size()];
            spoil(bytes, random);
            add(bytes);
        }
        analyse_all();
    }

    static constexpr unsigned batch = 25;
    ScratchFolder folder_;  ///< a crash leaves it behind, with what caused it
    unsigned count_ = 0;
    unsigned runs_ = 0;
};

TEST_F(Robustness, CutAtAnyByte) {
    spoil_all(1, [](std::string& bytes, std::mt19937& random) {
        bytes.resize(1 + random() % bytes.size());
    });
}

TEST_F(Robustness, OneByteChanged) {
    spoil_all(2, [](std::string& bytes, std::mt19937& random) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
    });
}

TEST_F(Robustness, OneBitChanged) {
    spoil_all(3, [](std::string& bytes, std::mt19937& random) {
        char& byte = bytes[random() % bytes.size()];
        byte = static_cast<char>(byte ^ (1 << random() % 8));
    });
}

TEST_F(Robustness, ManyBytesChanged) {
    spoil_all(4, [](std::string& bytes, std::mt19937& random) {
        for (auto count = 1 + random() % 40; count > 0; --count)
            bytes[random() % bytes.size()] = static_cast<char>(random());
    });
}

TEST_F(Robustness, BytesTakenOutAndPutIn) {
    spoil_all(5, [](std::string& bytes, std::mt19937& random) {
        bytes.erase(random() % bytes.size(), random() % 200);
        bytes.insert(random() % (bytes.size() + 1), random() % 200, static_cast<char>(random()));
        if (bytes.empty()) bytes = "x";
    });
}

/// Every length of one capture of each format.
TEST_F(Robustness, EveryLength) {
    for (const char* name : {"ok_tls13_hello_retry", "alpn_mismatch_openssl", "sni_rejected_nginx",
                             "certificate_expired_tls13"}) {
        const std::string whole = read_file(capture_in(source_root() / "pcaps" / name));
        const std::size_t step = std::max<std::size_t>(1, whole.size() / rounds());
        for (std::size_t length = 1; length < whole.size(); length += step) {
            add(whole.substr(0, length));
        }
        analyse_all();
    }
}

/// A trace of a few hundred flows, with tens of places spoilt: the rest must survive.
TEST_F(Robustness, DamageCostsLittle) {
    std::string bytes = read_file(small_mixed().path);
    const auto whole = analyse({small_mixed().path});
    std::mt19937 random(6);
    for (int i = 0; i < 20; ++i)
        bytes[24 + random() % (bytes.size() - 24)] ^= 0x55;
    const std::string path = folder_.file("damaged.pcap");
    write_file(path, bytes);
    const auto damaged = analyse({path});
    EXPECT_GE(damaged.flows.rows().size() * 100, whole.flows.rows().size() * 90);
    EXPECT_GE(damaged.result.facts.frames * 100, whole.result.facts.frames * 95);
}

}  // namespace
}  // namespace tlstriage::test
