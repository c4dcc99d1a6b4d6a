// The files of a run: the one place that touches the output folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "report/inventory.h"
#include "report/run_facts.h"
#include "report/summary.h"
#include "report/table.h"

namespace tlstriage::report {

/// A file written under a temporary name beside its own and renamed by commit(); an uncommitted one
/// is removed. The folder is made if need be. Throws std::system_error with the path.
class OutputFile {
  public:
    OutputFile(const std::filesystem::path& folder, const std::string& name);
    ~OutputFile();
    OutputFile(OutputFile&&) = delete;
    OutputFile& operator=(OutputFile&&) = delete;

    void write(std::string_view text);
    void commit();

  private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int descriptor_;  ///< negative when committed
};

/// Write a table or run.json into `folder`. Throw std::system_error.
void write_summary(const std::filesystem::path& folder, TableFormat format,
                   const std::vector<SummaryGroup>& groups, const std::vector<std::string>& files);
void write_names(const std::filesystem::path& folder, TableFormat format,
                 const std::vector<engine::NameTrouble>& names,
                 const std::vector<std::string>& files);
void write_servers(const std::filesystem::path& folder, TableFormat format,
                   const Inventory& inventory);
void write_certificates(const std::filesystem::path& folder, TableFormat format,
                        const Inventory& inventory, Nanoseconds capture_end);
void write_run(const std::filesystem::path& folder, const RunFacts& facts);

}  // namespace tlstriage::report
