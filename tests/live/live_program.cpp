#include "live/live_program.h"

#include <algorithm>

#include "support/paths.h"

namespace tlstriage::test {

std::vector<std::string> live_command(const std::vector<std::string>& words) {
    std::vector<std::string> command{built_program("TLSTRIAGE_PROGRAM"),
                                     "live",
                                     "-q",
                                     "--threads",
                                     "2",
                                     "--memory",
                                     "64M",
                                     "--slots",
                                     "16"};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

std::string recording(const std::string& path, unsigned number) {
    return "net_pcap" + std::to_string(number) + ",rx_pcap=" + path;
}

std::vector<std::filesystem::path> windows_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> windows;
    if (!std::filesystem::exists(folder)) return windows;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.path().filename().string().starts_with('.')) windows.push_back(entry.path());
    }
    std::ranges::sort(windows);
    return windows;
}

std::vector<std::string> leftovers_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.starts_with('.') && name.ends_with(".partial")) names.push_back(name);
    }
    return names;
}

bool is_whole(const std::filesystem::path& window) {
    for (const char* const name : {"flows", "summary", "servers", "certificates", "dns"}) {
        const std::filesystem::path path = window / (std::string(name) + ".csv");
        if (!std::filesystem::exists(path)) return false;
        const std::string text = read_file(path);
        if (!text.ends_with("\r\n")) return false;
    }
    return std::filesystem::exists(window / "run.json") &&
           nlohmann::json::accept(read_file(window / "run.json"));
}

nlohmann::json facts_of(const std::filesystem::path& window) {
    return nlohmann::json::parse(read_file(window / "run.json"));
}

CsvTable flows_of(const std::vector<std::filesystem::path>& windows) {
    CsvTable all = read_csv(windows.front() / "flows.csv");
    for (std::size_t i = 1; i < windows.size(); ++i) {
        const CsvTable more = read_csv(windows[i] / "flows.csv");
        for (const CsvTable::Row& row : more.rows())
            all.add(row);
    }
    return all;
}

}  // namespace tlstriage::test
