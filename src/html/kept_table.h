// The rows of a small table that the page shows: the best, when there are more than it can hold.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "html/table_reader.h"

namespace tlstriage::html {

struct KeptTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< as texts of the page
    std::uint64_t total = 0;                     ///< rows of the file
};

/// Keeps the rows of the lowest rank, and of equal ones those that came first.
class TableKeeper {
  public:
    using Rank = std::array<std::int64_t, 2>;

    TableKeeper(std::vector<std::string> columns, std::size_t most_rows) : most_rows_(most_rows) {
        table_.columns = std::move(columns);
    }
    /// The row that `reader`, which has the same columns, read last.
    void offer(const TableReader& reader, const Rank& rank);
    /// In the order of rank.
    KeptTable finish();

  private:
    KeptTable table_;
    std::size_t most_rows_;
    std::multimap<Rank, std::vector<std::string>> kept_;
};

/// The servers with most failures.
struct ServerTable {
    KeptTable table;
    std::uint64_t flows = 0;            ///< of all servers
    std::uint64_t failing_servers = 0;  ///< with at least one failed flow
};

/// The certificates that run out first.
struct CertificateTable {
    KeptTable table;
    /// Of all: expired at the end of the capture, then less than so many days left, then more.
    static constexpr std::array<std::int64_t, 5> bounds{0, 7, 30, 90, 365};
    std::array<std::uint64_t, bounds.size() + 1> by_days_left{};
};

// Read the files of `folder` in one pass. Throw DamagedFile, and what reading throws.
ServerTable read_servers(const std::filesystem::path& folder, std::size_t most_rows);
CertificateTable read_certificates(const std::filesystem::path& folder, std::size_t most_rows);
/// Lookups in vain, then slow ones.
KeptTable read_names(const std::filesystem::path& folder, std::size_t most_rows);
/// The groups of summary.csv that have most flows, of those whose cause is `wanted`.
KeptTable read_groups(const std::filesystem::path& folder, std::size_t most_rows,
                      const std::function<bool(std::string_view cause)>& wanted);

}  // namespace tlstriage::html
