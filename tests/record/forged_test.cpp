// An evidence.bin that was made to do harm: right checksums around wrong contents.
#include <gtest/gtest.h>

#include "record/blocks.h"
#include "record/cut_capture.h"
#include "record/merge.h"
#include "report/flow_report.h"
#include "support/analysis.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

struct Block {
    record::BlockKind kind;
    std::string items;
};

std::vector<Block> blocks_of(const std::filesystem::path& path) {
    std::vector<Block> blocks;
    record::BlockReader reader(path);
    while (reader.next())
        blocks.push_back({reader.kind(), std::string(as_text(reader.items()))});
    return blocks;
}

void write_blocks(const std::filesystem::path& path, const std::vector<Block>& blocks) {
    std::string bytes = record::file_header();
    for (const Block& block : blocks)
        bytes += record::seal(block.kind, record::empty_block() + block.items);
    bytes += record::seal(record::BlockKind::end,
                          record::empty_block() + static_cast<char>(blocks.size()));
    write_file(path, bytes);
}

/// Loads, merges and judges; true when one of the files was refused.
bool refused(const std::vector<std::filesystem::path>& folders) {
    try {
        record::Pool pool;
        std::vector<record::RecordedRun> parts;
        for (const auto& folder : folders)
            parts.push_back(record::load_run(folder, pool));
        record::MergedRun run(std::move(parts), pool);
        const ScratchFolder out;
        record::write_run(out.path(), run.settings(), run.facts(), run.records(), run.borders(),
                          engine::run_serially);
        run.join();
        const std::vector<std::string> files = record::file_names(run.facts());
        report::FlowReport flows(files, out.path(), report::TableFormat::csv, 1);
        engine::judge(run.records(), {}, engine::run_serially, flows.handlers());
        flows.finish();
        report::write_servers(out.path(), report::TableFormat::csv, flows.inventory());
        report::write_certificates(out.path(), report::TableFormat::csv, flows.inventory(), 0);
        report::to_json(run.facts());
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

/// Analyses `inputs` and writes their evidence into `folder`.
void record_run(const std::vector<std::string>& inputs, const std::filesystem::path& folder) {
    dataplane::RunPlan plan;
    plan.limits.keep_borders = true;
    Analysis analysis = analyse(inputs, plan);
    const engine::Engine& engine = *analysis.result.engine;
    record::write_run(folder, {}, analysis.result.facts, engine.records(),
                      record::borders_of(engine), engine::run_serially);
}

/// Changes bytes of the file in `folder`, one after the other; `others` are merged with it. Returns
/// how many changes were refused.
std::size_t forge(const std::filesystem::path& folder,
                  const std::vector<std::filesystem::path>& others, std::size_t step,
                  bool borders_alone) {
    const auto path = folder / record::file_name;
    const std::vector<Block> blocks = blocks_of(path);
    std::vector<std::filesystem::path> folders = others;
    folders.push_back(folder);
    std::size_t refusals = 0;
    for (std::size_t block = 0; block < blocks.size(); ++block) {
        if (borders_alone && blocks[block].kind != record::BlockKind::borders) continue;
        for (std::size_t i = block % step; i < blocks[block].items.size(); i += step) {
            constexpr std::array changes{0x01, 0x80, 0xff};
            std::vector<Block> changed = blocks;
            char& byte = changed[block].items[i];
            byte = static_cast<char>(byte ^ changes[i % changes.size()]);
            write_blocks(path, changed);
            refusals += refused(folders) ? 1 : 0;  // sanitizers watch
        }
    }
    write_blocks(path, blocks);
    EXPECT_FALSE(refused(folders));
    return refusals;
}

TEST(Forged, ContentsAreRefusedOrHarmless) {
    const ScratchFolder folder;
    const std::string cases = source_root() / "pcaps";
    record_run({cases + "/certificate_expired_tls12", cases + "/dns_cname_chain",
                cases + "/starttls_smtp_postfix_refused"},
               folder.path());
    EXPECT_GT(forge(folder.path(), {}, 7, false), 100U);
}

TEST(Forged, BordersAreRefusedOrHarmless) {
    const ScratchFolder folder;
    const std::string capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const std::size_t records = records_of(capture);
    ASSERT_GT(records, 6U);
    const std::vector<std::string> parts = cut(capture, {5}, folder);
    const auto one = folder.path() / "one";
    const auto two = folder.path() / "two";
    for (const auto& run : {one, two})
        std::filesystem::create_directories(run);
    record_run({parts[0]}, one);
    record_run({parts[1]}, two);
    EXPECT_GT(forge(one, {two}, 3, true), 10U);
    EXPECT_GT(forge(two, {one}, 5, true), 10U);
}

TEST(Forged, BlocksMissingOrOutOfOrderAreRefused) {
    const ScratchFolder folder;
    const auto path = folder.path() / record::file_name;
    record_run({source_root() / "pcaps/certificate_expired_tls12"}, folder.path());
    const std::vector<Block> blocks = blocks_of(path);
    for (std::size_t missing = 0; missing < blocks.size(); ++missing) {
        if (blocks[missing].kind == record::BlockKind::borders) continue;  // nothing refers to it
        std::vector<Block> rest = blocks;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(missing));
        write_blocks(path, rest);
        EXPECT_TRUE(refused({folder.path()})) << missing;
    }
    std::vector<Block> reversed(blocks.rbegin(), blocks.rend());
    write_blocks(path, reversed);
    EXPECT_TRUE(refused({folder.path()}));
}

}  // namespace
}  // namespace tlstriage::test
