// expected.json of a lab case (tools/lab/README.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab_case.h"

namespace tlstriage::generate {

struct ExpectedRow {
    LabRow row;  // all but its frames
    std::uint64_t first_frame = 0;
    std::optional<std::uint64_t> decisive_frame;
};

struct ExpectedRows {
    std::vector<ExpectedRow> rows;
    std::vector<std::map<std::string, std::string>> dns;  // rows of dns.csv
    std::size_t without_row = 0;                          // TCP connections
    bool about_edge = false;  // some row's cause is what the capture lacks
};

// Throws std::exception on what is not such a file.
ExpectedRows read_rows(std::string_view json);

// A file's bytes. Throws std::runtime_error.
std::string read_text(const std::filesystem::path& path);

// The text of an address, as rows have it; and back, empty when it is none.
std::string text_of(const IpAddress& address);
std::optional<IpAddress> address_of(const std::string& text);

}  // namespace tlstriage::generate
