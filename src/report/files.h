// The files of a run: the one place that touches the output folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/inventory.h"
#include "report/run_facts.h"
#include "report/summary.h"
#include "report/table.h"

namespace tlstriage::report {

/// Files that are whole, by name, as the parts that they were written in: what a run that must not
/// wait for a disk keeps until another thread has written it.
using FilesInMemory = std::map<std::string, std::vector<std::string>>;

/// Where files go: into a folder, into memory, or nowhere. Borrows the memory.
class Place {
  public:
    Place() = default;
    // A folder is a place wherever one is asked for.
    Place(std::filesystem::path folder) : folder_(std::move(folder)) {}
    explicit Place(FilesInMemory& memory) : memory_(&memory) {}

    [[nodiscard]] bool empty() const { return memory_ == nullptr && folder_.empty(); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] FilesInMemory* memory() const { return memory_; }

  private:
    std::filesystem::path folder_;
    FilesInMemory* memory_ = nullptr;
};

/// A file written under a temporary name beside its own and renamed by commit(); an uncommitted one
/// is removed. The folder is made if need be. Throws std::system_error with the path.
class OutputFile {
  public:
    OutputFile(const Place& place, const std::string& name);
    ~OutputFile();
    OutputFile(OutputFile&&) = delete;
    OutputFile& operator=(OutputFile&&) = delete;

    void write(std::string_view text);
    void commit();

  private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    FilesInMemory* memory_;
    std::vector<std::string> parts_;  ///< for the memory
    int descriptor_;                  ///< negative when committed, and when in memory
};

/// Write a table or run.json into `place`. Throw std::system_error.
void write_summary(const Place& place, TableFormat format, const std::vector<SummaryGroup>& groups,
                   const std::vector<std::string>& files);
void write_names(const Place& place, TableFormat format,
                 const std::vector<engine::NameTrouble>& names,
                 const std::vector<std::string>& files);
void write_servers(const Place& place, TableFormat format, const Inventory& inventory);
void write_certificates(const Place& place, TableFormat format, const Inventory& inventory,
                        Nanoseconds capture_end);
void write_run(const Place& place, const RunFacts& facts);

}  // namespace tlstriage::report
