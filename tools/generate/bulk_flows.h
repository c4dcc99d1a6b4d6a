// Flows of the bulk profile, to be mixed among lab conversations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "generator.h"
#include "lab_truth.h"
#include "planner.h"

namespace tlstriage::generate {

class BulkFlows {
  public:
    // `share`: of the capture's bytes that these flows will be. Certificates are valid around
    // `start` (ns since 1970).
    BulkFlows(const GenerateOptions& options, double share, std::int64_t start);

    // The next one, which begins at `start`; 100 kB in the mean, or what suits a small trace.
    PlannedFlow next(std::int64_t start);

    std::size_t build(Flow& flow, const Segment& segment, std::uint8_t* out) const {
        return builder_.build(flow, segment, out);
    }
    std::uint64_t count() const { return count_; }
    std::uint64_t bytes() const { return bytes_; }  // of the capture, of all flows so far
    const std::string& roots_pem() const { return world_.roots_pem(); }

    // What truth() claims, whatever the flow.
    static std::vector<std::string> columns();
    static LabTruthRow truth(const PlannedFlow& planned, std::uint64_t first_frame);

  private:
    CaptureFormat format_;
    double mean_;  // bytes of application data
    Rng rng_;
    RandomPool pool_;
    World world_;
    Planner planner_;
    FrameBuilder builder_;
    std::uint64_t count_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace tlstriage::generate
