// What the kernel lost on its way to net_af_packet, which itself reports none of it.
#pragma once

#include <cstdint>
#include <string>
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

/// Frames that the kernel's driver of an interface lost before any socket could see them.
std::uint64_t interface_losses(const std::string& interface);

}  // namespace tlstriage::dataplane
