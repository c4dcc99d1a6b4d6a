// Runs a trace: keeps some flows under way at a time and writes their frames in time order.
#pragma once

#include <cstdint>
#include <string>

#include "capture_writer.h"
#include "planner.h"

namespace tlstriage::generate {

struct GenerateOptions {
    PlanOptions plan;
    std::uint64_t flows = 0;  // at most; 0: no limit but `size`
    std::uint64_t size = 0;   // bytes of the capture file, about; 0: no limit but `flows`
    std::uint32_t concurrency = 2000;
    CaptureFormat format = CaptureFormat::pcap;
    bool nanosecond = false;
    std::string output;
    std::string truth;
    std::string roots;  // PEM of the roots that healthy chains lead to; empty: not written
};

struct GenerateResult {
    std::uint64_t flows = 0;
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;
    std::uint64_t file_bytes = 0;
    double seconds = 0;  // from the first frame to the last
};

// Throws std::exception when a file cannot be written or OpenSSL fails.
GenerateResult generate(const GenerateOptions& options);

}  // namespace tlstriage::generate
