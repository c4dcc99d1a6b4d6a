// What the kernel lost on its way to net_af_packet, which itself reports none of it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tlstriage::dataplane {

/// The packet sockets of this process that are bound to one interface: the driver keeps them to
/// itself, so they are found among our descriptors.
class PacketSockets {
  public:
    PacketSockets() = default;
    explicit PacketSockets(const std::string& interface);

    /// Frames so far for which the sockets' rings had no room (packet(7), PACKET_STATISTICS).
    std::uint64_t drops();
    [[nodiscard]] bool any() const { return !descriptors_.empty(); }

  private:
    std::vector<int> descriptors_;  ///< borrowed from the driver
    std::uint64_t drops_ = 0;
};

/// Keeps an interface promiscuous as long as it lives, however the process ends (the drivers of
/// DPDK set the interface's flag, which would stay).
class PromiscuousInterface {
  public:
    PromiscuousInterface() = default;
    explicit PromiscuousInterface(const std::string& interface);
    ~PromiscuousInterface();
    PromiscuousInterface(PromiscuousInterface&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    PromiscuousInterface& operator=(PromiscuousInterface&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    [[nodiscard]] bool works() const { return descriptor_ >= 0; }

  private:
    int descriptor_ = -1;
};

/// Frames that the kernel's driver of an interface lost before any socket could see them.
std::uint64_t interface_losses(const std::string& interface);

}  // namespace tlstriage::dataplane
