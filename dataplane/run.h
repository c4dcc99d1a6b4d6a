// A whole file run: inputs in order, archives told apart.
#pragma once

#include "capture/inputs.h"
#include "engine/engine.h"
#include "file_run.h"

namespace tlstriage::dataplane {

using engine::Grouping;

struct RunPlan {
    engine::Limits limits;
    WindowShape shape;
    unsigned threads = 1;
    Grouping grouping = Grouping::by_time;
    bool pcap_port = false;  ///< through DPDK's net_pcap instead of our own reader
    bool map = true;         ///< false: plain files are streamed too
};

struct RunResult {
    std::unique_ptr<engine::Engine> engine;  ///< all read, not judged yet
    std::vector<std::string> files;          ///< names by Evidence::file
    report::RunFacts facts;
    WindowCounts windows;
    /// By Evidence::file: TraceReader::take_places().
    std::vector<std::optional<std::vector<capture::Place>>> places;
};

/// Reads all traces. `on_progress` gets the stored bytes done so far, over all traces.
/// Throws std::runtime_error or std::system_error when the run as a whole can't be done.
RunResult run(const RunPlan& plan, const capture::Inputs& inputs, const Executor& executor,
              const OnProgress& on_progress);

}  // namespace tlstriage::dataplane
