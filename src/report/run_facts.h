// What run.json says about the run itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "capture/damage.h"
#include "engine/archive.h"
#include "engine/shard.h"
#include "wire/defragmenter.h"
#include "wire/outcomes.h"

namespace tlstriage::report {

/// One trace as it was read.
struct TraceFacts {
    std::string name;
    std::uint64_t bytes = 0;  ///< of the decompressed trace
    std::uint64_t frames = 0;
    std::uint64_t dropped = 0;  ///< as its interface statistics say
    std::uint32_t archive = 0;
    std::optional<Nanoseconds> first_packet;  ///< empty when it has none
    std::vector<capture::Damage> damage;
    std::string error;  ///< why reading it stopped early; empty when it did not
};

/// A port of a live run, in one window.
struct PortFacts {
    std::string name;
    std::string driver;
    std::uint64_t packets = 0;  ///< taken from it
    std::uint64_t bytes = 0;
    std::uint64_t cut_frames = 0;
    std::uint64_t merged_frames = 0;
};

/// What a live run adds: all counts are of one window.
struct LiveFacts {
    Nanoseconds begin = 0;  ///< of the window
    Nanoseconds end = 0;
    std::vector<PortFacts> ports;
    std::vector<std::pair<std::string, std::uint64_t>> drops;  ///< frames by cause, zeros too
    bool frames_lost = false;        ///< some did not reach us, of whichever flows
    std::uint64_t open_flows = 0;    ///< that go on in the next window
    std::uint64_t windows_lost = 0;  ///< since the run began: never written
};

struct RunFacts {
    std::string version;
    std::string mode;  ///< "file", "net_pcap" or "live"
    unsigned threads = 1;
    std::vector<TraceFacts> traces;
    std::vector<std::pair<std::string, std::string>> problems;  ///< inputs not read: path, reason
    std::vector<std::string> ignored;                           ///< files that are no captures
    std::vector<std::string> remarks;  ///< what the way of reading cannot show (net_pcap)
    std::map<std::uint16_t, std::uint64_t> frames_by_link_type;
    wire::OutcomeCounts outcomes{};
    wire::OutcomeCounts reassembled_outcomes{};  ///< of datagrams made whole
    wire::Defragmenter::Counts fragments;
    engine::ShardCounts shards;
    std::uint64_t rows = 0;
    std::uint64_t without_row = 0;
    std::uint64_t names_failed = 0;  ///< lookups
    std::uint64_t names_slow = 0;
    Nanoseconds capture_first = 0;
    Nanoseconds capture_last = 0;
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    double wall_seconds = 0;
    double cpu_seconds = 0;
    std::optional<LiveFacts> live;

    /// Sets the capture's span.
    void see_archives(const std::vector<engine::Archive>& archives);
    /// Adds up bytes and frames of the traces.
    void count_traces();
    /// Something could not be read whole: exit status 3.
    [[nodiscard]] bool lossy() const;
};

/// run.json's text.
std::string to_json(const RunFacts& facts);

}  // namespace tlstriage::report
