// The next window is walked while the present one is consumed: the answer is as without.
#include <gtest/gtest.h>

#include <random>

#include "capture/capture_bytes.h"
#include "capture/walk.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

namespace bytes = capture::test;
using dataplane::RunPlan;

RunPlan plan_with(unsigned threads, std::size_t window, bool map) {
    RunPlan plan;
    plan.grouping = dataplane::Grouping::separate;
    plan.threads = threads;
    plan.shape = {.window = window, .least_piece = window / 8, .chains = 3};
    plan.map = map;
    return plan;
}

/// All that a run says: rows, and what was read of each trace.
std::string told(const Analysis& analysis) {
    std::string text = analysis.csv;
    for (const report::TraceFacts& trace : analysis.result.facts.traces) {
        text += trace.name + " " + std::to_string(trace.frames) + " frames of " +
                std::to_string(trace.bytes) + " bytes, dropped " + std::to_string(trace.dropped) +
                " " + trace.error + "\n";
        for (const capture::Damage& damage : trace.damage) {
            text += std::to_string(damage.offset) + "+" + std::to_string(damage.bytes) + " " +
                    damage.reason + "\n";
        }
    }
    return text;
}

void expect_same_with_threads(const std::vector<std::string>& paths, std::size_t window) {
    for (const bool map : {true, false}) {
        const std::string one = told(analyse(paths, plan_with(1, window, map)));
        for (const unsigned threads : {2U, 4U, 16U}) {
            const Analysis more = analyse(paths, plan_with(threads, window, map));
            EXPECT_TRUE(told(more) == one)
                << threads << " threads, window " << window << (map ? "" : ", streamed");
        }
    }
}

/// A trace as pcapng whose meaning changes all the time: new interfaces of other resolutions, new
/// sections, statistics, and blocks without a packet.
std::string with_control_blocks(const std::string& path) {
    using namespace bytes;
    const auto source = capture::open({path, ""});
    Buffer file = section();
    std::uint32_t interfaces = 0;
    std::size_t number = 0;
    capture::walk(*source, [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
        if (number % 1500 == 1499) {
            file = std::move(file) + section();
            interfaces = 0;
        }
        if (interfaces == 0 || number % 200 == 0) {
            // if_tsresol: 10^-6 and 10^-9 in turn.
            const auto resolution = static_cast<std::uint8_t>(interfaces % 2 == 0 ? 6 : 9);
            file = std::move(file) + interface(1, option(9, {resolution}));
            ++interfaces;
        }
        if (number % 70 == 69) {
            // Interface statistics with isb_ifdrop.
            const Buffer drops = option(5, Writer().u64(number).buffer);
            file = std::move(file) +
                   block(5, Writer().u32(interfaces - 1).u32(0).u32(0).bytes(drops).buffer);
        }
        if (number % 40 == 39) file = std::move(file) + block(0x0bad, payload(24));
        const auto time = static_cast<std::uint64_t>(record.time);
        Packet packet;
        packet.interface = interfaces - 1;
        packet.ticks = packet.interface % 2 == 0 ? time / 1000 : time;
        packet.data = Buffer(record.data, record.data + record.captured);
        packet.wire = record.wire_length;
        const Buffer encoded = enhanced_packet(packet);
        file.insert(file.end(), encoded.begin(), encoded.end());
        ++number;
    });
    return {file.begin(), file.end()};
}

/// Noise, holes and lost bytes at random places.
std::string spoilt(std::string text, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 12; ++i) {
        const std::size_t place = random() % (text.size() - 3000);
        switch (random() % 3) {
            case 0: text.erase(place, 1 + random() % 2000); break;
            case 1: text.replace(place, 1500, 1500, '\xff'); break;
            default:
                for (std::size_t j = 0; j < 64; ++j)
                    text[place + j] = static_cast<char>(random());
        }
    }
    return text;
}

TEST(WalkAhead, IsDoneForEveryWindowButTheFirst) {
    const std::vector<std::string> paths{small_mixed().path, small_mixed_pcapng().path};
    for (const bool map : {true, false}) {
        for (const unsigned threads : {2U, 16U}) {
            const auto counts = analyse(paths, plan_with(threads, 64U << 10U, map)).result.windows;
            EXPECT_GT(counts.all, 20U);
            EXPECT_EQ(counts.walked_ahead, counts.all - paths.size());
        }
    }
}

/// Without other threads it would only take memory.
TEST(WalkAhead, IsNotDoneByOneThread) {
    const capture::Inputs inputs = capture::collect({small_mixed().path});
    const dataplane::Executor executor(1);
    const auto counts =
        dataplane::run(plan_with(1, 64U << 10U, true), inputs, executor, {}).windows;
    EXPECT_GT(counts.all, 10U);
    EXPECT_EQ(counts.walked_ahead, 0U);
}

TEST(WalkAhead, ChangesNothing) {
    const ScratchFolder folder;
    write_file(folder.file("control.pcapng"), with_control_blocks(small_mixed().path));
    const std::vector<std::string> paths{small_mixed().path, small_mixed_pcapng().path,
                                         folder.file("control.pcapng")};
    for (const std::size_t window : {std::size_t{20'000}, std::size_t{64} << 10U})
        expect_same_with_threads(paths, window);
    // Control blocks are no reason for other rows.
    const Analysis plain = analyse({small_mixed().path}, plan_with(4, 64U << 10U, true));
    const Analysis control = analyse({paths.back()}, plan_with(4, 64U << 10U, true));
    EXPECT_EQ(control.flows.rows().size(), plain.flows.rows().size());
    EXPECT_GT(control.result.facts.traces[0].dropped, 0U);
}

TEST(WalkAhead, ChangesNothingForTinyWindows) {
    const ScratchFolder folder;
    const auto pcaps = source_root() / "pcaps";
    write_file(folder.file("control.pcapng"), with_control_blocks(pcaps / "ok_tls12/capture.pcap"));
    const std::vector<std::string> paths{pcaps / "ok_tls12/capture.pcap",
                                         pcaps / "ok_tls13_hello_retry/capture.pcapng",
                                         folder.file("control.pcapng")};
    for (const std::size_t window : {32U, 150U, 700U, 3001U})
        expect_same_with_threads(paths, window);
}

TEST(WalkAhead, ChangesNothingOfDamage) {
    const ScratchFolder folder;
    std::vector<std::string> paths;
    const std::vector<std::string> whole{read_file(small_mixed().path),
                                         read_file(small_mixed_pcapng().path),
                                         with_control_blocks(small_mixed().path)};
    for (unsigned seed = 0; seed < 6; ++seed) {
        paths.push_back(folder.file("spoilt" + std::to_string(seed)));
        write_file(paths.back(), spoilt(whole[seed % whole.size()], seed));
    }
    std::size_t damages = 0;
    for (const auto& trace : analyse(paths).result.facts.traces)
        damages += trace.damage.size();
    EXPECT_GT(damages, 20U);
    for (const std::size_t window : {std::size_t{9000}, std::size_t{64} << 10U})
        expect_same_with_threads(paths, window);
}

TEST(WalkAhead, ChangesNothingOfPackedTraces) {
    const ScratchFolder folder;
    std::vector<std::string> paths;
    for (const std::string tool : {"gzip", "zstd", "xz"}) {
        paths.push_back(folder.file("packed." + tool));
        ASSERT_EQ(std::system((tool + " -c <" + small_mixed().path + " >" + paths.back()).c_str()),
                  0);
    }
    const std::string gzip = read_file(paths.front());
    paths.push_back(folder.file("cut"));
    write_file(paths.back(), gzip.substr(0, gzip.size() / 2));
    expect_same_with_threads(paths, std::size_t{64} << 10U);
}

/// Files of the same time, one ending long before the others.
TEST(WalkAhead, ChangesNothingOfOverlappingTraces) {
    const ScratchFolder folder;
    const std::string whole = read_file(small_mixed().path);
    write_file(folder.file("half.pcap"), whole.substr(0, whole.size() / 2));
    const std::vector<std::string> paths{small_mixed().path, small_mixed_pcapng().path,
                                         folder.file("half.pcap")};
    for (const bool map : {true, false}) {
        RunPlan plan = plan_with(1, 30'000, map);
        plan.grouping = dataplane::Grouping::by_time;
        const std::string one = told(analyse(paths, plan));
        for (const unsigned threads : {2U, 4U, 16U}) {
            plan.threads = threads;
            const Analysis more = analyse(paths, plan);
            EXPECT_TRUE(told(more) == one) << threads;
            EXPECT_GT(more.result.windows.walked_ahead, more.result.windows.all / 2);
        }
    }
}

}  // namespace
}  // namespace tlstriage::test
