// Flows that are named by id: found by reading what concerns them, or else all.
#include "cli/finding_flows.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cli/read_twice.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

struct Reading {
    std::uint64_t packets = 0;  ///< that were analysed
    std::string verdict;        ///< of the flow, in words
};

Reading find(const std::string& trace, const report::Selection& selection) {
    std::vector<std::string> paths{trace};
    const cli::ReadTwice read_twice(paths);
    const capture::Inputs inputs = cli::collect(paths);
    const dataplane::RunPlan plan;
    const dataplane::Executor executor(plan.threads);
    const cli::FindingFlows finding(plan, inputs, executor, read_twice, false);
    const cli::FoundFlows found = finding.find(selection, {});
    EXPECT_EQ(found.flows.size(), 1U);
    return {found.run.engine->counts().packets,
            found.flows.empty() ? std::string() : found.flows.front().verdict};
}

Reading find_by_id(const std::string& trace, const std::string& id) {
    report::Selection selection;
    selection.choose_flow(id);
    return find(trace, selection);
}

/// By what needs the analysis of all.
Reading find_by_condition(const std::string& trace, const std::string& id) {
    report::Selection selection;
    selection.add_where("flow_id=" + id);
    return find(trace, selection);
}

/// A flow for each cause, reason and issuer, of those whose certificate was not trusted.
std::map<std::string, std::string> untrusted_flows(const std::string& trace) {
    static const std::set<std::string> about_trust{
        "certificate_unknown_ca", "certificate_self_signed", "certificate_incomplete_chain",
        "certificate_rejected"};
    const Analysis whole = analyse({trace});
    std::map<std::string, std::string> flows;
    for (const CsvTable::Row& row : whole.flows.rows()) {
        const auto cell = [&](const char* column) { return whole.flows.cell(row, column); };
        if (!about_trust.contains(cell("cause")) || cell("cert_issuer").empty()) continue;
        flows.emplace(cell("cause") + " " + cell("reason") + " " + cell("cert_issuer"),
                      cell("flow_id"));
    }
    return flows;
}

TEST(FindingFlows, KnowsWhatAnIssuerSignsWithoutAnalysingAll) {
    const std::string& trace =
        generated({"--profile", "mixed", "--flows", "1000", "--failures", "0.5"}).path;
    std::size_t intercepted = 0;
    std::size_t others = 0;
    for (const auto& [what, id] : untrusted_flows(trace)) {
        const Reading reading = find_by_id(trace, id);
        const Reading whole = find_by_condition(trace, id);
        EXPECT_EQ(reading.verdict, whole.verdict) << what;
        EXPECT_LT(reading.packets, whole.packets / 2) << what;
        ++(what.find("tls_interception") != what.npos ? intercepted : others);
    }
    EXPECT_GE(intercepted, 5U);
    EXPECT_GE(others, 5U);
}

/// An issuer of one name whose flows are more than a list of them holds.
TEST(FindingFlows, AnalysesAllWhereAnIssuerMaySignMoreThanIsKnown) {
    const std::string cases = source_root() / "pcaps";
    const std::string& trace =
        generated({"--profile", "lab", "--cases", cases, "--flows", "1400", "--only",
                   "certificate_unknown_ca_tls12", "--only", "ok_tls13_http2"})
            .path;
    const auto flows = untrusted_flows(trace);
    ASSERT_EQ(flows.size(), 1U);
    const std::string& id = flows.begin()->second;
    const Reading reading = find_by_id(trace, id);
    const Reading whole = find_by_condition(trace, id);
    EXPECT_EQ(reading.verdict, whole.verdict);
    EXPECT_EQ(reading.packets, whole.packets);
}

}  // namespace
}  // namespace tlstriage::test
