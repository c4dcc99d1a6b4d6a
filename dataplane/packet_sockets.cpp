#include "packet_sockets.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

namespace tlstriage::dataplane {
namespace {

bool is_packet_socket_of(int descriptor, int interface) {
    // A sockaddr_ll is shorter than this; getsockname says what it is.
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0 ||
        storage.ss_family != AF_PACKET) {
        return false;
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    return reinterpret_cast<const sockaddr_ll*>(&storage)->sll_ifindex == interface;
}

std::uint64_t counter_of(const std::string& interface, const char* name) {
    std::uint64_t value = 0;
    std::ifstream(std::filesystem::path("/sys/class/net") / interface / "statistics" / name) >>
        value;
    return value;
}

}  // namespace

PacketSockets::PacketSockets(const std::string& interface) {
    const unsigned index = ::if_nametoindex(interface.c_str());
    if (index == 0) return;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const std::string name = entry.path().filename();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        if (is_packet_socket_of(descriptor, static_cast<int>(index)))
            descriptors_.push_back(descriptor);
    }
}

std::uint64_t PacketSockets::drops() {
    for (const int descriptor : descriptors_) {
        tpacket_stats since_last{};  // asking sets it back to 0
        socklen_t length = sizeof since_last;
        if (::getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &since_last, &length) == 0)
            drops_ += since_last.tp_drops;
    }
    return drops_;
}

PromiscuousInterface::PromiscuousInterface(const std::string& interface)
    : descriptor_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {  // protocol 0: gets no frame
    if (descriptor_ < 0) return;
    packet_mreq membership{};
    membership.mr_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    membership.mr_type = PACKET_MR_PROMISC;
    if (::setsockopt(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                     sizeof membership) != 0) {
        ::close(std::exchange(descriptor_, -1));
    }
}

PromiscuousInterface::~PromiscuousInterface() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t interface_losses(const std::string& interface) {
    return counter_of(interface, "rx_missed_errors") + counter_of(interface, "rx_fifo_errors");
}

}  // namespace tlstriage::dataplane
