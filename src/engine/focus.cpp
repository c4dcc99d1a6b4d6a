#include "engine/focus.h"

#include <algorithm>
#include <set>

#include "evidence/evidence.h"

namespace tlstriage::engine {
namespace {

using wire::Outcome;

constexpr std::uint16_t port_dns = 53;

bool is_dns(const wire::Packet& packet) {
    return packet.source_port() == port_dns || packet.destination_port() == port_dns;
}

}  // namespace

std::size_t Focus::place_of(const IpAddress& address) {
    const auto low = load_native<std::uint32_t>(&address.bytes[12]);
    return (low * 0x9e3779b1U) >> 16U;
}

std::size_t Focus::Hash::operator()(const IpAddress& address) const {
    return load_native<std::uint64_t>(&address.bytes[8]) * 0x9e3779b97f4a7c15U ^
           load_native<std::uint64_t>(address.bytes.data());
}

Focus::Focus(std::span<const std::uint64_t> identities, std::span<const FlowKey> ends)
    : identities_(identities.begin(), identities.end()), ends_(ends.begin(), ends.end()) {}

Focus::Interest Focus::look_for(const wire::Packet& packet) {
    const bool tcp = packet.outcome == Outcome::tcp;
    if (tcp || packet.outcome == Outcome::fragment) issuers_.look(packet);
    if (!tcp || is_dns(packet)) return {.analysed = true};
    using wire::tcp_flag::ack;
    using wire::tcp_flag::syn;
    if (packet.has(syn) && !packet.has(ack)) {
        found(packet, packet.sequence(), true);
    } else if (everywhere_) {
        // No sequence number is in the identity of such a flow, and either end may be the client.
        found(packet, 0, false);
        found(packet, 0, true);
    }
    return {};
}

void Focus::found(const wire::Packet& packet, std::uint32_t sequence, bool by_client) {
    const Endpoint source = packet.source();
    const Endpoint destination = packet.destination();
    const Endpoint& client = by_client ? source : destination;
    const Endpoint& server = by_client ? destination : source;
    const std::uint64_t identity = evidence::identity(client, server, sequence, packet.time);
    if (!identities_.contains(identity)) return;
    const std::lock_guard lock(mutex_);
    found_.push_back({identity, client, server});
}

void Focus::be_near(const IpAddress& address) {
    near_.insert(address);
    filter_.set(place_of(address));
}

bool Focus::narrow(std::span<const Lookup> lookups) {
    std::set<std::uint64_t> identities;
    for (const Found& found : found_) {
        identities.insert(found.identity);
        ends_.push_back(FlowKey::between(found.client, found.server));
    }
    if (identities.size() < identities_.size() || ends_.empty()) return false;
    for (const FlowKey& ends : ends_) {
        own_.insert({ends.low.address, ends.high.address});
    }
    for (const IpAddress& address : own_)
        be_near(address);
    // One client may ask for names by its one address and connect by its other one; and what it
    // raced a flow against is another address of a name that it asked for.
    const auto answers_with = [&](const Lookup& lookup) {
        return std::ranges::any_of(lookup.addresses,
                                   [&](const IpAddress& a) { return own_.contains(a); });
    };
    std::unordered_set<IpAddress, Hash> askers(own_);
    for (const Lookup& lookup : lookups) {
        if (answers_with(lookup)) askers.insert(lookup.client);
    }
    for (const Lookup& lookup : lookups) {
        if (!askers.contains(lookup.client)) continue;
        be_near(lookup.client);
        for (const IpAddress& address : lookup.addresses)
            be_near(address);
    }
    for (const std::uint64_t flow : issuers_.flows()) {
        issuer_flows_.insert(flow);
        issuer_filter_.set(flow % issuer_filter_.size());
    }
    narrowed_ = true;
    return true;
}

bool Focus::is_near(const IpAddress& address) const {
    return filter_.test(place_of(address)) && near_.contains(address);
}

Focus::Interest Focus::look_near(const wire::Packet& packet) const {
    const bool tcp = packet.outcome == Outcome::tcp;
    const bool carries = tcp ? is_dns(packet)
                             : packet.outcome == Outcome::dns ||
                                   packet.outcome == Outcome::fragment ||
                                   packet.outcome == Outcome::icmp_error;
    if (carries || !packet.has_transport()) return {.analysed = true, .noted = carries};
    const IpAddress source = packet.source_address();
    const IpAddress destination = packet.destination_address();
    if (!is_near(source) && !is_near(destination)) {
        return {.analysed = !tcp || shows_issuer(packet.flow_hash)};
    }
    return {.analysed = true, .noted = own_.contains(source) && own_.contains(destination)};
}

bool Focus::rests_on_others(const JudgedFlow& flow) const {
    const evidence::SideEvidence& server = flow.evidence.of_server();
    const tls::Certificate* const leaf = server.chain == nullptr ? nullptr : server.chain->leaf();
    // As Histories has it: one that issued itself tells nothing.
    const bool may_intercept =
        leaf != nullptr && !leaf->self_issued && !issuers_.has_all_of_issuer(*leaf);
    for (const bool one_sided : {false, true}) {
        for (const bool intercepts : {false, may_intercept}) {
            verdict::ServerHistory history = flow.history;
            history.others_one_sided |= one_sided;
            history.issuer_intercepts |= intercepts;
            if (!(verdict::judge(flow.evidence, history) == flow.verdict)) return true;
        }
    }
    return false;
}

}  // namespace tlstriage::engine
