#include "carve/belonging.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "flow/sequence.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::carve {
namespace {

using wire::Outcome;

/// A client asks for both kinds of addresses at once, and one answer is later than the other.
constexpr Nanoseconds beside_lookup = seconds(1);
/// A connection to a resolver that carried the lookup began so long before it at most, or ends so
/// long after it.
constexpr Nanoseconds beside_tcp_lookup = seconds(30);
/// An error may come this long after the last segment.
constexpr Nanoseconds late_error = seconds(120);
/// An error quotes a sequence number this far behind the flow's first one at most.
constexpr std::int32_t longest_flow = 1 << 30;
constexpr std::uint16_t port_dns = 53;

std::uint64_t key_of(const IpAddress& address, std::uint64_t seed) {
    return XXH3_64bits_withSeed(address.bytes.data(), address.bytes.size(), seed);
}
std::uint64_t key_of(const IpAddress& address, std::string_view name) {
    return XXH3_64bits_withSeed(name.data(), name.size(), key_of(address, 1));
}
std::uint64_t pair_key(const IpAddress& a, const IpAddress& b) {
    return key_of(std::max(a, b), key_of(std::min(a, b), 2));
}

}  // namespace

Belonging::Belonging(std::span<const ChosenFlow> flows, std::span<const engine::Lookup> lookups,
                     Nanoseconds context)
    : flows_(flows), context_(context) {
    for (Index i = 0; i < flows.size(); ++i) {
        const ChosenFlow& flow = flows[i];
        by_ends_[wire::flow_hash(flow.client, flow.server)].push_back(i);
        if (flow.lookup) add_lookup(flow, lookups);
        if (context < 0) continue;
        neighbours_[pair_key(flow.client.address, flow.server.address)].push_back(
            {flow.archive, flow.first.time - context, flow.last.time + context});
    }
}

void Belonging::add_lookup(const ChosenFlow& flow, std::span<const engine::Lookup> lookups) {
    const ChosenLookup& wanted = *flow.lookup;
    const IpAddress& client = flow.client.address;
    const Nanoseconds begin = wanted.asked.time - beside_lookup;
    const Nanoseconds end = std::max(
        wanted.answered.time, std::min(wanted.answered.time + beside_lookup, flow.first.time));
    lookups_[key_of(client, wanted.name)].push_back({flow.archive, begin, end});
    for (const engine::Lookup& lookup : lookups) {
        if (!lookup.over_tcp || lookup.client != client || lookup.name != wanted.name ||
            lookup.archive != flow.archive || lookup.asked.time < begin ||
            lookup.asked.time > end) {
            continue;
        }
        resolvers_[pair_key(client, lookup.resolver.address)].push_back(
            {flow.archive, lookup.asked.time - beside_tcp_lookup, end + beside_tcp_lookup});
    }
}

bool Belonging::within(const Spans& spans, std::uint64_t key, std::uint32_t archive,
                       Nanoseconds time) {
    const std::vector<Span>* const found = spans.find(key);
    return found != nullptr && std::ranges::any_of(*found, [&](const Span& span) {
               return span.archive == archive && span.begin <= time && time <= span.end;
           });
}

Belonging::Found Belonging::find(const wire::Packet& packet, std::uint32_t file,
                                 std::uint32_t archive, Moment at) {
    Found found;
    if (packet.outcome == Outcome::tcp) {
        found.flow = segment(packet, file, archive, at);
        found.wanted = found.flow != none;
        if (!found.wanted && !resolvers_.empty() &&
            (packet.source_port() == port_dns || packet.destination_port() == port_dns)) {
            found.wanted =
                within(resolvers_, pair_key(packet.source_address(), packet.destination_address()),
                       archive, at.time);
        }
    } else if (packet.outcome == Outcome::icmp_error) {
        found.flow = icmp_error(packet, archive, at);
        found.wanted = found.flow != none;
    } else if (packet.outcome == Outcome::dns && !lookups_.empty()) {
        found.wanted = lookup(packet, archive, at);
    }
    if (!found.wanted && context_ >= 0 && packet.has_transport()) {
        found.wanted =
            within(neighbours_, pair_key(packet.source_address(), packet.destination_address()),
                   archive, at.time);
    }
    return found;
}

/// By time, which holds across files too; within the file where the flow began also by number, as
/// time stamps need not be in order.
Belonging::Index Belonging::segment(const wire::Packet& packet, std::uint32_t file,
                                    std::uint32_t archive, Moment at) const {
    const std::vector<Index>* const candidates = by_ends_.find(packet.flow_hash);
    if (candidates == nullptr) return none;
    const FlowKey key = FlowKey::between(packet.source(), packet.destination());
    Index found = none;
    for (const Index index : *candidates) {
        const ChosenFlow& flow = flows_[index];
        if (flow.archive != archive || key != FlowKey::between(flow.client, flow.server)) continue;
        const bool by_frame =
            file == flow.file && flow.first.frame <= at.frame && at.frame <= flow.last.frame;
        if (by_frame || (flow.first.time <= at.time && at.time <= flow.last.time)) found = index;
    }
    return found;
}

Belonging::Index Belonging::icmp_error(const wire::Packet& packet, std::uint32_t archive,
                                       Moment at) const {
    const auto quoted = wire::quoted_segment(packet);
    if (!quoted) return none;
    const auto* const candidates =
        by_ends_.find(wire::flow_hash(quoted->source, quoted->destination));
    if (candidates == nullptr) return none;
    Index found = none;
    for (const Index index : *candidates) {
        const ChosenFlow& flow = flows_[index];
        const bool of_client = quoted->source == flow.client;
        if (flow.archive != archive || at.time < flow.first.time ||
            at.time > flow.last.time + late_error) {
            continue;
        }
        if ((of_client ? quoted->destination : quoted->source) != flow.server) continue;
        const auto& initial = flow.initial_sequences[of_client ? 0 : 1];
        if (initial) {
            const std::int32_t distance = flow::distance(quoted->sequence, *initial);
            if (distance < 0 || distance > longest_flow) continue;
        }
        found = index;
    }
    return found;
}

bool Belonging::lookup(const wire::Packet& packet, std::uint32_t archive, Moment at) {
    if (!plain::parse_dns(packet.data(), message_)) return false;
    const IpAddress client =
        message_.response ? packet.destination_address() : packet.source_address();
    return within(lookups_, key_of(client, message_.name), archive, at.time);
}

}  // namespace tlstriage::carve
