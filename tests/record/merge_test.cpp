// merge: the parts of a capture, analysed apart and merged, are the whole.
#include "record/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "record/cut_capture.h"
#include "report/files.h"
#include "report/flow_report.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

namespace fs = std::filesystem;

/// Files of a run by name, run.json without what differs by nature.
using Files = std::map<std::string, std::string>;

Files judged(const engine::Records& records, report::RunFacts& facts,
             const engine::Limits& limits) {
    const ScratchFolder folder;
    const auto format = report::TableFormat::csv;
    const std::vector<std::string> traces = record::file_names(facts);
    report::FlowReport flows(traces, folder.path(), format, 1);
    const engine::Judgement judgement =
        engine::judge(records, limits, engine::run_serially, flows.handlers());
    facts.rows = judgement.rows;
    facts.without_row = judgement.without_row;
    facts.threads = 1;
    const auto groups = flows.finish();
    report::write_summary(folder.path(), format, groups, traces);
    report::write_servers(folder.path(), format, flows.inventory());
    report::write_certificates(folder.path(), format, flows.inventory(), facts.capture_last);
    report::write_names(folder.path(), format, judgement.names, traces);
    report::write_run(folder.path(), facts);
    Files files;
    for (const auto& entry : fs::directory_iterator(folder.path()))
        files[entry.path().filename()] = read_file(entry.path());
    return files;
}

/// A run of `inputs`, judged; its evidence goes to `folder` unless that is empty.
Files analysed(const std::vector<std::string>& inputs, const fs::path& folder = {},
               dataplane::RunPlan plan = {}) {
    plan.limits.keep_borders = !folder.empty();
    Analysis analysis = analyse(inputs, plan);
    const engine::Engine& engine = *analysis.result.engine;
    const record::Settings settings{.grouping = plan.grouping};
    if (!folder.empty()) {
        record::write_run(folder, settings, analysis.result.facts, engine.records(),
                          record::borders_of(engine), engine::run_serially);
    }
    return judged(engine.records(), analysis.result.facts, plan.limits);
}

/// The runs of `folders` as one, whose evidence goes to `folder`.
Files merged(const std::vector<fs::path>& folders, const fs::path& folder) {
    record::Pool pool;
    std::vector<record::RecordedRun> parts;
    for (const fs::path& part : folders)
        parts.push_back(record::load_run(part, pool));
    record::MergedRun run(std::move(parts), pool);
    fs::create_directories(folder);
    record::write_run(folder, run.settings(), run.facts(), run.records(), run.borders(),
                      engine::run_serially);
    run.join();
    return judged(run.records(), run.facts(), {});
}

void expect_same(const Files& merged, const Files& whole, const std::string& what) {
    ASSERT_EQ(merged.size(), 6U);
    for (const auto& [name, text] : whole)
        EXPECT_EQ(merged.at(name), text) << what << ": " << name;
}

/// Three runs in any order and nesting give what `whole` is.
void expect_any_order(const std::vector<std::vector<std::string>>& parts, const Files& whole,
                      const dataplane::RunPlan& plan, const std::string& what) {
    ASSERT_EQ(parts.size(), 3U);
    const ScratchFolder folder;
    std::vector<fs::path> runs;
    for (const auto& part : parts) {
        runs.push_back(folder.path() / std::to_string(runs.size()));
        fs::create_directories(runs.back());
        analysed(part, runs.back(), plan);
    }
    const fs::path out = folder.path() / "out";
    const fs::path inner = folder.path() / "inner";
    std::vector<std::size_t> order{0, 1, 2};
    do {
        const std::string name = what + " " + std::to_string(order[0]) + std::to_string(order[1]) +
                                 std::to_string(order[2]);
        expect_same(merged({runs[order[0]], runs[order[1]], runs[order[2]]}, out), whole, name);
        merged({runs[order[0]], runs[order[1]]}, inner);
        expect_same(merged({inner, runs[order[2]]}, out), whole, name + " nested");
    } while (std::ranges::next_permutation(order).found);
    // Of one run, merging makes the same run.
    expect_same(merged({out}, inner), whole, what + " again");
}

TEST(Merge, CasesInThreePartsAreTheWhole) {
    std::vector<std::string> all;
    std::vector<std::vector<std::string>> parts(3);
    for (const std::string& name : case_names()) {
        all.push_back(capture_in(source_root() / "pcaps" / name));
        parts[std::hash<std::string>{}(name) % 3].push_back(all.back());
    }
    for (const auto grouping : {dataplane::Grouping::by_time, dataplane::Grouping::one_archive,
                                dataplane::Grouping::separate}) {
        dataplane::RunPlan plan;
        plan.grouping = grouping;
        expect_any_order(parts, analysed(all, {}, plan), plan,
                         std::to_string(static_cast<int>(grouping)));
    }
}

/// Columns of flows.csv in which rows of two runs differ, and rows that only one of them has.
std::set<std::string> differences(const std::string& one, const std::string& other) {
    const CsvTable a(one);
    const CsvTable b(other);
    std::map<std::string, const CsvTable::Row*> rows;
    for (const CsvTable::Row& row : a.rows())
        rows[a.cell(row, "flow_id") + a.cell(row, "first_frame")] = &row;
    std::set<std::string> found;
    for (const CsvTable::Row& row : b.rows()) {
        const auto known = rows.find(b.cell(row, "flow_id") + b.cell(row, "first_frame"));
        if (known == rows.end()) {
            found.insert("a row more: " + b.cell(row, "cause"));
            continue;
        }
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (row[i] != (*known->second)[i]) found.insert(a.header()[i]);
        }
        rows.erase(known);
    }
    for (const auto& [id, row] : rows)
        found.insert("a row less: " + a.cell(*row, "cause"));
    return found;
}

/// Analyses the capture's parts apart and together.
std::pair<Files, Files> in_parts(const std::string& path, const std::vector<std::size_t>& before) {
    const ScratchFolder folder;
    const std::vector<std::string> parts = cut(path, before, folder);
    std::vector<fs::path> runs;
    for (const std::string& part : parts) {
        runs.push_back(part + ".run");
        fs::create_directories(runs.back());
        analysed({part}, runs.back());
    }
    return {merged(runs, folder.path() / "out"), analysed(parts)};
}

TEST(Merge, TraceCutInMidFlowIsTheWhole) {
    const std::string path = small_mixed().path;
    const std::size_t records = records_of(path);
    for (const std::size_t share : {2U, 3U, 5U, 7U, 11U, 13U}) {
        const auto [parts, whole] = in_parts(path, {records / share});
        EXPECT_EQ(differences(whole.at("flows.csv"), parts.at("flows.csv")),
                  std::set<std::string>{})
            << share;
        expect_same(parts, whole, "at 1/" + std::to_string(share));
    }
}

TEST(Merge, TraceCutTwiceIsTheWholeInAnyOrder) {
    const std::string path = small_mixed().path;
    const std::size_t records = records_of(path);
    const ScratchFolder folder;
    const std::vector<std::string> parts = cut(path, {records / 3, records / 2}, folder);
    expect_any_order({{parts[0]}, {parts[1]}, {parts[2]}}, analysed(parts), {}, "mixed");
}

TEST(Merge, OtherOptionsAreRefused) {
    const ScratchFolder one;
    const ScratchFolder other;
    const std::string capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    dataplane::RunPlan plan;
    analysed({capture}, one.path(), plan);
    plan.grouping = dataplane::Grouping::separate;
    analysed({capture}, other.path(), plan);
    const ScratchFolder out;
    EXPECT_THROW(merged({one.path(), other.path()}, out.path()), std::runtime_error);
}

}  // namespace
}  // namespace tlstriage::test
