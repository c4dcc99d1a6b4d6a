#include "engine/issuer_sightings.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "engine/flow_record.h"

namespace tlstriage::engine {
namespace {

std::uint64_t hash_of(Bytes name) {
    return XXH3_64bits(name.data(), name.size());
}

/// The end of a subject from its last but one dot on. The last part of a subject is a host's name
/// mostly, and else it tells subjects apart: this is only to choose by.
Bytes owner_of(Bytes subject) {
    const std::string_view owner = last_two_labels(as_text(subject));
    return as_bytes(owner);
}

/// By the header of its IP packet; behind that of IPv6 other headers may come first.
bool may_hold_tcp(const wire::Packet& fragment) {
    constexpr std::uint8_t tcp = 6;
    return !fragment.is_v4() || fragment.network[9] == tcp;
}

}  // namespace

void IssuerSightings::List::add(std::uint64_t flow, std::uint64_t owner) {
    const bool is_new = std::ranges::find(owners, owner) == owners.end();
    if (!whole && !is_new) return;
    if (std::ranges::find(flows, flow) != flows.end()) return;
    if (owners.size() == enough_owners || (flows.size() >= most_flows && !is_new)) {
        whole = false;
        return;
    }
    flows.push_back(flow);
    if (is_new) owners.push_back(owner);
}

void IssuerSightings::look_closely(const wire::Packet& packet) {
    tls::LeafNames names;
    const tls::LeafSighting sighting = tls::look_for_leaf(packet.data(), names);
    if (sighting == tls::LeafSighting::nothing) return;
    const std::lock_guard lock(mutex_);
    if (sighting == tls::LeafSighting::unreadable) {
        unread_.add(packet.flow_hash, 0);
        return;
    }
    const std::uint64_t issuer = hash_of(names.issuer);
    if (issuers_.size() == most_issuers && !issuers_.contains(issuer)) {
        all_issuers_ = false;
        return;
    }
    issuers_[issuer].add(packet.flow_hash, hash_of(owner_of(names.subject)));
}

void IssuerSightings::note_fragment(const wire::Packet& packet) {
    if (!may_hold_tcp(packet)) return;
    const std::lock_guard lock(mutex_);
    unread_.whole = false;
}

std::vector<std::uint64_t> IssuerSightings::flows() const {
    std::vector<std::uint64_t> flows;
    const auto take = [&](const List& list) {
        flows.insert(flows.end(), list.flows.begin(), list.flows.end());
    };
    take(unread_);
    for (const auto& [issuer, list] : issuers_)
        take(list);
    return flows;
}

bool IssuerSightings::has_all_of_issuer(const tls::Certificate& leaf) const {
    if (!unread_.whole) return false;
    const auto found = issuers_.find(hash_of(leaf.issuer_der));
    return found == issuers_.end() ? all_issuers_ : found->second.whole;
}

}  // namespace tlstriage::engine
