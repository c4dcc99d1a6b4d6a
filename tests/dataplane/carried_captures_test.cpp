// Traces that carry whole captures as payload: no piece may begin inside one.
#include <gtest/gtest.h>

#include "capture/capture_bytes.h"
#include "capture/walk.h"
#include "dataplane/oracle.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

using namespace capture::test;

/// Ethernet, IPv4 and TCP of a download from port 80, without checksums.
Buffer segment(std::uint32_t sequence, const Buffer& data) {
    const auto length = static_cast<std::uint16_t>(40 + data.size());
    return Writer(Order::big)
               .bytes(Buffer(12))
               .u16(0x0800)
               .u16(0x4500)
               .u16(length)
               .u32(0x4000)
               .u32(0x40060000)
               .u32(0x0a000001)
               .u32(0x0a000002)
               .u16(80)
               .u16(50'000)
               .u32(sequence)
               .u32(1)
               .u16(0x5010)
               .u16(0xffff)
               .u32(0)
               .buffer +
           data;
}

Buffer in_format(const std::string& kind, Nanoseconds time, const Buffer& data) {
    const auto microseconds = static_cast<std::uint64_t>(time / 1000);
    if (kind == "pcap") {
        PcapRecord record;
        record.seconds = static_cast<std::uint32_t>(microseconds / 1'000'000);
        record.fraction = static_cast<std::uint32_t>(microseconds % 1'000'000);
        record.data = data;
        return pcap_record(record);
    }
    Packet packet;
    packet.ticks = microseconds;
    packet.data = data;
    return enhanced_packet(packet);
}

Buffer beginning_of(const std::string& kind) {
    return kind == "pcap" ? pcap_header() : section() + interface();
}

/// A trace between whose packets a capture of format `inner`, made of the very same packets at the
/// very same times, is downloaded, beginning at byte `shift` of the first segment's payload.
std::string carrying(const std::string& outer, const std::string& inner, std::size_t shift,
                     std::size_t segment_size) {
    Buffer file = beginning_of(outer);
    Buffer stream = Buffer(shift, 'x') + beginning_of(inner);
    std::uint32_t sequence = 1;
    const auto add = [](Buffer& to, const Buffer& more) {
        to.insert(to.end(), more.begin(), more.end());
    };
    const auto source = capture::open({small_mixed().path, ""});
    capture::walk(*source, [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
        const Buffer frame(record.data, record.data + record.captured);
        add(file, in_format(outer, record.time, frame));
        add(stream, in_format(inner, record.time, frame));
        while (stream.size() >= segment_size) {
            const Buffer part(stream.begin(),
                              stream.begin() + static_cast<std::ptrdiff_t>(segment_size));
            add(file, in_format(outer, record.time, segment(sequence, part)));
            sequence += static_cast<std::uint32_t>(segment_size);
            stream.erase(stream.begin(),
                         stream.begin() + static_cast<std::ptrdiff_t>(segment_size));
        }
    });
    return {file.begin(), file.end()};
}

/// A window ends early where a guess was wrong, so that there are more of them.
void expect_no_wrong_guess(const std::string& file, const std::string& what) {
    dataplane::RunPlan plan;
    plan.grouping = dataplane::Grouping::separate;
    plan.shape = {.window = 512U << 10U, .least_piece = 32U << 10U, .chains = 4};
    const std::uint64_t windows = [&] {
        dataplane::RunPlan uncut = plan;
        uncut.shape.chains = 1;
        const dataplane::Executor executor(1);
        return dataplane::run(uncut, capture::collect({file}), executor, {}).windows.all;
    }();
    const std::string expected = oracle_csv(file);
    for (const unsigned threads : {2U, 4U}) {
        plan.threads = threads;
        const Analysis cut = analyse({file}, plan);
        EXPECT_TRUE(cut.csv == expected) << what << ", threads " << threads;
        EXPECT_EQ(cut.result.windows.all, windows) << what << ", threads " << threads;
    }
}

class CarriedCaptures : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(CarriedCaptures, ConfuseNoGuessAtAnyAlignment) {
    const ScratchFolder folder;
    const auto& [outer, inner] = GetParam();
    for (std::size_t shift = 0; shift < 16; ++shift) {
        // One that is no multiple of four, so that the capture inside moves against the one
        // outside.
        for (const std::size_t segment_size : {std::size_t{1448}, std::size_t{8191}}) {
            const std::string file = folder.file("carrying");
            write_file(file, carrying(outer, inner, shift, segment_size));
            expect_no_wrong_guess(file, outer + " carries " + inner + ", shift " +
                                            std::to_string(shift) + ", segments of " +
                                            std::to_string(segment_size));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, CarriedCaptures,
                         testing::Values(std::pair{"pcap", "pcap"}, std::pair{"pcap", "pcapng"},
                                         std::pair{"pcapng", "pcap"},
                                         std::pair{"pcapng", "pcapng"}));

}  // namespace
}  // namespace tlstriage::test
