// Numbers with a unit, as they are typed.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

#include "base/time.h"

namespace tlstriage::cli {

/// The option --threads, for parse_threads().
void define_threads(CLI::App& command, std::string& threads);

/// A number of threads, or auto for all cores. Throws CLI::ValidationError.
unsigned parse_threads(const std::string& text);

/// Bytes, with K, M or G; at least 16M. Throws CLI::ValidationError.
std::size_t parse_memory(const std::string& text);

/// A span of time, as 250ms, 60s, 5m or 1h, more than none; `option` is for the message. Throws
/// CLI::ValidationError.
Nanoseconds parse_span(const std::string& option, const std::string& text);

}  // namespace tlstriage::cli
