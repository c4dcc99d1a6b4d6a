// All lab captures in one trace: each flow comes out as it does alone.
#include <gtest/gtest.h>

#include <set>

#include "generator/lab_flow.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

class Merged : public testing::TestWithParam<unsigned> {};

TEST_P(Merged, CasesStayAsTheyAreAlone) {
    const auto cases = (source_root() / "pcaps").string();
    const GeneratedTrace& trace =
        generated({"--profile", "lab", "--cases", cases, "--once", "--seed", "3"});
    dataplane::RunPlan plan;
    plan.threads = GetParam();
    const Analysis analysis = analyse({trace.path}, plan);
    const LabRows rows(analysis.flows);
    const auto truth = read_lab_truth(trace.truth);
    EXPECT_GT(truth.size(), 300U);
    for (LabFlow flow : truth) {
        // What other flows of the archive bear on may differ: reason, confidence, notes.
        std::erase_if(flow.claims, [](const auto& claim) {
            static const std::set<std::string> same{"outcome", "phase", "stage",       "cause",
                                                    "actor",   "alert", "alert_sender"};
            return !same.contains(claim.first);
        });
        const CsvTable::Row* const row = rows.find(flow);
        ASSERT_NE(row, nullptr) << flow.case_name << " frame " << flow.first_frame;
        for (const std::string& line : claim_differences(flow, analysis.flows, *row)) {
            ADD_FAILURE() << flow.case_name << ": " << line;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Threads, Merged, testing::Values(1U, 2U, 16U));

}  // namespace
}  // namespace tlstriage::test
