#include "carve/name_plans.h"

#include "carve/resolver_walk.h"
#include "carve/stream_walk.h"

namespace tlstriage::carve {
namespace {

constexpr std::size_t most_memory = std::size_t{512} << 20U;  // bytes, of all plans

std::vector<TextReplacement> all_of(Bytes payload) {
    if (payload.empty()) return {};
    return {{0, std::vector<std::uint8_t>(payload.size())}};
}

/// Feeds a segment to a walk that is not over.
template <typename Walk>
void feed(Walk& walk, const wire::Packet& packet, Moment at) {
    const bool syn = packet.has(wire::tcp_flag::syn);
    const std::uint32_t sequence = packet.sequence() + (syn ? 1 : 0);
    if (syn) walk.start_at(sequence);
    if (packet.payload_length == 0 || packet.has(wire::tcp_flag::rst)) return;
    walk.segment(sequence, packet.data(), packet.payload_length, at);
}

}  // namespace

struct NamePlans::Flow {
    explicit Flow(NameTools& tools)
        : client_walk(tools, negotiated, client), server_walk(tools, negotiated, server) {}

    StreamPlan client;
    StreamPlan server;
    Negotiated negotiated;
    StreamWalk client_walk;
    StreamWalk server_walk;
};

struct NamePlans::Resolver {
    explicit Resolver(NameTools& tools) : walk(tools, plan) {}

    StreamPlan plan;
    ResolverWalk walk;
};

NamePlans::NamePlans(std::span<const ChosenFlow> flows, NameMap& names, AddressMap& addresses)
    : flows_(flows), tools_{names, addresses, most_memory} {}

NamePlans::~NamePlans() = default;

/// Once application data went both ways all is encrypted.
void NamePlans::segment(std::uint32_t flow, const wire::Packet& packet, Moment at) {
    const ChosenFlow& chosen = flows_[flow];
    if (chosen.settled.seen() && at.time > chosen.settled.time) return;
    auto& streams = streams_[flow];
    if (!streams) streams = std::make_unique<Flow>(tools_);
    feed(packet.source() == chosen.client ? streams->client_walk : streams->server_walk, packet,
         at);
}

void NamePlans::resolver_segment(const wire::Packet& packet, Moment at) {
    constexpr std::uint16_t port_dns = 53;
    if (packet.source_port() != port_dns && packet.destination_port() != port_dns) return;
    auto& resolver = resolvers_[{packet.source(), packet.destination()}];
    if (!resolver) resolver = std::make_unique<Resolver>(tools_);
    feed(resolver->walk, packet, at);
}

void NamePlans::finish() {
    for (auto& [flow, streams] : streams_) {
        streams->client_walk.finish();
        streams->server_walk.finish();
    }
    for (auto& [ends, resolver] : resolvers_)
        resolver->walk.finish();
}

std::vector<TextReplacement> NamePlans::of_flow(std::uint32_t flow, const Endpoint& from,
                                                std::uint32_t sequence, Bytes payload) const {
    const ChosenFlow& chosen = flows_[flow];
    const bool closed = !chosen.settled.seen();
    if (from != chosen.client && from != chosen.server) return all_of(payload);
    const auto found = streams_.find(flow);
    if (found == streams_.end()) return closed ? all_of(payload) : std::vector<TextReplacement>{};
    const Flow& streams = *found->second;
    return (from == chosen.client ? streams.client : streams.server).of(sequence, payload, closed);
}

std::vector<TextReplacement> NamePlans::of_resolver(const Endpoint& from, const Endpoint& to,
                                                    std::uint32_t sequence, Bytes payload) const {
    const auto found = resolvers_.find({from, to});
    if (found == resolvers_.end()) return all_of(payload);
    return found->second->plan.of(sequence, payload, true);
}

}  // namespace tlstriage::carve
