// What people must be told about a carved capture.
#pragma once

#include <cstddef>
#include <filesystem>

#include "carve/carver.h"

namespace tlstriage::cli {

/// Borrows all.
struct Carved {
    const carve::CarvePlan& plan;
    const carve::CarveResult& result;
    std::size_t flows;
    const std::filesystem::path& output;  ///< "-": standard output
    bool has_key_log;
};

/// On standard error: how much it is, what was cut or replaced, and what stays.
void tell_carved(const Carved& carved);

}  // namespace tlstriage::cli
