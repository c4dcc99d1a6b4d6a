#include "lab_set.h"

#include <fnmatch.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/time.h"

namespace tlstriage::generate {
namespace {

namespace fs = std::filesystem;

bool wanted(const std::string& name, const std::vector<std::string>& patterns) {
    return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
               return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
           });
}

std::vector<fs::path> folders_in(const fs::path& folder, const std::vector<std::string>& patterns) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const bool named = wanted(entry.path().filename(), patterns);
        if (entry.is_directory() && named) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

void add(const fs::path& folder, bool with_edge, LabSet& set) {
    const std::string name = folder.filename();
    try {
        LabCase one = read_lab_case(folder);
        if (one.edge && !with_edge) {
            set.edge.push_back(name);
            return;
        }
        if (!one.variables.kept_addresses().empty()) set.kept.push_back(name);
        set.cases.push_back(std::move(one));
    } catch (const std::exception& error) {
        set.unusable.push_back(name + ": " + error.what());
    }
}

void choose_start(LabSet& set) {
    set.earliest = std::numeric_limits<std::int64_t>::min();
    set.latest = std::numeric_limits<std::int64_t>::max();
    for (const LabCase& one : set.cases) {
        set.earliest = std::max(set.earliest, one.earliest);
        set.latest = std::min(set.latest, one.latest);
        set.start = std::max(set.start, one.start);
    }
    set.start = (set.start / nanoseconds_per_second + 1) * nanoseconds_per_second;
    if (set.start <= set.latest || set.latest < set.earliest) return;
    // Some certificate of an earlier capture is no longer valid by then.
    set.start = (std::max<std::int64_t>(set.earliest, 0) / nanoseconds_per_second + 1) *
                nanoseconds_per_second;
}

}  // namespace

LabSet read_lab_set(const fs::path& folder, const std::vector<std::string>& patterns,
                    bool with_edge) {
    LabSet set;
    for (const fs::path& one : folders_in(folder, patterns))
        add(one, with_edge, set);
    if (set.cases.empty()) throw std::runtime_error("no case to copy in " + folder.string());
    choose_start(set);
    return set;
}

}  // namespace tlstriage::generate
