// evidence.bin: what was written comes back, and damage is told, not believed.
#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "capture/capture_bytes.h"
#include "record/merge.h"
#include "record/moments.h"
#include "report/flow_report.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

/// A run of a few flows with lookups and certificates.
std::string small_run() {
    static const ScratchFolder folder;
    static const bool written = [] {
        const std::string cases = source_root() / "pcaps";
        Analysis analysis =
            analyse({cases + "/certificate_expired_tls12", cases + "/dns_cname_chain"});
        record::write_run(folder.path(), {}, analysis.result.facts,
                          analysis.result.engine->records(), {}, engine::run_serially);
        return true;
    }();
    (void)written;
    return folder.path();
}

/// The message that loading `folder` throws; empty when it loads.
std::string complaint(const std::filesystem::path& folder) {
    try {
        record::Pool pool;
        record::load_run(folder, pool);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

std::string judged_again(const std::filesystem::path& folder) {
    record::Pool pool;
    const record::RecordedRun run = record::load_run(folder, pool);
    const ScratchFolder out;
    const std::vector<std::string> files = record::file_names(run.facts);
    report::FlowReport flows(files, out.path(), report::TableFormat::csv, 1);
    engine::judge(run.records(), {}, engine::run_serially, flows.handlers());
    flows.finish();
    return read_file(out.path() / "flows.csv");
}

TEST(Record, JudgedAgainIsJudgedTheSame) {
    const ScratchFolder folder;
    Analysis analysis = analyse({small_mixed().path});
    record::write_run(folder.path(), {}, analysis.result.facts, analysis.result.engine->records(),
                      {}, engine::run_serially);
    EXPECT_EQ(judged_again(folder.path()), analysis.csv);
}

/// The packets of a pcap with microseconds as a pcapng whose first one comes at second `begin`.
std::string moved_to(std::int64_t begin, const std::string& pcap) {
    using namespace capture::test;
    const std::string bytes = read_file(pcap);
    const auto u32 = [&](std::size_t at) {
        return load_native<std::uint32_t>(as_bytes(bytes).subspan(at).data());
    };
    constexpr std::size_t header = 24;
    const std::int64_t offset = begin - u32(header);
    Buffer moved =
        section() +
        interface(1, option(14, Writer().u64(static_cast<std::uint64_t>(offset)).buffer));
    for (std::size_t at = header; at < bytes.size(); at += 16 + u32(at + 8)) {
        Packet packet;
        packet.ticks = u32(at) * std::uint64_t{1'000'000} + u32(at + 4);
        const Bytes data = as_bytes(bytes).subspan(at + 16, u32(at + 8));
        packet.data.assign(data.begin(), data.end());
        packet.wire = u32(at + 12);
        moved = moved + enhanced_packet(packet);
    }
    return std::string(as_text(moved));
}

TEST(Record, WhatCapturesOfAnyTimeLeaveLoads) {
    const std::string pcap = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const std::vector<std::pair<std::int64_t, std::string>> begins{
        {7'258'118'400, "2200-01-01T00:00:00."},
        {-86'400, "1969-12-31T00:00:00."},
        {std::numeric_limits<std::int64_t>::max(), "2259-02-09T14:00:36.854775807Z"},
        {std::numeric_limits<std::int64_t>::max() / 2, "2259-02-09T14:00:36.854775807Z"},
        {-std::int64_t{10'000'000'000}, "1966-10-31T14:13:20.000000000Z"}};
    for (const auto& [begin, text] : begins) {
        SCOPED_TRACE(text);
        const ScratchFolder folder;
        write_file(folder.path() / "moved.pcapng", moved_to(begin, pcap));
        dataplane::RunPlan plan;
        plan.limits.keep_borders = true;
        Analysis analysis = analyse({folder.file("moved.pcapng")}, plan);
        ASSERT_EQ(analysis.flows.rows().size(), 1U);
        EXPECT_EQ(
            analysis.flows.cell(analysis.flows.rows()[0], "start_time").substr(0, text.size()),
            text);
        record::write_run(folder.path(), {}, analysis.result.facts,
                          analysis.result.engine->records(),
                          record::borders_of(*analysis.result.engine), engine::run_serially);
        EXPECT_EQ(complaint(folder.path()), "");
        EXPECT_EQ(judged_again(folder.path()), analysis.csv);
    }
}

TEST(Record, MomentsThatTheRunDoesNotHaveAreRefused) {
    record::Pool pool;
    record::RecordedRun run = record::load_run(small_run(), pool);
    const auto written = [&run](const evidence::Evidence& changed, std::size_t store,
                                engine::EvidenceStore::Index index) {
        run.stores[store].replace(index, changed);
        run.stores[store].at(index).archive = changed.archive;
        const ScratchFolder folder;
        record::write_run(folder.path(), run.settings, run.facts, run.records(), {},
                          engine::run_serially);
        return complaint(folder.path());
    };
    std::size_t moments = 0;
    for (std::size_t store = 0; store < run.stores.size(); ++store) {
        for (engine::EvidenceStore::Index i = 0; i < run.stores[store].size(); ++i) {
            evidence::Evidence flow;
            run.stores[store].at(i).unpack(flow);
            const evidence::Evidence good = flow;
            const engine::Archive& archive = run.archives[flow.archive];
            const std::vector<Moment> wrong{{std::numeric_limits<Nanoseconds>::max(), 1},
                                            {std::numeric_limits<Nanoseconds>::min(), 1},
                                            {archive.last_packet + 1, 1},
                                            {archive.first_packet - 1, 1},
                                            {archive.first_packet, 1'000'000},
                                            {archive.last_packet, ~std::uint64_t{0}}};
            std::vector<const Moment*> places;
            record::each_moment(flow, [&](const Moment& moment) {
                if (moment.seen()) places.push_back(&moment);
            });
            for (const Moment* const place : places) {
                const Moment& value = wrong[moments++ % wrong.size()];
                const Moment before = std::exchange(*const_cast<Moment*>(place), value);
                EXPECT_NE(written(flow, store, i).find("says what no run can"), std::string::npos)
                    << moments << " at " << value.time << ' ' << value.frame;
                *const_cast<Moment*>(place) = before;
            }
            EXPECT_EQ(written(good, store, i), "");
        }
    }
    EXPECT_GT(moments, 60U);
}

TEST(Record, BytesDoNotDependOnThreads) {
    const ScratchFolder one;
    const ScratchFolder four;
    dataplane::RunPlan plan;
    plan.threads = 4;
    const dataplane::Executor executor(4);
    for (const bool parallel : {false, true}) {
        Analysis analysis = analyse({small_mixed().path}, parallel ? plan : dataplane::RunPlan{});
        record::write_run((parallel ? four : one).path(), {}, analysis.result.facts,
                          analysis.result.engine->records(), {},
                          parallel ? executor.parallel() : engine::run_serially);
    }
    EXPECT_EQ(read_file(one.path() / record::file_name),
              read_file(four.path() / record::file_name));
}

TEST(Record, CutAnywhereIsRefused) {
    const std::string whole = read_file(std::filesystem::path(small_run()) / record::file_name);
    ASSERT_GT(whole.size(), 1000U);
    ASSERT_EQ(complaint(small_run()), "");
    const ScratchFolder folder;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(folder.path() / record::file_name, whole.substr(0, size));
        EXPECT_NE(complaint(folder.path()).find("evidence.bin: is not whole"), std::string::npos)
            << size << complaint(folder.path());
    }
    write_file(folder.path() / record::file_name, whole + 'x');
    EXPECT_NE(complaint(folder.path()).find("is not whole"), std::string::npos);
}

TEST(Record, AnyChangedByteIsToldAsDamage) {
    const std::string whole = read_file(std::filesystem::path(small_run()) / record::file_name);
    const ScratchFolder folder;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
        write_file(folder.path() / record::file_name, changed);
        const std::string told = complaint(folder.path());
        EXPECT_TRUE(told.find("is damaged") != std::string::npos ||
                    told.find("is no evidence.bin") != std::string::npos)
            << i << ' ' << told;
    }
}

TEST(Record, OlderVersionIsToldAsSuch) {
    std::string file = read_file(std::filesystem::path(small_run()) / record::file_name);
    constexpr std::size_t version_at = 8;
    constexpr std::size_t checksum_at = 24;
    ASSERT_EQ(file[version_at], 2);
    file[version_at] = 1;
    const std::uint64_t checksum = XXH3_64bits(file.data(), checksum_at);
    std::memcpy(file.data() + checksum_at, &checksum, sizeof(checksum));
    const ScratchFolder folder;
    write_file(folder.path() / record::file_name, file);
    EXPECT_NE(complaint(folder.path())
                  .find("evidence.bin: was written by another version of tlstriage; analyze the "
                        "captures again"),
              std::string::npos);
}

TEST(Record, MissingIsToldWithItsPath) {
    const ScratchFolder folder;
    EXPECT_NE(complaint(folder.path()).find(folder.file("evidence.bin") + ": can't be opened"),
              std::string::npos);
}

}  // namespace
}  // namespace tlstriage::test
