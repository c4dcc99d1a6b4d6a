// What is typed, as typed; each command turns its own into a validated plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tlstriage::cli {

/// Exit statuses (output.md).
enum Status : int {
    done = 0,
    failed = 1,
    usage = 2,
    lossy = 3,
    failed_flows = 4,
};

struct AnalyzeOptions {
    std::vector<std::string> inputs;
    std::filesystem::path output;
    std::string threads = "auto";
    std::string memory = "4G";
    std::string format = "csv";
    std::string color = "auto";
    std::string pmd;
    std::vector<std::uint16_t> tls_ports;
    std::string trust_store;
    std::vector<std::string> revocation_lists;
    bool one_archive = false;
    bool separate = false;
    bool all_flows = false;
    bool stream = false;
    bool quiet = false;
    bool no_progress = false;
    bool fail_on_failed = false;
};

/// Runs `analyze`; returns the exit status. Throws for what ends the run.
int analyze(const AnalyzeOptions& options);

}  // namespace tlstriage::cli
