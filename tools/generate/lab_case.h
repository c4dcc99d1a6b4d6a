// A case of the failure lab, ready to be copied: its frames with what to change in them, and the
// rows that are right for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/link_type.h"
#include "rewriting/rewriting.h"
#include "variables.h"

namespace tlstriage::generate {

using rewriting::Checksum;
using rewriting::CopyValues;
using rewriting::Field;
using rewriting::FramePlan;

struct LabInterface {
    LinkType link = LinkType::ethernet;
    std::uint32_t snap_length = 0;  // bytes; 0 is no limit
};

struct LabFrame {
    std::vector<std::uint8_t> bytes;
    std::uint32_t wire_length = 0;
    std::int64_t time = 0;        // ns since the case's first frame
    std::uint16_t interface = 0;  // in LabCase::interfaces
    FramePlan plan;
};

// A row of expected.json.
struct LabRow {
    Endpoint client;
    Endpoint server;
    std::size_t first_frame = 0;                // index in LabCase::frames
    std::optional<std::size_t> decisive_frame;  // likewise, where it is claimed
    // What is claimed beside, by column, and the same for another answer that is right too.
    std::map<std::string, std::string> claims;
    std::map<std::string, std::string> also_right;
};

struct LabCase {
    std::string name;
    std::vector<LabInterface> interfaces;
    std::vector<LabFrame> frames;
    std::vector<LabRow> rows;
    std::vector<std::map<std::string, std::string>> dns_rows;  // claims of rows of dns.csv
    std::optional<IpAddress> dns_client;                       // who sent the first query
    std::size_t connections = 0;                               // TCP, with and without a row
    Variables variables;
    bool edge = false;  // about where its capture begins, ends or is blind
    // When copies may begin, ns since 1970: within, all certificates are as valid or not as they
    // were. The original began at `start`.
    std::int64_t start = 0;
    std::int64_t earliest = 0;
    std::int64_t latest = 0;

    std::uint64_t captured_bytes() const;
};

// Reads pcaps/<case>. Throws std::exception, in whose words, when it can't be copied: there is no
// capture or no expected.json, it holds a link or encapsulation that is not known here, or the rows
// don't fit the frames.
LabCase read_lab_case(const std::filesystem::path& folder);

}  // namespace tlstriage::generate
