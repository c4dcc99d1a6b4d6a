// Runs a trace of lab conversations: copies of whole cases, interleaved, among flows of the bulk
// profile.
#pragma once

#include <string>
#include <vector>

#include "generator.h"

namespace tlstriage::generate {

struct LabOptions {
    std::string cases;              // a folder of case folders
    std::vector<std::string> only;  // patterns of case names; empty: all
    double bulk_share = 0;          // of the capture's bytes, 0 to below 1
    bool once = false;              // each case a single time
    bool edge = false;              // cases about a capture's edge too
};

struct LabResult {
    GenerateResult trace;    // its flows are TCP connections, bulk ones too
    std::uint64_t rows = 0;  // of the truth; the other connections get none
    std::uint64_t copies = 0;
    std::uint64_t bulk_flows = 0;
    std::size_t cases = 0;
    std::vector<std::string> left_out;  // edge cases, by name
    std::vector<std::string> unusable;  // name and why
    std::vector<std::string> kept;      // cases whose copies share addresses
    bool certificates_shifted = false;  // the trace lies where some certificate's validity differs
};

// Throws std::exception when there is no case to copy, a file can't be written or OpenSSL fails.
LabResult generate_lab(const GenerateOptions& options, const LabOptions& lab);

}  // namespace tlstriage::generate
