#include "html/damaged_file.h"

#include <fmt/format.h>

#include "report/safe_text.h"

namespace tlstriage::html {

DamagedFile::DamagedFile(const std::filesystem::path& path, const std::string& reason)
    : std::runtime_error(fmt::format("{}: {}", report::printable(path.string()), reason)) {}

DamagedFile::DamagedFile(const std::filesystem::path& path, std::uint64_t record,
                         const std::string& reason)
    : std::runtime_error(
          fmt::format("{}, record {}: {}", report::printable(path.string()), record, reason)) {}

}  // namespace tlstriage::html
