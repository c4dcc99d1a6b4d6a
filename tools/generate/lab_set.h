// The cases that a trace is made of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lab_case.h"

namespace tlstriage::generate {

struct LabSet {
    std::vector<LabCase> cases;         // by name
    std::vector<std::string> edge;      // left out: about a capture's edge
    std::vector<std::string> unusable;  // left out: name and why
    std::vector<std::string> kept;      // have addresses that all copies share
    // When copies may begin, ns since 1970, by the certificates of all cases together. `latest` is
    // before `earliest` when no moment suits all.
    std::int64_t earliest = 0;
    std::int64_t latest = 0;
    std::int64_t start = 0;  // the first moment, whole seconds, that is not before any original
};

// Cases are the folders in `folder` whose names match one of `patterns` (fnmatch; none: all).
// Throws std::exception when there is none.
LabSet read_lab_set(const std::filesystem::path& folder, const std::vector<std::string>& patterns,
                    bool with_edge);

}  // namespace tlstriage::generate
