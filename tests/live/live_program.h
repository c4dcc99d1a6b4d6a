// tlstriage live as a child of the tests (a process can have one EAL), and what it wrote.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/csv.h"

namespace tlstriage::test {

/// "tlstriage live" with these words behind it.
std::vector<std::string> live_command(const std::vector<std::string>& words);

/// A port that plays a capture.
std::string recording(const std::string& path, unsigned number = 0);

/// Folders with a window's name, oldest first.
std::vector<std::filesystem::path> windows_in(const std::filesystem::path& folder);

/// Names in a folder that a killed run can leave: half a window.
std::vector<std::string> leftovers_in(const std::filesystem::path& folder);

/// Whether all files of a window are there and whole.
bool is_whole(const std::filesystem::path& window);

nlohmann::json facts_of(const std::filesystem::path& window);

/// The rows of flows.csv of all windows.
CsvTable flows_of(const std::vector<std::filesystem::path>& windows);

}  // namespace tlstriage::test
