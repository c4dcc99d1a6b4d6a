// What a condition compares is what flows.csv has.
#include <gtest/gtest.h>

#include "report/condition.h"
#include "report/timings.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::report {
namespace {

TEST(Condition, ComparesTheCellsOfTheTable) {
    const std::string cases = test::source_root() / "pcaps";
    const test::Analysis analysis = test::analyse({cases, test::small_mixed().path});
    std::size_t number = 0;
    std::vector<std::size_t> filled(columns_of_flows().size());
    const auto compare = [&](const engine::JudgedBatch&, const engine::JudgedFlow& flow) {
        const Row row{flow.evidence, flow.verdict, analysis.result.files, measure(flow.evidence)};
        const auto& cells = analysis.flows.rows().at(number++);
        for (std::size_t column = 0; column < cells.size(); ++column) {
            const ColumnInfo& info = columns_of_flows()[column];
            ASSERT_EQ(info.name, analysis.flows.header()[column]);
            const CellValue value = cell_of(row, column);
            EXPECT_EQ(value.text, test::unguarded(cells[column])) << info.name;
            if (value.text.empty()) continue;
            ++filled[column];
            EXPECT_EQ(value.kind, info.kind) << info.name;
        }
    };
    analysis.result.engine->judge(engine::run_serially, {.flows = engine::one_by_one(compare),
                                                         .end_round = [](std::size_t) {}});
    EXPECT_EQ(number, analysis.flows.rows().size());
    for (std::size_t column = 0; column < filled.size(); ++column)
        EXPECT_GT(filled[column], 0U) << columns_of_flows()[column].name << " was never seen";
}

}  // namespace
}  // namespace tlstriage::report
