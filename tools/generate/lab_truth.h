// The truth beside a trace of lab conversations: what expected.json claims of each flow, at the
// addresses, ports and frames of this trace.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "truth.h"

namespace tlstriage::generate {

// A row before it is written. Columns that `claims` does not have are written as `?`: not claimed.
struct LabTruthRow {
    std::string case_name;
    std::uint64_t copy = 0;  // of all copies in the trace, from 1
    std::string client_ip;
    std::string client_port;
    std::string server_ip;
    std::string server_port;
    std::int64_t start_time = 0;  // ns
    std::uint64_t first_frame = 0;
    std::map<std::string, std::string> claims;
    std::map<std::string, std::string> also_right;
};

// A lookup that dns.csv has a row for.
struct LabDnsTruthRow {
    std::string case_name;
    std::uint64_t copy = 0;
    std::string client_ip;  // who asked
    std::map<std::string, std::string> claims;
};

// A CSV with some columns in every row and others that a row may claim.
class ClaimTable {
  public:
    // `claimed`: columns that some row may claim, repeated ones too; written in an order of their
    // own. Throws std::system_error.
    ClaimTable(const std::string& path, const std::vector<std::string>& fixed,
               std::vector<std::string> claimed);
    void write(const std::vector<std::string>& fixed,
               const std::map<std::string, std::string>& claims);
    // Throws if something could not be written.
    void close();

  private:
    void write_line(const std::string& line);

    std::string path_;
    File file_;
    std::vector<std::string> claimed_;
};

class LabTruthWriter {
  public:
    LabTruthWriter(const std::string& path, std::vector<std::string> columns);
    void write(const LabTruthRow& row);
    void close() { table_.close(); }

  private:
    ClaimTable table_;
};

class LabDnsTruthWriter {
  public:
    LabDnsTruthWriter(const std::string& path, std::vector<std::string> columns);
    void write(const LabDnsTruthRow& row);
    void close() { table_.close(); }

  private:
    ClaimTable table_;
};

}  // namespace tlstriage::generate
