#include "port.h"

#include <fmt/format.h>
#include <rte_bus_vdev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace tlstriage::dataplane {
namespace {

constexpr std::uint16_t descriptors = 4096;
/// Of a pool: what bursts and the caches of threads have in hand.
constexpr unsigned buffers_in_hand = 4096;
constexpr std::uint32_t jumbo_mtu = 9600;
/// Toeplitz gives both directions of a connection the same hash under a key that repeats 16 bits
/// (Woo and Park, Scalable TCP Session Monitoring with Symmetric Receive-side Scaling, 2012).
constexpr std::array<std::uint8_t, 2> symmetric_key{0x6d, 0x5a};

std::uint16_t room_of(const PortPlan& plan) {
    return static_cast<std::uint16_t>(
        std::min<std::uint32_t>(plan.frame_bytes, UINT16_MAX - RTE_PKTMBUF_HEADROOM) +
        RTE_PKTMBUF_HEADROOM);
}

unsigned buffers_of(const PortShape& shape, unsigned queues) {
    return queues * (shape.held_buffers + descriptors) + buffers_in_hand;
}

std::string reason(int error) {
    return rte_strerror(std::abs(error));
}

std::vector<std::uint8_t> rss_key(std::size_t length) {
    std::vector<std::uint8_t> key(length);
    for (std::size_t i = 0; i < length; ++i)
        key[i] = symmetric_key[i % symmetric_key.size()];
    return key;
}

}  // namespace

std::uint64_t pool_bytes(const PortPlan& plan, const PortShape& shape) {
    constexpr std::uint64_t overhead = sizeof(rte_mbuf) + 128;
    return std::uint64_t{buffers_of(shape, shape.most_queues)} * (room_of(plan) + overhead);
}

Port::Port(const PortPlan& plan, const PortShape& shape) : plan_(plan), stamps_(plan.stamps) {
    find_or_make();
    try {
        configure(shape);
        start();
    } catch (...) {
        close();
        throw;
    }
    if (!plan_.interface.empty()) {
        if (plan_.packet_socket()) sockets_ = PacketSockets(plan_.interface);
        interface_losses_before_ = interface_losses(plan_.interface);
        sockets_.drops();  // those before the start
    }
}

Port::~Port() {
    rte_eth_dev_stop(id_);
    close();
}

void Port::find_or_make() {
    const auto found = [&] {
        return rte_eth_dev_get_port_by_name(plan_.device.c_str(), &id_) == 0;
    };
    if (found()) return;
    if (plan_.kind == PortPlan::Kind::pci) {
        throw std::runtime_error(fmt::format(
            "--port {}: DPDK has no such device. Is it bound to vfio-pci (dpdk-devbind.py -s), and "
            "is its driver installed?",
            plan_.given));
    }
    const int error = rte_vdev_init(plan_.device.c_str(), plan_.arguments.c_str());
    if (error != 0) {
        const bool rights = plan_.packet_socket() && std::abs(error) != ENOENT;
        throw std::runtime_error(fmt::format(
            "--port {}: DPDK can't make {}{}{}: {}{}", plan_.given, plan_.device,
            plan_.arguments.empty() ? "" : ",", plan_.arguments, reason(error),
            rights ? " (a packet socket needs CAP_NET_RAW, and the interface must be up)" : ""));
    }
    made_ = true;
    if (!found()) throw std::runtime_error(fmt::format("--port {}: it has no port", plan_.given));
}

void Port::configure(const PortShape& shape) {
    const auto refuse = [&](std::string_view what, int error) {
        throw std::runtime_error(
            fmt::format("--port {}: {}: {}", plan_.given, what, reason(error)));
    };
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(id_, &info); error != 0)
        refuse("it does not say what it can do", error);
    driver_ = info.driver_name == nullptr ? "" : info.driver_name;
    rte_eth_conf configuration{};
    queues_ = static_cast<std::uint16_t>(
        std::clamp<unsigned>(std::min<unsigned>(shape.most_queues, info.max_rx_queues), 1, 256));
    std::vector<std::uint8_t> key = rss_key(info.hash_key_size);
    const std::uint64_t spread =
        info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
    if (queues_ > 1 && spread == 0) queues_ = 1;  // nothing would spread the load
    if (queues_ > 1) {
        configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        configuration.rx_adv_conf.rss_conf = {key.empty() ? nullptr : key.data(),
                                              static_cast<std::uint8_t>(key.size()), spread};
    }
    const std::uint64_t wanted = RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    configuration.rxmode.offloads = info.rx_offload_capa & wanted;
    if ((configuration.rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0 &&
        stamps_ == Stamps::software) {
        stamps_ = Stamps::device_clock;
    }
    // A virtual device would change the MTU of the kernel's interface.
    const bool jumbo = plan_.kind == PortPlan::Kind::pci && info.max_mtu > RTE_ETHER_MTU &&
                       (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0;
    if (jumbo) {
        configuration.rxmode.mtu = std::min<std::uint32_t>(info.max_mtu, jumbo_mtu);
        mtu_ = configuration.rxmode.mtu;
    }
    std::uint16_t senders = 0;
    int error = rte_eth_dev_configure(id_, queues_, senders, &configuration);
    if (error != 0) {  // net_tap wants as many to send by
        senders = queues_;
        error = rte_eth_dev_configure(id_, queues_, senders, &configuration);
    }
    if (error != 0) refuse("it can't be configured", error);

    pool_.reset(rte_pktmbuf_pool_create(fmt::format("port{}", id_).c_str(),
                                        buffers_of(shape, queues_), 256, 0, room_of(plan_),
                                        rte_eth_dev_socket_id(id_)));
    if (pool_ == nullptr) {
        refuse(
            "no memory for its packet buffers (fewer --slots need less; with hugepages more of "
            "them help)",
            rte_errno);
    }
    std::uint16_t places = descriptors;
    std::uint16_t sending_places = 256;
    rte_eth_dev_adjust_nb_rx_tx_desc(id_, &places, &sending_places);
    const int socket = rte_eth_dev_socket_id(id_);
    const auto memory = static_cast<unsigned>(socket);  // SOCKET_ID_ANY is -1
    for (std::uint16_t queue = 0; queue < queues_; ++queue) {
        error = rte_eth_rx_queue_setup(id_, queue, places, memory, nullptr, pool_.get());
        if (error != 0) refuse(fmt::format("no receive queue {}", queue), error);
    }
    for (std::uint16_t queue = 0; queue < senders; ++queue) {
        error = rte_eth_tx_queue_setup(id_, queue, sending_places, memory, nullptr);
        if (error != 0) refuse(fmt::format("no send queue {}", queue), error);
    }
}

void Port::start() {
    if (const int error = rte_eth_dev_start(id_); error != 0) {
        throw std::runtime_error(
            fmt::format("--port {}: it does not start: {}", plan_.given, reason(error)));
    }
    if (plan_.waits) return;
    if (!see_all()) {
        remarks_.push_back(fmt::format(
            "--port {}: it can't be promiscuous: it sees what is addressed to it", plan_.given));
    }
    if (plan_.mtu != 0) mtu_ = plan_.mtu;
    std::uint16_t mtu = 0;
    if (mtu_ == 0 && rte_eth_dev_get_mtu(id_, &mtu) == 0) mtu_ = mtu;
}

/// Also what is addressed to others.
bool Port::see_all() {
    if (plan_.interface.empty()) return rte_eth_promiscuous_enable(id_) == 0;
    promiscuous_ = PromiscuousInterface(plan_.interface);
    return promiscuous_.works();
}

void Port::close() const {
    if (made_) {
        rte_vdev_uninit(plan_.device.c_str());  // closes the port, too
    } else {
        rte_eth_dev_close(id_);
    }
}

void Port::read_losses(DropCounters& drops) {
    const auto set = [&](Drop drop, std::uint64_t frames) { of(drops, drop).set(frames); };
    rte_eth_stats stats{};
    if (rte_eth_stats_get(id_, &stats) == 0) {
        set(Drop::device_missed, stats.imissed);
        set(Drop::device_error, stats.ierrors);
        set(Drop::no_buffer, stats.rx_nombuf);
    }
    if (plan_.interface.empty()) return;
    set(Drop::socket_full, sockets_.drops());
    set(Drop::interface_missed, interface_losses(plan_.interface) - interface_losses_before_);
}

}  // namespace tlstriage::dataplane
