// An evidence.bin that was made to do harm: right checksums around wrong contents.
#include <gtest/gtest.h>

#include "record/blocks.h"
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
        bytes += record::seal(block.kind, block.items);
    bytes += record::seal(record::BlockKind::end, std::string(1, static_cast<char>(blocks.size())));
    write_file(path, bytes);
}

/// Loads, merges and judges; true when the file was refused.
bool refused(const std::filesystem::path& folder) {
    try {
        record::Pool pool;
        std::vector<record::RecordedRun> parts;
        parts.push_back(record::load_run(folder, pool));
        record::MergedRun run(std::move(parts));
        const ScratchFolder out;
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

TEST(Forged, ContentsAreRefusedOrHarmless) {
    const ScratchFolder folder;
    const auto path = folder.path() / record::file_name;
    const std::string cases = source_root() / "pcaps";
    Analysis analysis = analyse({cases + "/certificate_expired_tls12", cases + "/dns_cname_chain",
                                 cases + "/starttls_smtp_postfix_refused"});
    record::write_run(folder.path(), {}, analysis.result.facts, analysis.result.engine->records(),
                      {}, engine::run_serially);
    const std::vector<Block> blocks = blocks_of(path);
    ASSERT_LT(blocks.size(), 128U);
    write_blocks(path, blocks);
    ASSERT_FALSE(refused(folder.path()));
    std::size_t refusals = 0;
    for (std::size_t block = 0; block < blocks.size(); ++block) {
        for (std::size_t i = 0; i < blocks[block].items.size(); ++i) {
            if (i % 4 != block % 4) continue;
            constexpr std::array changes{0x01, 0x80, 0xff};
            std::vector<Block> changed = blocks;
            char& byte = changed[block].items[i];
            byte = static_cast<char>(byte ^ changes[i % changes.size()]);
            write_blocks(path, changed);
            refusals += refused(folder.path()) ? 1 : 0;  // sanitizers watch
        }
    }
    EXPECT_GT(refusals, 100U);
}

TEST(Forged, BlocksMissingOrOutOfOrderAreRefused) {
    const ScratchFolder folder;
    const auto path = folder.path() / record::file_name;
    Analysis analysis = analyse({source_root() / "pcaps/certificate_expired_tls12"});
    record::write_run(folder.path(), {}, analysis.result.facts, analysis.result.engine->records(),
                      {}, engine::run_serially);
    const std::vector<Block> blocks = blocks_of(path);
    for (std::size_t missing = 0; missing + 1 < blocks.size(); ++missing) {
        std::vector<Block> rest = blocks;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(missing));
        write_blocks(path, rest);
        EXPECT_TRUE(refused(folder.path())) << missing;
    }
    std::vector<Block> reversed(blocks.rbegin(), blocks.rend());
    write_blocks(path, reversed);
    EXPECT_TRUE(refused(folder.path()));
}

}  // namespace
}  // namespace tlstriage::test
