#include "engine/lookups.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace tlstriage::engine {
namespace {

constexpr std::uint16_t port_dns = 53;
/// A question that is asked again so soon is the same one.
constexpr Nanoseconds one_question = seconds(30);
/// How long a resolver goes through a search list, and how soon a client connects.
constexpr Nanoseconds soon = seconds(10);
constexpr Nanoseconds slow = seconds(1);
/// The capture may hold a frame twice (verdicts.md §1).
constexpr Nanoseconds capture_copy = milliseconds(20);
/// An answer may still come in this time.
constexpr Nanoseconds patience = seconds(3);

std::uint64_t hash(std::uint64_t seed, const IpAddress& address) {
    return XXH3_64bits_withSeed(address.bytes.data(), address.bytes.size(), seed);
}
std::uint64_t hash(std::uint64_t seed, std::string_view text) {
    return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace

void LookupCollector::message(Bytes bytes, const Endpoint& source, const Endpoint& destination,
                              bool over_tcp, std::uint32_t file, Moment at) {
    if (!plain::parse_dns(bytes, message_)) return;
    const bool response = message_.response;
    const Endpoint& client = response ? destination : source;
    const Endpoint& resolver = response ? source : destination;
    if (resolver.port != port_dns) return;
    const std::uint64_t question =
        std::uint64_t{message_.id} << 32U | std::uint64_t{message_.type} << 16U | client.port;
    const std::uint64_t key =
        hash(hash(hash(question, client.address), resolver.address), message_.name);
    const auto known = open_.find(key);
    if (!response) {
        if (known != open_.end() &&
            at.time - lookups_[known->second].last_asked.time <= one_question) {
            Lookup& lookup = lookups_[known->second];
            if (at.time - lookup.last_asked.time <= capture_copy) return;
            ++lookup.tries;
            lookup.last_asked = at;
            return;
        }
        if (open_.size() >= max_open) open_.clear();
        open_[key] = lookups_.size();
        lookups_.push_back({.client = client.address,
                            .resolver = resolver,
                            .client_port = client.port,
                            .id = message_.id,
                            .over_tcp = over_tcp,
                            .file = file,
                            .name = message_.name,
                            .type = message_.type,
                            .tries = 1,
                            .asked = at,
                            .last_asked = at,
                            .answered = {},
                            .addresses = {},
                            .aliases = {}});
        return;
    }
    const auto before = answered_.find(key);
    if (known == open_.end() && before != answered_.end() &&
        at.time - lookups_[before->second].answered.time <= capture_copy) {
        return;
    }
    if (known == open_.end()) {
        // The capture lacks the question: the answer still tells addresses.
        lookups_.push_back({.client = client.address,
                            .resolver = resolver,
                            .client_port = client.port,
                            .id = message_.id,
                            .over_tcp = over_tcp,
                            .file = file,
                            .name = message_.name,
                            .type = message_.type,
                            .rcode = message_.rcode,
                            .truncated = message_.truncated,
                            .tries = 0,
                            .asked = at,
                            .last_asked = at,
                            .answered = at,
                            .addresses = message_.addresses,
                            .aliases = message_.aliases});
        return;
    }
    Lookup& lookup = lookups_[known->second];
    lookup.answered = at;
    lookup.rcode = message_.rcode;
    lookup.truncated = message_.truncated;
    lookup.addresses = message_.addresses;
    lookup.aliases = message_.aliases;
    if (answered_.size() >= max_open) answered_.clear();
    answered_[key] = known->second;
    open_.erase(known);
}

void LookupCollector::end_archive(std::uint32_t archive) {
    for (; assigned_ < lookups_.size(); ++assigned_)
        lookups_[assigned_].archive = archive;
    open_.clear();
    answered_.clear();
}

void LookupCollector::forget(Nanoseconds time) {
    constexpr std::size_t gone = ~std::size_t{0};
    std::vector<std::size_t> places(lookups_.size(), gone);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < lookups_.size(); ++i) {
        if (lookups_[i].last_heard() < time) continue;
        if (kept != i) lookups_[kept] = std::move(lookups_[i]);
        places[i] = kept++;
    }
    lookups_.resize(kept);
    assigned_ = std::min(assigned_, kept);
    for (auto* const index : {&open_, &answered_}) {
        for (auto entry = index->begin(); entry != index->end();) {
            entry->second = places[entry->second];
            entry = entry->second == gone ? index->erase(entry) : std::next(entry);
        }
    }
}

LookupIndex::LookupIndex(std::vector<Lookup> lookups, std::vector<Nanoseconds> ends)
    : lookups_(std::move(lookups)), ends_(std::move(ends)) {
    std::ranges::sort(lookups_, [](const Lookup& a, const Lookup& b) {
        return std::tie(a.asked.time, a.file, a.asked.frame) <
               std::tie(b.asked.time, b.file, b.asked.frame);
    });
    for (std::size_t i = 0; i < lookups_.size(); ++i) {
        const Lookup& lookup = lookups_[i];
        const std::uint64_t client = hash(lookup.archive, lookup.client);
        by_client_[client].push_back(i);
        by_name_[hash(client, lookup.name)].push_back(i);
        if (!lookup.succeeded()) continue;
        for (const IpAddress& address : lookup.addresses) {
            answers_[hash(client, address)].push_back(i);
            by_address_[hash(lookup.archive, address)].push_back(i);
        }
    }
}

const Lookup* LookupIndex::find(std::uint32_t archive, const IpAddress& client,
                                const IpAddress& server, Nanoseconds time) const {
    if (lookups_.empty()) return nullptr;
    const auto found = answers_.find(hash(hash(archive, client), server));
    if (found == answers_.end()) return nullptr;
    const Lookup* last = nullptr;
    for (const std::size_t i : found->second) {
        const Lookup& lookup = lookups_[i];
        if (lookup.answered.time > time) continue;
        if (last == nullptr || last->answered.time <= lookup.answered.time) last = &lookup;
    }
    return last;
}

const Lookup* LookupIndex::find_any(std::uint32_t archive, const IpAddress& server,
                                    Nanoseconds time) const {
    if (lookups_.empty()) return nullptr;
    const auto found = by_address_.find(hash(archive, server));
    if (found == by_address_.end()) return nullptr;
    const Lookup* last = nullptr;
    for (const std::size_t i : found->second) {
        const Lookup& lookup = lookups_[i];
        if (lookup.answered.time > time || time - lookup.answered.time > soon) continue;
        if (last != nullptr && last->client != lookup.client) return nullptr;
        last = &lookup;
    }
    return last;
}

Moment LookupIndex::first_asked(const Lookup& lookup) const {
    Moment first = lookup.asked;
    const auto& tries = by_name_.at(hash(hash(lookup.archive, lookup.client), lookup.name));
    for (auto i = tries.rbegin(); i != tries.rend(); ++i) {
        const Lookup& before = lookups_[*i];
        if (before.type != lookup.type || before.asked >= first) continue;
        if (before.succeeded() || first.time - before.last_asked.time > one_question) break;
        first = before.asked;
    }
    return first;
}

bool LookupIndex::other_family_succeeded(const Lookup& lookup) const {
    const auto& same_name = by_name_.at(hash(hash(lookup.archive, lookup.client), lookup.name));
    return std::ranges::any_of(same_name, [&](std::size_t i) {
        const Lookup& other = lookups_[i];
        return other.type != lookup.type && other.succeeded() &&
               std::abs(other.asked.time - lookup.asked.time) <= soon;
    });
}

/// A name that does not exist, one of those that a search list makes of what was asked for: soon
/// another one made of it is found.
bool LookupIndex::is_search_step(const Lookup& failed) const {
    const std::string_view label = std::string_view(failed.name).substr(0, failed.name.find('.'));
    const auto& others = by_client_.at(hash(failed.archive, failed.client));
    return std::ranges::any_of(others, [&](std::size_t i) {
        const Lookup& other = lookups_[i];
        if (!other.succeeded() || other.name == failed.name) return false;
        if (std::abs(other.asked.time - failed.asked.time) > soon) return false;
        const std::string_view found = other.name;
        return found.substr(0, found.find('.')) == label ||
               (failed.name.size() > found.size() && failed.name.starts_with(found) &&
                failed.name[found.size()] == '.');
    });
}

/// Whether a question that is over failed, and why.
void LookupIndex::explain(NameTrouble& trouble) const {
    const Lookup& lookup = trouble.lookup;
    if (!lookup.answered.seen()) {
        trouble.reason = "no_answer";
        trouble.failed =
            ends_[lookup.archive] - lookup.last_asked.time >= patience || lookup.tries > 1;
    } else if (lookup.rcode != 0) {
        trouble.failed = true;
        trouble.reason = lookup.rcode == 3   ? "nxdomain"
                         : lookup.rcode == 2 ? "servfail"
                         : lookup.rcode == 5 ? "refused"
                                             : "other_rcode";
    } else if (lookup.addresses.empty() && !lookup.truncated) {
        trouble.failed = true;
        trouble.reason = "no_address";
    }
    if (trouble.failed && (other_family_succeeded(lookup) || is_search_step(lookup))) {
        trouble.failed = false;
        trouble.reason = {};
    }
}

std::vector<NameTrouble> LookupIndex::troubles(Nanoseconds from, Nanoseconds until) const {
    // Tries of one question, to whichever resolver, are one lookup.
    std::map<std::tuple<std::uint32_t, IpAddress, std::string, std::uint16_t>, NameTrouble> running;
    std::vector<NameTrouble> done;
    const auto finish = [&](NameTrouble& trouble) {
        const Nanoseconds asked = trouble.lookup.asked.time;
        if (asked <= from || asked > until) return;
        explain(trouble);
        const Lookup& lookup = trouble.lookup;
        const bool late = lookup.answered.seen() && lookup.rcode == 0 &&
                          lookup.answered.time - lookup.last_asked.time >= slow;
        if (trouble.failed || late) done.push_back(std::move(trouble));
    };
    for (const Lookup& lookup : lookups_) {
        if (lookup.type != plain::dns_type::a && lookup.type != plain::dns_type::aaaa) continue;
        if (lookup.tries == 0) continue;  // its question is not in the capture
        const auto [place, fresh] =
            running.try_emplace({lookup.archive, lookup.client, lookup.name, lookup.type},
                                NameTrouble{lookup, false, {}});
        if (fresh) continue;
        Lookup& before = place->second.lookup;
        if (before.succeeded() || lookup.asked.time - before.last_asked.time > one_question) {
            finish(place->second);
            place->second = NameTrouble{lookup, false, {}};
            continue;
        }
        const Moment asked = before.asked;
        const std::uint32_t tries = before.tries + lookup.tries;
        // An answer is better than none, whichever came first.
        if (lookup.answered.seen() || !before.answered.seen()) before = lookup;
        before.asked = asked;
        before.tries = tries;
    }
    for (auto& [key, trouble] : running)
        finish(trouble);
    std::ranges::sort(done, [](const NameTrouble& a, const NameTrouble& b) {
        return std::tie(a.lookup.asked.time, a.lookup.file, a.lookup.asked.frame) <
               std::tie(b.lookup.asked.time, b.lookup.file, b.lookup.asked.frame);
    });
    return done;
}

}  // namespace tlstriage::engine
