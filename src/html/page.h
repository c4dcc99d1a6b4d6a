// The page: a finished run's files to one HTML file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "html/flow_totals.h"

namespace tlstriage::html {

struct PageFacts {
    std::uint64_t rows = 0;        ///< of flows.csv
    std::uint64_t rows_shown = 0;  ///< that the page holds
    std::size_t bytes = 0;
};

/// Reads `run` and writes `output`, under a temporary name until it is whole. Throws DamagedFile
/// for what is missing or not as `analyze` writes it, std::system_error for what the system
/// refuses.
PageFacts write_page(const std::filesystem::path& run, const std::filesystem::path& output,
                     const Limits& limits);

}  // namespace tlstriage::html
