// The truth beside a trace of `tracegen --profile lab`, and a run's rows held against it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "support/csv.h"

namespace tlstriage::test {

/// A row of the truth. Cells are as flows.csv would have them.
struct LabFlow {
    std::string case_name;  ///< "bulk" for what was mixed in
    std::uint64_t copy = 0;
    std::string client_ip;
    std::string client_port;
    std::string server_ip;
    std::string server_port;
    std::string first_frame;
    std::map<std::string, std::string> claims;      ///< by column; without those not claimed
    std::map<std::string, std::string> also_right;  ///< of another answer that can be defended
};

/// Throws std::exception on a file that is no such truth.
std::vector<LabFlow> read_lab_truth(const std::filesystem::path& path);

/// Finds rows of a flows.csv by their ends and first frame. Borrows the table.
class LabRows {
  public:
    explicit LabRows(const CsvTable& flows);

    /// Null when there is none.
    [[nodiscard]] const CsvTable::Row* find(const LabFlow& flow) const;

  private:
    using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;

    std::map<Key, const CsvTable::Row*> rows_;
};

/// Where a row differs from what is claimed, a line each; columns that `flows` has not are passed
/// over. Empty too when it is as `also_right` has it.
std::vector<std::string> claim_differences(const LabFlow& flow, const CsvTable& flows,
                                           const CsvTable::Row& row);

}  // namespace tlstriage::test
