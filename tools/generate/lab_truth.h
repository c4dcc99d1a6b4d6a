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

class LabTruthWriter {
  public:
    // `columns`: those that some row may claim; written in an order of their own.
    LabTruthWriter(const std::string& path, const std::vector<std::string>& columns);
    void write(const LabTruthRow& row);
    // Throws if something could not be written.
    void close();

  private:
    std::string path_;
    File file_;
    std::vector<std::string> columns_;
};

}  // namespace tlstriage::generate
