// The input of the benchmarks: a generated trace of mixed flows, in memory, taken through each
// stage once, so that every benchmark begins with what the stage before it leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/format.h"
#include "engine/engine.h"
#include "flow/segment.h"
#include "message_collector.h"
#include "wire/packet.h"

namespace tlstriage::bench {

/// A flow with its verdict.
struct Flow {
    evidence::Evidence evidence;
    verdict::Verdict verdict;
};

struct Trace {
    // What the flows' evidence points to, and what is judged.
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::uint8_t> bytes;
    capture::Format format;
    std::vector<capture::Record> records;  ///< borrow `bytes`, as do all below
    std::uint64_t record_bytes = 0;        ///< captured, without record headers
    std::vector<wire::Packet> packets;     ///< TCP alone, in capture order
    /// The segments of each direction of each flow, in capture order.
    std::vector<std::vector<flow::Segment>> directions;
    std::uint64_t payload_bytes = 0;  ///< of all directions
    Messages messages;                ///< that handshakes carried in the clear
    std::vector<Flow> flows;
    Nanoseconds end = 0;  ///< time of the last packet
};

/// Made on first use. Ends the program with a message when the generator can't be run.
const Trace& trace();

}  // namespace tlstriage::bench
