#include "cli/live_remarks.h"

#include <fmt/format.h>

#include "report/format.h"

namespace tlstriage::cli {
namespace {

/// The kernel's interface that a port is on, or the port's name.
std::string interface_of(const std::string& port) {
    constexpr std::string_view key = "iface=";
    const std::size_t at = port.find(key);
    if (at == port.npos) return port;
    const std::size_t begin = at + key.size();
    return port.substr(begin, port.find(',', begin) - begin);
}

bool on_kernel_interface(const report::PortFacts& port) {
    return port.driver == "net_af_packet" || port.driver == "net_af_xdp";
}

}  // namespace

std::vector<std::string> LiveRemarks::about(const report::RunFacts& facts) {
    std::vector<std::string> remarks;
    for (const report::PortFacts& port : facts.live->ports) {
        if (port.cut_frames + port.merged_frames == 0 || !said_.insert(port.name).second) continue;
        std::string remark =
            fmt::format("{}: {} frames came cut and {} merged from several", port.name,
                        report::grouped(port.cut_frames), report::grouped(port.merged_frames));
        if (on_kernel_interface(port)) {
            remark += fmt::format(
                "; segmentation offloads make them: ethtool -K {} gso off tso off gro off lro off",
                interface_of(port.name));
        }
        remarks.push_back(std::move(remark));
    }
    for (const auto& [cause, frames] : facts.live->drops) {
        if (frames == 0 || !said_.insert(cause).second) continue;
        remarks.push_back(
            fmt::format("{} frames were not analysed: {} (run.json has the numbers "
                        "of each window)",
                        report::grouped(frames), cause));
    }
    return remarks;
}

}  // namespace tlstriage::cli
