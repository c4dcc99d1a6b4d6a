// What a person typed for a port, and what DPDK is asked for.
#pragma once

#include <cstdint>
#include <string>

namespace tlstriage::dataplane {

/// What the frames' time stamps are, and with them what the port is: something that happens now, or
/// a recording.
enum class Stamps : std::uint8_t {
    software,              ///< none: the time of the burst
    device_clock,          ///< ticks of the device, compared with ours
    capture_microseconds,  ///< since 1970, of a recording that waits for its reader
};

struct PortPlan {
    enum class Kind : std::uint8_t { pci, virtual_device };

    std::string given;                 ///< as typed
    Kind kind = Kind::pci;             ///< a virtual device may be there already, from EAL's --vdev
    std::string device;                ///< PCI address, or the virtual device's name
    std::string arguments;             ///< of either, without the device
    std::string interface;             ///< of the kernel, where the device is on one; else empty
    std::uint32_t frame_bytes = 2048;  ///< the largest frame that must fit one packet buffer
    std::uint32_t mtu = 0;             ///< of the interface, 0 without
    Stamps stamps = Stamps::software;
    bool waits = false;  ///< loses nothing while it is not polled

    /// Whether frames that can't be taken yet had better stay in the device: what it loses then it
    /// counts.
    [[nodiscard]] bool counts_losses() const {
        return waits || packet_socket() || kind == Kind::pci;
    }
    [[nodiscard]] bool packet_socket() const { return device.starts_with("net_af_packet"); }
};

/// A PCI address (0000:3b:00.0, 3b:00.0, with devargs after a comma), a virtual device with its
/// arguments (net_tap0,iface=t0), or the name of a network interface, which is read through
/// net_af_packet. Throws std::runtime_error that says what it may be.
PortPlan plan_port(const std::string& given);

}  // namespace tlstriage::dataplane
