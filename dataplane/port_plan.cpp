#include "port_plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tlstriage::dataplane {
namespace {

/// Of net_af_packet's ring: what held 230,000 packets a second without loss.
constexpr std::uint32_t ring_bytes = std::uint32_t{128} << 20U;
constexpr std::uint32_t block_bytes = std::uint32_t{1} << 20U;
constexpr std::uint32_t least_ring_frame = 2048;
/// What fits a packet buffer of 64 KiB, in steps of 16 (TPACKET_ALIGNMENT).
constexpr std::uint32_t most_ring_frame = 65'424;
/// In front of each frame in the ring: tpacket2_hdr, sockaddr_ll, and the link's header and tags.
constexpr std::uint32_t ring_overhead = 128;

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

/// [dddd:]bb:dd.f
bool is_pci_address(std::string_view text) {
    if (text.size() == 12 && text[4] == ':' && std::ranges::all_of(text.substr(0, 4), is_hex))
        text.remove_prefix(5);
    return text.size() == 7 && is_hex(text[0]) && is_hex(text[1]) && text[2] == ':' &&
           is_hex(text[3]) && is_hex(text[4]) && text[5] == '.' && text[6] >= '0' && text[6] <= '7';
}

/// The value of key=value in a list of arguments; empty without.
std::string argument(std::string_view arguments, std::string_view key) {
    while (!arguments.empty()) {
        const std::size_t end = std::min(arguments.find(','), arguments.size());
        const std::string_view one = arguments.substr(0, end);
        if (one.starts_with(key) && one.size() > key.size() && one[key.size()] == '=')
            return std::string(one.substr(key.size() + 1));
        arguments.remove_prefix(std::min(end + 1, arguments.size()));
    }
    return {};
}

std::uint32_t number_or(const std::string& text, std::uint32_t otherwise) {
    const bool digits = !text.empty() && text.size() < 9 &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return digits ? static_cast<std::uint32_t>(std::stoul(text)) : otherwise;
}

std::filesystem::path folder_of(const std::string& interface) {
    return std::filesystem::path("/sys/class/net") / interface;
}

bool is_interface(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos &&
           std::filesystem::exists(folder_of(name));
}

std::uint32_t mtu_of(const std::string& interface) {
    std::string mtu;
    std::getline(std::ifstream(folder_of(interface) / "mtu"), mtu);
    return number_or(mtu, 0);
}

/// A ring of net_af_packet whose places hold the interface's largest frames.
PortPlan on_interface(const std::string& name) {
    PortPlan plan;
    plan.kind = PortPlan::Kind::virtual_device;
    plan.interface = name;
    plan.device = "net_af_packet_" + name;
    plan.mtu = mtu_of(name);
    const std::uint32_t largest =
        std::min(plan.mtu != 0 ? plan.mtu : 1500U, 65535U) + ring_overhead;
    plan.frame_bytes = least_ring_frame;
    while (plan.frame_bytes < largest && plan.frame_bytes < most_ring_frame / 2)
        plan.frame_bytes *= 2;
    if (plan.frame_bytes < largest) plan.frame_bytes = most_ring_frame;
    plan.arguments =
        fmt::format("iface={},blocksz={},framesz={},framecnt={}", name, block_bytes,
                    plan.frame_bytes, ring_bytes / block_bytes * (block_bytes / plan.frame_bytes));
    return plan;
}

}  // namespace

PortPlan plan_port(const std::string& given) {
    const std::size_t comma = std::min(given.find(','), given.size());
    PortPlan plan;
    plan.given = given;
    plan.device = given.substr(0, comma);
    plan.arguments = comma < given.size() ? given.substr(comma + 1) : "";
    if (is_pci_address(plan.device)) return plan;
    if (plan.device.starts_with("net_") || plan.device.starts_with("eth_")) {
        plan.kind = PortPlan::Kind::virtual_device;
        if (plan.packet_socket() || plan.device.starts_with("net_af_xdp")) {
            plan.interface = argument(plan.arguments, "iface");
            if (is_interface(plan.interface)) plan.mtu = mtu_of(plan.interface);
            plan.frame_bytes = number_or(argument(plan.arguments, "framesz"), least_ring_frame);
        } else if (plan.device.starts_with("net_pcap")) {
            const bool recording = !argument(plan.arguments, "rx_pcap").empty();
            plan.waits = recording;
            if (recording) plan.stamps = Stamps::capture_microseconds;
        } else if (plan.device.starts_with("net_ring")) {
            plan.waits = true;
        }
        return plan;
    }
    if (plan.arguments.empty() && is_interface(given)) {
        plan = on_interface(given);
        plan.given = given;
        return plan;
    }
    throw std::runtime_error(fmt::format(
        "--port {}: neither a network interface of this machine (see ip link), nor a PCI address "
        "(0000:3b:00.0), nor a virtual device of DPDK (net_tap0,iface=t0)",
        given));
}

}  // namespace tlstriage::dataplane
