// The files of a run: the one place that touches the output folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "report/run_facts.h"
#include "report/summary.h"

namespace tlstriage::report {

enum class TableFormat : std::uint8_t { csv, jsonl };

/// A file written under a temporary name beside its own and renamed by commit(); an uncommitted one
/// is removed. Throws std::system_error with the path.
class OutputFile {
  public:
    OutputFile(std::filesystem::path path);
    ~OutputFile();
    OutputFile(OutputFile&&) = delete;
    OutputFile& operator=(OutputFile&&) = delete;

    void write(std::string_view text);
    void commit();

  private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

/// Writes flows and summary tables (in `format`) and run.json into `folder`, creating it. Rows are
/// made in parallel and written in order. Throws std::system_error.
void write_flows(const std::filesystem::path& folder, TableFormat format,
                 const std::vector<engine::JudgedFlow>& flows,
                 const std::vector<std::string>& files, const engine::Parallel& parallel);
void write_summary(const std::filesystem::path& folder, TableFormat format,
                   const std::vector<SummaryGroup>& groups, const std::vector<std::string>& files);
void write_run(const std::filesystem::path& folder, const RunFacts& facts);

}  // namespace tlstriage::report
