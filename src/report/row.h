// A row of flows.csv as a model: what the columns read.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "report/timings.h"

namespace tlstriage::report {

struct Row {
    const evidence::Evidence& evidence;
    const verdict::Verdict& verdict;
    const std::vector<std::string>& files;  ///< names of the traces, by Evidence::file
    Timings timings;

    /// A live run has no traces, so that nobody could look a frame up by its number.
    [[nodiscard]] bool has_frames() const { return !files.empty(); }
};

}  // namespace tlstriage::report
