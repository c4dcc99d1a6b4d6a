// A capture in parts.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::test {

/// Cuts a pcap file (native order) before the records with these numbers, counted from 0.
inline std::vector<std::string> cut(const std::string& path, std::vector<std::size_t> before,
                                    const ScratchFolder& folder) {
    const std::string bytes = read_file(path);
    constexpr std::size_t header = 24;
    std::vector<std::string> parts{bytes.substr(0, header)};
    before.push_back(~std::size_t{0});
    std::size_t record = 0;
    for (std::size_t at = header; at < bytes.size(); ++record) {
        const std::size_t size =
            16 + load_native<std::uint32_t>(as_bytes(bytes).subspan(at + 8).data());
        if (record == before[parts.size() - 1]) parts.push_back(bytes.substr(0, header));
        parts.back() += bytes.substr(at, size);
        at += size;
    }
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        paths.push_back(folder.file("part" + std::to_string(i) + ".pcap"));
        write_file(paths.back(), parts[i]);
    }
    return paths;
}

inline std::size_t records_of(const std::string& path) {
    const std::string bytes = read_file(path);
    std::size_t count = 0;
    for (std::size_t at = 24; at < bytes.size(); ++count)
        at += 16 + load_native<std::uint32_t>(as_bytes(bytes).subspan(at + 8).data());
    return count;
}

}  // namespace tlstriage::test
