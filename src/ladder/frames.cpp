#include "ladder/frames.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ladder/spoken.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::ladder {
namespace {

using evidence::Side;
using wire::tcp_flag::fin;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

/// Time stamps of a capture need not be in order; they are not off by more.
constexpr Nanoseconds disorder = seconds(10);
/// Bytes.
constexpr std::size_t max_fragments = std::size_t{16} << 20U;
constexpr std::size_t max_dns_messages = 16;
constexpr std::uint16_t dns_port = 53;

/// Frames kept of one flow when there are so many flows.
std::size_t share(std::size_t flows) {
    constexpr std::size_t most = 4096;
    constexpr std::size_t least = 256;
    constexpr std::size_t in_all = 65'536;
    return std::clamp(in_all / std::max<std::size_t>(flows, 1), least, most);
}

std::vector<std::uint64_t> marked_frames(const FrameCollector::Flow& flow) {
    std::vector<std::uint64_t> frames{flow.verdict->decisive.frame};
    for (const evidence::Event& event : flow.evidence->events)
        frames.push_back(event.at.frame);
    std::ranges::sort(frames);
    return frames;
}

Nanoseconds last_of(const FrameCollector::Flow& flow) {
    const evidence::Evidence& e = *flow.evidence;
    Nanoseconds last = std::max(e.last.time, flow.verdict->decisive.time);
    for (const evidence::Event& event : e.events)
        last = std::max(last, event.at.time);
    for (const auto& icmp : {e.icmp, e.icmp_size}) {
        if (icmp) last = std::max(last, icmp->at.time);
    }
    return last;
}

}  // namespace

FrameCollector::FrameCollector(const std::vector<Flow>& flows)
    : defragmenter_(max_fragments), max_frames_(share(flows.size())) {
    wanted_.reserve(flows.size());
    for (const Flow& flow : flows) {
        const evidence::Evidence& e = *flow.evidence;
        by_hash_.emplace(wire::flow_hash(e.client, e.server), wanted_.size());
        Wanted& wanted = wanted_.emplace_back();
        wanted.flow = flow;
        wanted.key = FlowKey::between(e.client, e.server);
        wanted.marked = marked_frames(flow);
        wanted.begin = e.dns ? std::min(e.dns->asked.time, e.first.time) : e.first.time;
        wanted.end = last_of(flow);
    }
}

bool FrameCollector::wants(std::uint32_t archive, Nanoseconds first_packet) const {
    return std::ranges::any_of(wanted_, [&](const Wanted& wanted) {
        return wanted.flow.evidence->archive == archive && first_packet <= wanted.end + disorder;
    });
}

void FrameCollector::begin_file(std::uint32_t file, std::uint32_t archive) {
    file_ = file;
    archive_ = archive;
    begin_ = std::numeric_limits<Nanoseconds>::max();
    end_ = std::numeric_limits<Nanoseconds>::min();
    for (const Wanted& wanted : wanted_) {
        if (wanted.flow.evidence->archive != archive) continue;
        begin_ = std::min(begin_, wanted.begin - disorder);
        end_ = std::max(end_, wanted.end + disorder);
    }
}

bool FrameCollector::take(const capture::Record& record, std::uint64_t frame) {
    if (record.time < begin_) return true;
    if (record.time > end_) return false;
    wire::Packet packet;
    wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
    packet.interface_id = record.interface_id;
    const Moment at{record.time, frame};
    if (packet.outcome == wire::Outcome::fragment) {
        take_fragment(packet, at);
    } else {
        take_packet(packet, at);
    }
    return true;
}

/// A datagram belongs to the frame that makes it whole.
void FrameCollector::take_fragment(const wire::Packet& packet, Moment at) {
    wire::Packet fragment = packet;
    fragment.time = at.time;
    const auto datagram = defragmenter_.add(fragment);
    if (!datagram) return;
    wire::Packet whole;
    wire::decode_ip(*datagram, whole);
    whole.interface_id = packet.interface_id;
    whole.vlan = packet.vlan;
    take_packet(whole, at);
}

void FrameCollector::take_packet(wire::Packet& packet, Moment at) {
    switch (packet.outcome) {
        case wire::Outcome::tcp:
            take_segment(packet, at);
            // A message of DNS over TCP has its length before it (RFC 1035 §4.2.2).
            if ((packet.source_port() == dns_port || packet.destination_port() == dns_port) &&
                packet.captured > 2) {
                take_dns(packet.data().subspan(2), packet, at);
            }
            break;
        case wire::Outcome::dns: take_dns(packet.data(), packet, at); break;
        case wire::Outcome::icmp_error: take_icmp_error(packet, at); break;
        default: break;
    }
}

/// Whether a segment between its ends is of this flow, not of one before or after it.
bool FrameCollector::belongs(const Wanted& wanted, Moment at) const {
    const evidence::Evidence& e = *wanted.flow.evidence;
    if (e.archive != archive_) return false;
    if (file_ != e.file) return at.time >= e.first.time && at.time <= e.last.time;
    return at.frame >= e.first.frame && !wanted.ended && at.time <= e.last.time + disorder;
}

void FrameCollector::keep(Wanted& wanted, Frame frame) const {
    std::vector<Frame>& frames = wanted.found.frames;
    const bool matters = frame.kind != FrameKind::segment || frame.has(syn | fin | rst) ||
                         std::ranges::binary_search(wanted.marked, frame.at.frame);
    if (frames.size() < (matters ? 2 * max_frames_ : max_frames_)) {
        frames.push_back(std::move(frame));
    } else {
        ++wanted.found.unkept;
    }
}

void FrameCollector::take_segment(const wire::Packet& packet, Moment at) {
    const auto [begin, end] = by_hash_.equal_range(packet.flow_hash);
    if (begin == end) return;
    const FlowKey key = FlowKey::between(packet.source(), packet.destination());
    for (auto entry = begin; entry != end; ++entry) {
        Wanted& wanted = wanted_[entry->second];
        if (wanted.key != key || !belongs(wanted, at)) continue;
        const evidence::Evidence& e = *wanted.flow.evidence;
        Frame frame;
        frame.side = packet.source() == e.client ? Side::client : Side::server;
        frame.at = at;
        frame.file = file_;
        frame.segment = flow::load_segment(packet, at);
        // Another file is another place, as in engine/shard.cpp.
        frame.segment.interface_id = static_cast<std::uint16_t>(packet.interface_id + file_ * 257U);
        const Bytes data = packet.data();
        frame.beginning_length =
            static_cast<std::uint8_t>(std::min(data.size(), frame.beginning.size()));
        std::ranges::copy(data.first(frame.beginning_length), frame.beginning.begin());
        frame.text = first_line(data, frame.side);
        frame.segment.data = {};
        frame.window = packet.window();
        keep(wanted, std::move(frame));
        if (at == e.last) wanted.ended = true;
    }
}

void FrameCollector::take_icmp_error(const wire::Packet& packet, Moment at) {
    const auto quoted = wire::quoted_segment(packet);
    if (!quoted) return;
    const auto [begin, end] =
        by_hash_.equal_range(wire::flow_hash(quoted->source, quoted->destination));
    for (auto entry = begin; entry != end; ++entry) {
        Wanted& wanted = wanted_[entry->second];
        const evidence::Evidence& e = *wanted.flow.evidence;
        const bool same = wanted.key == FlowKey::between(quoted->source, quoted->destination);
        const bool during = at.time >= e.first.time && at.time <= wanted.end;
        if (!same || !during || e.archive != archive_) continue;
        Frame frame;
        frame.kind = FrameKind::icmp;
        frame.side = quoted->source == e.client ? Side::client : Side::server;
        frame.at = at;
        frame.file = file_;
        frame.peer = {quoted->router, 0};
        frame.text = wire::icmp_name(quoted->v6, quoted->type, quoted->code);
        keep(wanted, std::move(frame));
    }
}

void FrameCollector::take_dns(Bytes message, const wire::Packet& packet, Moment at) {
    const bool answers = packet.source_port() == dns_port;
    const IpAddress client = (answers ? packet.destination() : packet.source()).address;
    bool parsed = false;
    for (Wanted& wanted : wanted_) {
        const evidence::Evidence& e = *wanted.flow.evidence;
        if (!e.dns || e.archive != archive_ || wanted.dns_messages == max_dns_messages) continue;
        // Other questions for the name, as for its IPv6 address, may be answered later.
        if (client != e.client.address || at.time < e.dns->asked.time || at.time > e.first.time)
            continue;
        if (!parsed && !plain::parse_dns(message, message_)) return;
        parsed = true;
        if (message_.name != e.dns->name && at != e.dns->asked && at != e.dns->answered) continue;
        ++wanted.dns_messages;
        Frame frame;
        frame.kind = FrameKind::dns;
        frame.side = message_.response ? Side::server : Side::client;
        frame.at = at;
        frame.file = file_;
        frame.peer = answers ? packet.source() : packet.destination();
        frame.text = spoken_dns(message_);
        keep(wanted, std::move(frame));
    }
}

std::vector<FlowFrames> FrameCollector::finish() {
    std::vector<FlowFrames> all;
    all.reserve(wanted_.size());
    for (Wanted& wanted : wanted_) {
        arrange(wanted.found);
        all.push_back(std::move(wanted.found));
    }
    return all;
}

}  // namespace tlstriage::ladder
