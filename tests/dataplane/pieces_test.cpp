// Windows cut into pieces at every place, against a serial walk.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "capture/walk.h"
#include "dataplane/oracle.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"
#include "window_walk.h"

namespace tlstriage::test {
namespace {

using dataplane::Executor;
using dataplane::Piece;
using dataplane::WindowShape;
using dataplane::WindowWalk;

TEST(Pieces, WholeRunsAreThoseOfTheOracle) {
    std::vector<std::string> files{small_mixed().path, small_mixed_pcapng().path};
    for (const std::string& name : case_names())
        files.push_back(capture_in(source_root() / "pcaps" / name));
    for (const std::string& file : files) {
        dataplane::RunPlan plan;
        plan.threads = 3;
        plan.shape = {64U << 10U, 4096, 4};
        EXPECT_TRUE(analyse({file}, plan).csv == oracle_csv(file)) << file;
    }
}

/// A frame as a shard gets it: what identifies it, and where.
struct Seen {
    std::uint64_t frame;
    Nanoseconds time;
    std::uint32_t sequence;
    unsigned shard;
    friend auto operator<=>(const Seen&, const Seen&) = default;
};

std::vector<Seen> packets_of(const std::vector<Piece*>& pieces) {
    std::vector<Seen> seen;
    std::uint64_t base = 0;
    for (const Piece* piece : pieces) {
        for (unsigned shard = 0; shard < engine::shard_count; ++shard) {
            for (const wire::Packet& packet : piece->packets(shard))
                seen.push_back({base + packet.frame, packet.time, packet.sequence(), shard});
        }
        base += piece->frames();
    }
    std::ranges::sort(seen);
    return seen;
}

struct Serial {
    capture::Format format;
    std::size_t begin = 0;              ///< of the first record
    std::vector<std::size_t> ends;      ///< behind each record, in order
    std::vector<std::uint64_t> frames;  ///< with each end
    std::vector<Seen> packets;
};

/// One chain over the whole of a trace that has its control blocks at its beginning.
Serial walk_serially(Bytes bytes) {
    Serial serial{*capture::Format::detect(bytes), 0, {}, {}, {}};
    std::size_t position = serial.begin = serial.format.header_length();
    capture::Record record;
    Piece piece;
    for (;;) {
        switch (serial.format.step(bytes, position, record)) {
            case capture::Step::record:
                piece.take(record);
                serial.ends.push_back(position);
                break;
            case capture::Step::control: {
                bool damaged = false;
                position += serial.format.apply(bytes.subspan(position), damaged);
                serial.begin = position;
                break;
            }
            case capture::Step::skipped: break;
            default: serial.packets = packets_of({&piece}); return serial;
        }
    }
}

/// Walks up to every `end` of a window, so that the middle, where a piece is guessed to begin, is
/// every place once.
void walk_everywhere(const std::string& bytes, unsigned chains, std::size_t step) {
    const Serial serial = walk_serially(as_bytes(bytes));
    ASSERT_GT(serial.ends.size(), 10U);
    const Bytes window = as_bytes(bytes).subspan(serial.begin);
    const Executor executor(1);
    WindowWalk walk(executor, {window.size(), 1, chains}, nullptr);
    for (std::size_t end = 1; end <= window.size(); end += step) {
        const auto result = walk.walk(serial.format, window, end, 0);
        ASSERT_EQ(result.stop, capture::Step::record) << "end " << end;
        const auto last = std::ranges::find(serial.ends, serial.begin + result.end);
        ASSERT_TRUE(last != serial.ends.end()) << "end " << end << ": no record ends there";
        const auto frames = static_cast<std::uint64_t>(last - serial.ends.begin()) + 1;
        auto expected = serial.packets;
        std::erase_if(expected, [&](const Seen& seen) { return seen.frame >= frames; });
        ASSERT_TRUE(packets_of(result.pieces) == expected) << "end " << end;
    }
}

TEST(Pieces, AreRightWhereverTheyAreCut) {
    const auto pcaps = source_root() / "pcaps";
    for (const unsigned chains : {2U, 3U, 8U}) {
        walk_everywhere(read_file(pcaps / "ok_tls12_mutual/capture.pcap"), chains, 1);
        walk_everywhere(read_file(pcaps / "ok_tls13_hello_retry/capture.pcapng"), chains, 1);
    }
}

/// Guesses that come true must be there, or the walk would be serial without anybody noticing.
TEST(Pieces, WindowsAreCut) {
    const std::string bytes = read_file(small_mixed().path);
    const Serial serial = walk_serially(as_bytes(bytes));
    const Bytes window = as_bytes(bytes).subspan(serial.begin);
    for (const unsigned threads : {1U, 2U}) {
        const Executor executor(threads);
        WindowWalk walk(executor, {window.size(), 4096, 4}, nullptr);
        const auto result = walk.walk(serial.format, window, window.size(), 0);
        EXPECT_EQ(result.pieces.size(), 4 * threads);
        EXPECT_EQ(result.end, window.size());
        EXPECT_TRUE(packets_of(result.pieces) == serial.packets);
    }
}

}  // namespace
}  // namespace tlstriage::test
