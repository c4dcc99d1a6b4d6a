// Cut and bent captures: no crash, no hang, and every frame is accounted for. Worth most under
// sanitizers (see tests/meson.build). TLSTRIAGE_ROUNDS sets how many of each; the long suite does.
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <random>

#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// Far more than an analysis of a small capture takes, under sanitizers on a slow machine too.
constexpr auto hang = std::chrono::seconds(30);

unsigned rounds() {
    const char* const given = std::getenv("TLSTRIAGE_ROUNDS");
    return given != nullptr ? static_cast<unsigned>(std::stoul(given)) : 300;
}

/// Analyses spoilt bytes, and checks what must hold whatever they are.
void analyse_spoilt(const ScratchFolder& folder, const std::string& bytes, unsigned round) {
    const std::string path = folder.file("spoilt");
    write_file(path, bytes);
    dataplane::RunPlan plan;
    plan.map = round % 2 == 0;
    plan.shape = {std::size_t{4096} << round % 3, 512, 1 + round % 4};
    const auto begin = std::chrono::steady_clock::now();
    const auto inputs = capture::collect({path});
    const dataplane::Executor executor(1);
    const auto facts = dataplane::run(plan, inputs, executor, {}).facts;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, hang);
    const auto& outcomes = facts.outcomes;
    EXPECT_LE(std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0}), facts.frames);
    if (facts.frames > 0 && bytes[0] != 0x0a) {  // pcapng has frames without a packet
        EXPECT_EQ(std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0}),
                  facts.frames);
    }
}

/// Small captures of all kinds; compressed ones have a test of their own reader.
std::vector<std::string> originals() {
    std::vector<std::string> originals;
    for (const std::string& name : case_names())
        originals.push_back(read_file(capture_in(source_root() / "pcaps" / name)));
    return originals;
}

class Robustness : public testing::Test {
  protected:
    /// Spoils originals by turns.
    template <class Spoil>
    void spoil_all(unsigned seed, Spoil spoil) {
        std::mt19937 random(seed);
        const auto sources = originals();
        for (unsigned round = 0; round < rounds(); ++round) {
            const std::size_t which = random() % sources.size();
            std::string bytes = sources[which];
            SCOPED_TRACE(case_names()[which] + ", round " + std::to_string(round));
            spoil(bytes, random);
            analyse_spoilt(folder_, bytes, round);
            if (HasFailure()) {
                write_file("spoilt-" + std::to_string(seed), bytes);
                return;
            }
        }
    }
    ScratchFolder folder_;
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
            SCOPED_TRACE(std::string(name) + ", length " + std::to_string(length));
            analyse_spoilt(folder_, whole.substr(0, length), static_cast<unsigned>(length));
        }
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
