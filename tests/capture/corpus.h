// Where the corpus of real captures lies.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace tlstriage::capture::test {

inline std::filesystem::path corpus() {
    if (const char* const given = std::getenv("TLSTRIAGE_CORPUS")) return given;
    const char* const root = std::getenv("TLSTRIAGE_SOURCE_ROOT");
    return std::filesystem::path(root != nullptr ? root : ".") / "../shared/corpus";
}

}  // namespace tlstriage::capture::test
