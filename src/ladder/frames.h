// Finds the frames of chosen flows: the second walk over the captures.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "capture/format.h"
#include "ladder/frame.h"
#include "plain/dns.h"
#include "verdict/verdict.h"
#include "wire/defragmenter.h"
#include "wire/packet.h"

namespace tlstriage::ladder {

/// Takes all records of the traces that may hold something of the flows, trace after trace.
class FrameCollector {
  public:
    /// A flow as it was judged. Borrowed until finish().
    struct Flow {
        const evidence::Evidence* evidence;
        const verdict::Verdict* verdict;
    };

    explicit FrameCollector(const std::vector<Flow>& flows);

    /// Whether a trace of that archive, whose first packet is at `first_packet`, may hold any.
    [[nodiscard]] bool wants(std::uint32_t archive, Nanoseconds first_packet) const;
    /// The records that follow are those of trace number `file` of that archive.
    void begin_file(std::uint32_t file, std::uint32_t archive);
    /// False: nothing of interest follows in this trace.
    bool take(const capture::Record& record, std::uint64_t frame);

    /// By flow, as the constructor got them.
    std::vector<FlowFrames> finish();

  private:
    struct Wanted {
        Flow flow{};
        FlowKey key;
        FlowFrames found;
        std::vector<std::uint64_t> marked;  ///< frames of events and of the verdict, sorted
        Nanoseconds begin = 0;              ///< of the flow or of its lookup
        Nanoseconds end = 0;                ///< of the last frame that matters
        bool ended = false;                 ///< its last frame was found
        std::size_t dns_messages = 0;
    };

    void take_packet(wire::Packet& packet, Moment at);
    void take_fragment(const wire::Packet& packet, Moment at);
    void take_segment(const wire::Packet& packet, Moment at);
    void take_icmp_error(const wire::Packet& packet, Moment at);
    void take_dns(Bytes message, const wire::Packet& packet, Moment at);
    [[nodiscard]] bool belongs(const Wanted& wanted, Moment at) const;
    void keep(Wanted& wanted, Frame frame) const;

    std::vector<Wanted> wanted_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_hash_;
    wire::Defragmenter defragmenter_;
    plain::DnsMessage message_;  ///< scratch
    std::size_t max_frames_;
    std::uint32_t file_ = 0;
    std::uint32_t archive_ = 0;
    Nanoseconds begin_ = 0;  ///< of all flows of the archive
    Nanoseconds end_ = 0;
};

}  // namespace tlstriage::ladder
