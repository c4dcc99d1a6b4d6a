// merge: the parts of a capture, analysed apart and merged, are the whole.
#include "record/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

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
    record::MergedRun run(std::move(parts));
    fs::create_directories(folder);
    record::write_run(folder, run.settings(), run.facts(), run.records(), run.borders(),
                      engine::run_serially);
    return judged(run.records(), run.facts(), {});
}

void expect_same(const Files& merged, const Files& whole, const std::string& what) {
    ASSERT_EQ(merged.size(), 6U);
    for (const auto& [name, text] : whole)
        EXPECT_EQ(merged.at(name), text) << what << ": " << name;
}

/// Cuts a pcap file (native order) before the records with these numbers, counted from 0.
std::vector<std::string> cut(const std::string& path, std::vector<std::size_t> before,
                             const ScratchFolder& folder) {
    const std::string bytes = read_file(path);
    constexpr std::size_t header = 24;
    std::vector<std::string> parts{bytes.substr(0, header)};
    before.push_back(~std::size_t{0});
    std::size_t record = 0;
    for (std::size_t at = header; at < bytes.size(); ++record) {
        const std::size_t size =
            16 + load_native<std::uint32_t>(as_bytes(bytes).subspan(at + 8).data());
        if (record == before[parts.size() - 1]) parts.push_back(bytes.substr(0, header));
        parts.back() += bytes.substr(at, size);
        at += size;
    }
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        paths.push_back(folder.file("part" + std::to_string(i) + ".pcap"));
        write_file(paths.back(), parts[i]);
    }
    return paths;
}

std::size_t records_of(const std::string& path) {
    const std::string bytes = read_file(path);
    std::size_t count = 0;
    for (std::size_t at = 24; at < bytes.size(); ++count)
        at += 16 + load_native<std::uint32_t>(as_bytes(bytes).subspan(at + 8).data());
    return count;
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
