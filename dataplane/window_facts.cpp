#include "window_facts.h"

#include <algorithm>
#include <utility>

namespace tlstriage::dataplane {
namespace {

template <class Counts>
Counts less(const Counts& now, const Counts& before) {
    Counts difference{};
    for (std::size_t i = 0; i < now.size(); ++i)
        difference[i] = now[i] - before[i];
    return difference;
}

std::uint64_t less(std::uint64_t now, std::uint64_t before) {
    return now - before;
}

engine::ShardCounts less(const engine::ShardCounts& now, const engine::ShardCounts& before) {
    return {.packets = now.packets - before.packets,
            .duplicate_packets = now.duplicate_packets - before.duplicate_packets,
            .flows = now.flows - before.flows,
            .flows_evicted = now.flows_evicted - before.flows_evicted,
            .shed_settled = now.shed_settled - before.shed_settled,
            .shed_new = now.shed_new - before.shed_new,
            .ignored_flows = less(now.ignored_flows, before.ignored_flows)};
}

}  // namespace

void WindowFacts::take_ports(report::LiveFacts& live) {
    std::vector<report::PortFacts> now;
    for (const PortCounts& port : counts_.ports)
        now.push_back({.name = port.name, .driver = port.driver});
    for (const QueueCounts& queue : counts_.queues) {
        report::PortFacts& port = now[queue.port];
        port.packets += queue.packets.get();
        port.bytes += queue.bytes.get();
        port.cut_frames += queue.cut_frames.get();
        port.merged_frames += queue.merged_frames.get();
    }
    ports_.resize(now.size());
    live.ports = now;
    for (std::size_t i = 0; i < now.size(); ++i) {
        live.ports[i].packets -= ports_[i].packets;
        live.ports[i].bytes -= ports_[i].bytes;
        live.ports[i].cut_frames -= ports_[i].cut_frames;
        live.ports[i].merged_frames -= ports_[i].merged_frames;
    }
    ports_ = std::move(now);
}

void WindowFacts::take_drops(report::LiveFacts& live) {
    const LiveTotals now = totals(counts_);
    for (std::size_t i = 0; i < drop_infos.size(); ++i) {
        live.drops.emplace_back(drop_infos[i].name, now.drops[i] - totals_.drops[i]);
    }
    live.frames_lost = now.lost() != totals_.lost();
    totals_ = now;
}

report::RunFacts WindowFacts::take(const engine::Engine& engine, const ConsumedCounts& consumed,
                                   Nanoseconds end) {
    report::RunFacts facts;
    facts.mode = "live";
    facts.outcomes = less(consumed.outcomes, consumed_.outcomes);
    facts.reassembled_outcomes = less(consumed.reassembled, consumed_.reassembled);
    for (const auto& [link, frames] : consumed.links) {
        const auto before = consumed_.links.find(link);
        const std::uint64_t more =
            less(frames, before == consumed_.links.end() ? 0 : before->second);
        if (more > 0) facts.frames_by_link_type[link] = more;
    }
    facts.frames = consumed.frames - consumed_.frames;
    consumed_ = consumed;
    const engine::ShardCounts shards = engine.counts();
    facts.shards = less(shards, shards_);
    shards_ = shards;
    const wire::Defragmenter::Counts fragments = engine.defragmenter().counts();
    facts.fragments = {.fragments = fragments.fragments - fragments_.fragments,
                       .reassembled = fragments.reassembled - fragments_.reassembled,
                       .given_up = fragments.given_up - fragments_.given_up};
    fragments_ = fragments;

    report::LiveFacts live;
    const engine::Archive& archive = engine.archives().front();
    live.begin = begin_.value_or(archive.any ? archive.first_packet : end);
    live.end = std::max(live.begin, end);
    begin_ = live.end;
    take_ports(live);
    take_drops(live);
    for (const report::PortFacts& port : live.ports)
        facts.bytes += port.bytes;
    facts.capture_first = live.begin;
    facts.capture_last = live.end;
    facts.wall_seconds = static_cast<double>(live.end - live.begin) / 1e9;
    facts.live = std::move(live);
    return facts;
}

}  // namespace tlstriage::dataplane
