// What ends the making of a report: a file that is not as a run writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tlstriage::html {

/// The message names the file, and the record (the header is 1, as a spreadsheet counts) if one is
/// to blame. `reason` must not quote the file unless it was made printable.
class DamagedFile : public std::runtime_error {
  public:
    DamagedFile(const std::filesystem::path& path, const std::string& reason);
    DamagedFile(const std::filesystem::path& path, std::uint64_t record, const std::string& reason);
};

}  // namespace tlstriage::html
