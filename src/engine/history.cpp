#include "engine/history.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstdlib>

namespace tlstriage::engine {
namespace {

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
    return XXH3_64bits_withSeed(&value, sizeof(value), seed);
}
std::uint64_t mix(std::uint64_t seed, const IpAddress& address) {
    return XXH3_64bits_withSeed(address.bytes.data(), address.bytes.size(), seed);
}
std::uint64_t mix(std::uint64_t seed, const Endpoint& endpoint) {
    return mix(mix(seed, endpoint.address), endpoint.port);
}
template <class... Parts>
std::uint64_t key_of(std::uint32_t archive, const Parts&... parts) {
    std::uint64_t key = archive;
    ((key = mix(key, parts)), ...);
    return key;
}

const tls::Certificate* leaf_of(const FlowRecord& record) {
    return record.profile.chain == nullptr ? nullptr : record.profile.chain->leaf();
}

std::uint64_t issuer_of(const tls::Certificate& leaf) {
    return XXH3_64bits(leaf.issuer_der.data(), leaf.issuer_der.size()) | 1U;
}

}  // namespace

Histories::Histories(const std::vector<Archive>& archives, const Ports& tls_ports,
                     const LookupIndex& lookups)
    : one_sided_flows_(archives.size()),
      archives_(archives),
      tls_ports_(tls_ports),
      lookups_(lookups) {}

void Histories::Few::add(std::uint64_t value) {
    const auto known = std::span(values).first(count);
    if (count < values.size() && std::ranges::find(known, value) == known.end()) {
        values[count++] = value;
    }
}

void Histories::ask(const FlowRecord& record, std::uint32_t archive) {
    if (!asks(record)) return;
    servers_[key_of(archive, record.server)].asked = true;
    const IpAddress& client = record.client.address;
    const std::uint64_t name = record.profile.server_name;
    visits_[key_of(archive, client, record.server, name)];
    without_tls13_[key_of(archive, client, record.server)];
    if (const Key race = race_of(record, archive); race != 0) {
        successes_[race];
        const bool by_name = record.profile.shape != nullptr;
        racing_names_[by_name ? name : racer(record, archive).looked_up];
    }
    if (const tls::Certificate* leaf = leaf_of(record)) {
        domains_of_issuer_[key_of(archive, issuer_of(*leaf))];
        issuers_of_name_[key_of(archive, record.server, name)];
    }
}

void Histories::add(const FlowRecord& record, std::uint32_t archive) {
    Server& server = servers_[key_of(archive, record.server)];
    server.heard |= record.heard;
    server.spoke_tls |= record.spoke_tls;
    if (record.one_sided) ++one_sided_flows_[archive];
    if (record.server_hops != 0) {
        server.hops_vary |=
            record.server_hops_vary || (server.hops != 0 && server.hops != record.server_hops);
        server.hops = record.server_hops;
    }
    const verdict::Profile& profile = record.profile;
    if (profile.shape == nullptr && !profile.proxy_header) return;
    const tls::Certificate* const leaf = leaf_of(record);
    if (leaf != nullptr && !domains_of_issuer_.empty()) {
        Few* const domains = domains_of_issuer_.find(key_of(archive, issuer_of(*leaf)));
        if (domains != nullptr) domains->add(record.domain);
    }
    if (profile.ok && !successes_.empty()) add_success(record, archive);
    if (!server.asked) return;
    auto& profiles = server.profiles;
    if (profiles.size() < max_profiles && std::ranges::find(profiles, profile) == profiles.end()) {
        profiles.push_back(profile);
    }
    const IpAddress& client = record.client.address;
    if (Visits* const visits =
            visits_.find(key_of(archive, client, record.server, profile.server_name))) {
        visits->sent_data |= record.client_data;
        if (visits->starts.size() < max_starts) visits->starts.push_back(record.start);
    }
    if (leaf != nullptr) {
        Few* const issuers =
            issuers_of_name_.find(key_of(archive, record.server, profile.server_name));
        if (issuers != nullptr) issuers->add(issuer_of(*leaf));
    }
    if (!profile.ok || record.offers_tls13) return;
    bool* const without = without_tls13_.find(key_of(archive, client, record.server));
    if (without != nullptr) *without = true;
}

void Histories::add_success(const FlowRecord& record, std::uint32_t archive) {
    const std::uint64_t name = record.profile.server_name;
    const bool by_name = racing_names_.find(name) != nullptr;
    if (!by_name && lookups_.empty()) return;
    const Racer who = racer(record, archive);
    const auto note = [&](std::uint64_t common) {
        std::vector<Success>* const known = successes_.find(key_of(archive, who.client, common));
        if (known != nullptr) known->push_back({record.start, record.server.address});
    };
    if (by_name) note(name);
    if (who.looked_up != 0) note(who.looked_up);
}

/// Most intervals are near the usual one: a check may be missing, or come late.
bool Histories::are_even(const std::vector<Nanoseconds>& starts) {
    constexpr std::size_t least = 4;
    if (starts.size() < least) return false;
    std::vector<Nanoseconds> intervals;
    for (std::size_t i = 1; i < starts.size(); ++i)
        intervals.push_back(starts[i] - starts[i - 1]);
    std::vector<Nanoseconds> sorted = intervals;
    std::ranges::sort(sorted);
    const Nanoseconds usual = sorted[sorted.size() / 2];
    const auto near = std::ranges::count_if(
        intervals, [&](Nanoseconds interval) { return std::abs(interval - usual) <= usual / 5; });
    return usual > 0 && static_cast<std::size_t>(near) * 4 >= intervals.size() * 3;
}

Histories::Racer Histories::racer(const FlowRecord& record, std::uint32_t archive) const {
    const IpAddress& server = record.server.address;
    const Lookup* lookup = lookups_.find(archive, record.client.address, server, record.start);
    if (lookup == nullptr) lookup = lookups_.find_any(archive, server, record.start);
    if (lookup == nullptr) return {record.client.address};
    const std::string& name = lookup->name;
    return {lookup->client, XXH3_64bits_withSeed(name.data(), name.size(), 53) | 1U};
}

/// With a ClientHello the name in it counts; before one, another address for the same lookup.
Histories::Key Histories::race_of(const FlowRecord& record, std::uint32_t archive) const {
    if (record.profile.ok) return 0;
    const Racer who = racer(record, archive);
    const bool by_name = record.profile.shape != nullptr;
    const std::uint64_t name = by_name ? record.profile.server_name : who.looked_up;
    return name == 0 ? 0 : key_of(archive, who.client, name);
}

bool Histories::raced(const FlowRecord& record, std::uint32_t archive) const {
    constexpr Nanoseconds near = seconds(2);
    const Key race = race_of(record, archive);
    const std::vector<Success>* const found = race == 0 ? nullptr : successes_.find(race);
    const bool by_name = record.profile.shape != nullptr;
    return found != nullptr && std::ranges::any_of(*found, [&](const Success& success) {
               return std::abs(success.start - record.start) <= near &&
                      (by_name || success.server != record.server.address);
           });
}

verdict::ServerHistory Histories::of(const FlowRecord& record, std::uint32_t archive) const {
    verdict::ServerHistory history{.capture_end = archives_[archive].last_packet,
                                   .tls_port = tls_ports_[record.server.port],
                                   .ever_heard = false,
                                   .others_one_sided = one_sided_flows_[archive] > 0,
                                   .profiles = {}};
    if (const Server* server = servers_.find(key_of(archive, record.server))) {
        history.spoke_tls = server->spoke_tls;
        history.ever_heard = server->heard;
        history.server_hops = server->hops_vary ? 0 : server->hops;
        history.profiles = server->profiles;
    }
    if (!asks(record)) return history;
    const IpAddress& client = record.client.address;
    const std::uint64_t name = record.profile.server_name;
    if (const Visits* visits = visits_.find(key_of(archive, client, record.server, name))) {
        history.client_sent_data = visits->sent_data;
        history.comes_evenly = are_even(visits->starts);
    }
    history.client_got_through_without_tls13 =
        *without_tls13_.find(key_of(archive, client, record.server));
    history.raced = raced(record, archive);
    if (const tls::Certificate* leaf = leaf_of(record)) {
        const std::uint64_t issuer = issuer_of(*leaf);
        const Few* domains = domains_of_issuer_.find(key_of(archive, issuer));
        const Few* issuers = issuers_of_name_.find(key_of(archive, record.server, name));
        history.issuer_intercepts =
            !leaf->self_issued && ((domains != nullptr && domains->count >= 3) ||
                                   (issuers != nullptr && issuers->count >= 2));
    }
    return history;
}

}  // namespace tlstriage::engine
