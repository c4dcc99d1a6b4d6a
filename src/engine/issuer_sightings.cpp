#include "engine/issuer_sightings.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace tlstriage::engine {
namespace {

std::uint64_t hash_of(Bytes name) {
    return XXH3_64bits(name.data(), name.size());
}

/// By the header of its IP packet; behind that of IPv6 other headers may come first.
bool may_hold_tcp(const wire::Packet& fragment) {
    constexpr std::uint8_t tcp = 6;
    return !fragment.is_v4() || fragment.network[9] == tcp;
}

}  // namespace

void IssuerSightings::List::add(const Sighting& sighting, std::size_t alike, std::size_t most) {
    if (std::ranges::find(sightings, sighting.flow, &Sighting::flow) != sightings.end()) return;
    const auto is_new = [&] {
        return std::ranges::find(sightings, sighting.subject, &Sighting::subject) ==
               sightings.end();
    };
    const std::size_t count = sightings.size();
    if (count < alike || (count < most && is_new())) {
        sightings.push_back(sighting);
    } else {
        whole = false;
    }
}

void IssuerSightings::look_closely(const wire::Packet& packet) {
    tls::LeafNames names;
    const tls::LeafSighting sighting = tls::look_for_leaf(packet.data(), names);
    if (sighting == tls::LeafSighting::nothing) return;
    const std::lock_guard lock(mutex_);
    if (sighting == tls::LeafSighting::unreadable) {
        unread_.add({packet.flow_hash, 0}, most_unread, most_unread);
        return;
    }
    const std::uint64_t issuer = hash_of(names.issuer);
    if (issuers_.size() == most_issuers && !issuers_.contains(issuer)) {
        all_issuers_ = false;
        return;
    }
    issuers_[issuer].add({packet.flow_hash, hash_of(names.subject)}, most_alike, most_flows);
}

void IssuerSightings::note_fragment(const wire::Packet& packet) {
    if (!may_hold_tcp(packet)) return;
    const std::lock_guard lock(mutex_);
    unread_.whole = false;
}

std::vector<std::uint64_t> IssuerSightings::flows() const {
    std::vector<std::uint64_t> flows;
    const auto take = [&](const List& list) {
        for (const Sighting& sighting : list.sightings)
            flows.push_back(sighting.flow);
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
