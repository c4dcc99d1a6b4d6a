#include "html/headline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/format.h"

namespace tlstriage::html {
namespace {

using report::grouped;

constexpr std::size_t ok = 0;
constexpr std::size_t failed = 1;
constexpr std::size_t incomplete = 2;

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", grouped(count), one, count == 1 ? "" : "s");
}

std::string without_failure(const FlowTotals& flows, std::string_view flow) {
    if (flows.rows == 0) return "No flow of TLS was found.";
    if (flows.by_outcome[ok] == flows.rows) {
        return flows.rows == 1 ? fmt::format("The one {} of TLS completed its handshake.", flow)
                               : fmt::format("All {} {}s of TLS completed their handshake.",
                                             grouped(flows.rows), flow);
    }
    std::string text = fmt::format("None of {} failed.", counted(flows.rows, flow));
    if (flows.by_outcome[incomplete] > 0) {
        text += fmt::format(" Of {} the capture does not show enough.",
                            grouped(flows.by_outcome[incomplete]));
    }
    return text;
}

/// "certificate expired (22), syn timeout (7)": the causes of most failed flows.
std::string leading_causes(const FlowTotals& flows) {
    constexpr std::size_t most_named = 3;
    std::vector<const CauseTotal*> causes;
    for (const CauseTotal& cause : flows.causes) {
        if (cause.outcome == failed) causes.push_back(&cause);
    }
    std::ranges::stable_sort(causes, std::greater{}, &CauseTotal::flows);
    std::string text;
    for (std::size_t i = 0; i < std::min(most_named, causes.size()); ++i) {
        std::string cause = causes[i]->cause;
        std::ranges::replace(cause, '_', ' ');
        text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", cause, grouped(causes[i]->flows));
    }
    if (causes.size() > most_named)
        text += fmt::format(" and {}", counted(causes.size() - most_named, "other"));
    return text;
}

/// Columns of read_servers(): address, port, flows, ok, failed.
std::string leading_server(const ServerTable& servers, std::string_view flow) {
    if (servers.table.rows.empty() || servers.failing_servers == 0) return {};
    const auto& row = servers.table.rows.front();
    const bool v6 = row[0].find(':') != std::string::npos;
    const std::string name =
        v6 ? fmt::format("[{}]:{}", row[0], row[1]) : fmt::format("{}:{}", row[0], row[1]);
    if (servers.failing_servers == 1) return fmt::format(" All at {}.", name);
    return fmt::format(" {} servers are concerned, {} most: {} of its {} {}s failed.",
                       grouped(servers.failing_servers), name, row[4], row[2], flow);
}

}  // namespace

std::string percentage(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "0 %";
    if (part == 0 || part == whole) return part == 0 ? "0 %" : "100 %";
    const double share = 100 * static_cast<double>(part) / static_cast<double>(whole);
    if (share < 0.1) return "< 0.1 %";
    if (share > 99.9) return "> 99.9 %";
    return fmt::format("{:.1f} %", share);
}

Headline headline_of(const FlowTotals& flows, const ServerTable& servers, std::string_view flow) {
    const std::uint64_t count = flows.by_outcome[failed];
    if (count == 0) return {without_failure(flows, flow), ""};
    return {fmt::format("{} of {} failed ({})", grouped(count), counted(flows.rows, flow),
                        percentage(count, flows.rows)),
            fmt::format("Of {}.{}", leading_causes(flows), leading_server(servers, flow))};
}

}  // namespace tlstriage::html
