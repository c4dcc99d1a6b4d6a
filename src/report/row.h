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
};

}  // namespace tlstriage::report
