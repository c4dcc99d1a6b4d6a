#include "report/summary.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "report/columns.h"
#include "report/quantile.h"

namespace tlstriage::report {
namespace {

std::uint64_t count_distinct(std::vector<IpAddress> addresses) {
    std::ranges::sort(addresses);
    return static_cast<std::uint64_t>(std::unique(addresses.begin(), addresses.end()) -
                                      addresses.begin());
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

std::string_view sni_of(const Row& row) {
    const auto& hello = row.evidence.client_hello;
    return hello && hello->server_name ? std::string_view(*hello->server_name) : "";
}

/// The first of a group's flows, in the order of rows, stands for it.
void take_example(const Row& row, SummaryGroup& group) {
    const auto& [evidence, verdict, files, timings] = row;
    group.first_seen = evidence.first.time;
    const auto* const alert = alert_of(row);
    group.alert = alert == nullptr ? "" : tls::alert_name(alert->description);
    group.example_flow_id = flow_id(evidence);
    group.example_file = evidence.file;
    group.example_frame = verdict.decisive.frame;
    group.explanation = explanation(evidence, verdict);
    group.next_step = next_step(evidence, verdict);
}

void take_example(const SummaryGroup& other, SummaryGroup& group) {
    group.first_seen = other.first_seen;
    group.alert = other.alert;
    group.example_flow_id = other.example_flow_id;
    group.example_file = other.example_file;
    group.example_frame = other.example_frame;
    group.explanation = other.explanation;
    group.next_step = other.next_step;
}

}  // namespace

std::size_t Summary::Hash::operator()(const Key& key) const {
    const std::uint64_t words = static_cast<std::uint64_t>(key.outcome) << 56U |
                                static_cast<std::uint64_t>(key.cause) << 48U |
                                static_cast<std::uint64_t>(key.reason) << 40U |
                                static_cast<std::uint64_t>(key.actor) << 32U | key.server.port;
    return XXH3_64bits_withSeed(key.sni.data(), key.sni.size(),
                                XXH3_64bits_withSeed(key.server.address.bytes.data(),
                                                     key.server.address.bytes.size(), words));
}

Summary::Key Summary::key_of(const SummaryGroup& group) {
    return {group.outcome, group.cause, group.reason, group.actor, group.server, group.sni};
}

void Summary::add(const Row& row) {
    const auto& [evidence, verdict, files, timings] = row;
    const Key key{verdict.outcome, verdict.cause,   verdict.reason,
                  verdict.actor,   evidence.server, sni_of(row)};
    auto place = tallies_.find(key);
    if (place == tallies_.end()) {
        auto tally = std::make_unique<Tally>();
        SummaryGroup& group = tally->group;
        group.outcome = verdict.outcome;
        group.cause = verdict.cause;
        group.reason = verdict.reason;
        group.actor = verdict.actor;
        group.server = evidence.server;
        group.sni = key.sni;
        const Key own_key = key_of(tally->group);
        place = tallies_.emplace(own_key, std::move(tally)).first;
    }
    Tally& tally = *place->second;
    const Place place_of_row{evidence.first.time, evidence.file, evidence.first.frame};
    if (tally.group.flows == 0 || place_of_row < tally.example) {
        tally.example = place_of_row;
        take_example(row, tally.group);
    }
    ++tally.group.flows;
    if (std::ranges::find(verdict.notes, verdict::Word::raced) != verdict.notes.end()) {
        ++tally.group.raced;
    }
    tally.group.last_seen = std::max(tally.group.last_seen, evidence.first.time);
    tally.clients.push_back(evidence.client.address);
    if (timings.handshake) tally.handshakes.push_back(*timings.handshake);
}

void Summary::merge(const Summary& other) {
    for (const auto& [key, from] : other.tallies_) {
        const auto place = tallies_.find(key);
        if (place == tallies_.end()) {
            auto tally = std::make_unique<Tally>(*from);
            const Key own_key = key_of(tally->group);
            tallies_.emplace(own_key, std::move(tally));
            continue;
        }
        Tally& tally = *place->second;
        if (from->example < tally.example) {
            tally.example = from->example;
            take_example(from->group, tally.group);
        }
        tally.group.flows += from->group.flows;
        tally.group.raced += from->group.raced;
        tally.group.last_seen = std::max(tally.group.last_seen, from->group.last_seen);
        append(tally.clients, from->clients);
        append(tally.handshakes, from->handshakes);
    }
}

std::vector<SummaryGroup> Summary::groups() const {
    std::map<Endpoint, std::uint64_t> flows_of_server;
    for (const auto& [key, tally] : tallies_)
        flows_of_server[key.server] += tally->group.flows;
    std::vector<SummaryGroup> groups;
    groups.reserve(tallies_.size());
    for (const auto& [key, tally] : tallies_) {
        SummaryGroup& group = groups.emplace_back(tally->group);
        group.clients = count_distinct(tally->clients);
        group.handshake_p50 = quantile(tally->handshakes, 0.50);
        group.handshake_p95 = quantile(tally->handshakes, 0.95);
        group.share_of_server =
            static_cast<double>(group.flows) / static_cast<double>(flows_of_server[group.server]);
    }
    std::ranges::sort(groups, [](const SummaryGroup& a, const SummaryGroup& b) {
        const Key key_a = key_of(a);
        const Key key_b = key_of(b);
        return std::tie(b.flows, a.first_seen, a.cause, key_a) <
               std::tie(a.flows, b.first_seen, b.cause, key_b);
    });
    return groups;
}

}  // namespace tlstriage::report
