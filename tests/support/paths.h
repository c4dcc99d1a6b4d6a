// Where the tests find what they read, and where they may write.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/scratch_folder.h"

namespace tlstriage::test {

/// The source tree. meson sets TLSTRIAGE_SOURCE_ROOT.
inline std::filesystem::path source_root() {
    const char* const root = std::getenv("TLSTRIAGE_SOURCE_ROOT");
    return root != nullptr ? root : ".";
}

/// The corpus of real captures: beside the source tree unless TLSTRIAGE_CORPUS says where.
inline std::filesystem::path corpus_folder() {
    if (const char* const given = std::getenv("TLSTRIAGE_CORPUS")) return given;
    return source_root() / "../shared/corpus";
}

/// A program that meson built, by the environment variable that names it.
inline std::string built_program(const char* variable) {
    const char* const path = std::getenv(variable);
    if (path == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
    return path;
}

/// The capture of a folder of pcaps/; empty when there is none.
inline std::filesystem::path capture_in(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename().string().starts_with("capture.")) return entry.path();
    }
    return {};
}

/// Folders of pcaps/, by name.
std::vector<std::string> case_names();

/// A folder of its own for one test.
using tlstriage::ScratchFolder;

}  // namespace tlstriage::test
