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

SummaryExample example_of(const Row& row) {
    const auto& [evidence, verdict, files, timings] = row;
    const auto* const alert = alert_of(row);
    return {.start = evidence.first.time,
            .file = evidence.file,
            .first_frame = evidence.first.frame,
            .decisive_frame = verdict.decisive.frame,
            .flow_id = flow_id(evidence),
            .alert = std::string(alert == nullptr ? "" : tls::alert_name(alert->description)),
            .explanation = explanation(evidence, verdict),
            .next_step = next_step(evidence, verdict)};
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
    const auto& [time, frame] = evidence.first;
    if (tally.group.flows == 0 ||
        std::tuple(time, evidence.file, frame) < tally.group.example.place()) {
        tally.group.example = example_of(row);
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
        if (from->group.example.place() < tally.group.example.place()) {
            tally.group.example = from->group.example;
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
        return std::tie(b.flows, a.example.start, a.cause, key_a) <
               std::tie(a.flows, b.example.start, b.cause, key_b);
    });
    return groups;
}

}  // namespace tlstriage::report
