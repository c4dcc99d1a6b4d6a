// A run on disk: evidence.bin, with which it can be judged again without its packets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/border.h"
#include "engine/engine.h"
#include "engine/judgement.h"
#include "engine/limits.h"
#include "engine/parallel.h"
#include "record/pool.h"
#include "report/run_facts.h"

namespace tlstriage::record {

/// The name of the file in a run's folder.
constexpr auto file_name = "evidence.bin";

/// Options of a run that bear on its verdicts.
struct Settings {
    engine::Grouping grouping = engine::Grouping::by_time;
    bool all_flows = false;
    engine::Ports tls_ports = engine::default_tls_ports();

    friend bool operator==(const Settings&, const Settings&) = default;
};

/// A border, and where its evidence is: an index of Records::ended.
struct BorderPlace {
    std::size_t store = 0;
    const engine::Border* border = nullptr;
};

/// Those of a run of analyze. Borrows it.
std::vector<BorderPlace> borders_of(const engine::Engine& engine);

/// Writes `folder`/evidence.bin. Of `facts` what judging counts anew is left out; `records` has
/// groups of engine::shard_count stores, a store's flows being those of shard (index modulo that).
/// Throws std::system_error.
void write_run(const std::filesystem::path& folder, const Settings& settings,
               const report::RunFacts& facts, const engine::Records& records,
               const std::vector<BorderPlace>& borders, const engine::Parallel& parallel);

/// What a file held, owned but for what lies in the pool.
struct RecordedRun {
    Settings settings;
    report::RunFacts facts;
    std::vector<engine::EvidenceStore> stores{engine::shard_count};  ///< by shard
    std::vector<engine::Lookup> lookups;
    std::vector<engine::Archive> archives;  ///< by Evidence::archive
    std::vector<engine::Border> borders;

    /// Borrows the stores.
    [[nodiscard]] engine::Records records() const;
};

/// Reads `folder`/evidence.bin; its evidence refers to `pool`. Throws std::runtime_error, with the
/// path and why, for a file that is missing, damaged, not whole, or says what no run can.
RecordedRun load_run(const std::filesystem::path& folder, Pool& pool);

/// Names of the traces, by Evidence::file.
std::vector<std::string> file_names(const report::RunFacts& facts);

}  // namespace tlstriage::record
