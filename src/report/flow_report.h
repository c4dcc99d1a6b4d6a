// Judged flows to flows.csv and to the summary, as they come.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/judgement.h"
#include "report/files.h"
#include "report/inventory.h"
#include "report/summary.h"
#include "report/table.h"

namespace tlstriage::report {

class FlowReport {
  public:
    /// `files`: names of the traces, by Evidence::file; without any, rows have neither files nor
    /// frames. Without a place nothing is written.
    /// `workers`: how many threads judge. Throws std::system_error, as the handlers and finish()
    /// do.
    FlowReport(const std::vector<std::string>& files, const Place& place, TableFormat format,
               unsigned workers);

    /// Without flows.csv, too; before the first flow.
    void keep_inventory() { keeps_inventory_ = true; }

    /// For engine::judge(); they borrow this object.
    engine::OnJudged handlers();

    /// After the last flow: flows.csv gets its name. The groups of all flows.
    std::vector<SummaryGroup> finish();
    /// Servers and certificates of all flows; empty when no folder was given, unless it is kept.
    [[nodiscard]] const Inventory& inventory() const { return parts_.front().inventory; }

  private:
    /// Of one worker's flows; of all, in the end, in the first.
    struct Part {
        Summary summary;
        Inventory inventory;
        std::vector<Row> rows;  ///< of one call, so that their memory is used again
    };

    void add(const engine::JudgedBatch& batch, std::span<const engine::JudgedFlow> flows);
    void write_rows();

    const std::vector<std::string>& files_;
    TableFormat format_;
    std::optional<OutputFile> output_;
    bool keeps_inventory_ = false;
    using Rows = std::array<Buffer, engine::round_batches>;  ///< by batch
    Rows rows_;
    Rows written_;             ///< of the round before, while they are written
    std::vector<Part> parts_;  ///< by worker
};

}  // namespace tlstriage::report
