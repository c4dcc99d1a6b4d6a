// The page: a finished run's files to one HTML file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "html/model.h"

namespace tlstriage::html {

struct PageFacts {
    std::uint64_t rows = 0;        ///< of flows.csv
    std::uint64_t rows_shown = 0;  ///< that the page holds
    std::size_t bytes = 0;
};

/// `choice`: says that `run` holds chosen flows of a run, not all. Reads `run` and writes `output`,
/// under a temporary name until it is whole. Throws DamagedFile for what is missing or not as
/// `analyze` writes it, std::system_error for what the system refuses.
PageFacts write_page(const std::filesystem::path& run, const std::filesystem::path& output,
                     const Limits& limits, const std::optional<Choice>& choice = {});

}  // namespace tlstriage::html
