#include "report/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "report/columns.h"

namespace tlstriage::report {
namespace {

using Key = std::tuple<verdict::Outcome, verdict::Cause, verdict::Word, verdict::Actor, Endpoint,
                       std::string>;

struct Tally {
    SummaryGroup group;
    std::set<IpAddress> clients;
    std::vector<Nanoseconds> handshakes;
};

Key key_of(const engine::JudgedFlow& flow) {
    const auto& [evidence, verdict] = flow;
    const auto& hello = evidence->client_hello;
    return {verdict.outcome,  verdict.cause,
            verdict.reason,   verdict.actor,
            evidence->server, hello && hello->server_name ? *hello->server_name : std::string{}};
}

/// The nearest-rank quantile.
std::optional<Nanoseconds> quantile(const std::vector<Nanoseconds>& sorted, double share) {
    if (sorted.empty()) return std::nullopt;
    const auto rank =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)));
    return sorted[rank];
}

void begin(const engine::JudgedFlow& flow, const std::vector<std::string>& files, Tally& tally) {
    const auto& [evidence, verdict] = flow;
    SummaryGroup& group = tally.group;
    std::tie(group.outcome, group.cause, group.reason, group.actor, group.server, group.sni) =
        key_of(flow);
    group.example = &flow;
    group.first_seen = evidence->first.time;
    const Row row{*evidence, verdict, files, {}};
    if (const auto* alert = alert_of(row)) group.alert = tls::alert_name(alert->description);
}

}  // namespace

std::vector<SummaryGroup> summarise(const std::vector<engine::JudgedFlow>& flows,
                                    const std::vector<std::string>& files) {
    std::map<Key, Tally> tallies;
    std::map<Endpoint, std::uint64_t> flows_of_server;
    for (const engine::JudgedFlow& flow : flows) {
        Tally& tally = tallies[key_of(flow)];
        if (tally.group.flows++ == 0) begin(flow, files, tally);
        tally.group.last_seen = std::max(tally.group.last_seen, flow.evidence->first.time);
        tally.clients.insert(flow.evidence->client.address);
        if (const auto span = measure(*flow.evidence).handshake) tally.handshakes.push_back(*span);
        ++flows_of_server[flow.evidence->server];
    }
    std::vector<SummaryGroup> groups;
    groups.reserve(tallies.size());
    for (auto& [key, tally] : tallies) {
        SummaryGroup& group = tally.group;
        std::ranges::sort(tally.handshakes);
        group.clients = tally.clients.size();
        group.handshake_p50 = quantile(tally.handshakes, 0.50);
        group.handshake_p95 = quantile(tally.handshakes, 0.95);
        group.share_of_server =
            static_cast<double>(group.flows) / static_cast<double>(flows_of_server[group.server]);
        groups.push_back(std::move(group));
    }
    std::ranges::stable_sort(groups, [](const SummaryGroup& a, const SummaryGroup& b) {
        return std::tie(b.flows, a.first_seen, a.cause) < std::tie(a.flows, b.first_seen, b.cause);
    });
    return groups;
}

}  // namespace tlstriage::report
