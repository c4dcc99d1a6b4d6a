// A started ethdev that receives: its queues, its packet buffers, and what it loses.
#pragma once

#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "live_counts.h"
#include "packet_sockets.h"
#include "port_plan.h"

namespace tlstriage::dataplane {

struct PoolDeleter {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using Pool = std::unique_ptr<rte_mempool, PoolDeleter>;

/// How much a port may hold.
struct PortShape {
    unsigned most_queues = 1;   ///< it gets fewer when the device has fewer, or can't spread flows
    unsigned held_buffers = 0;  ///< that each queue's user may hold at a time
};

/// Bytes of memory that a port's buffers take.
std::uint64_t pool_bytes(const PortPlan& plan, const PortShape& shape);

/// From construction to destruction: promiscuous, all queues received from. Both directions of a
/// connection come by the same queue where the device can do that. Throws std::runtime_error that
/// names the port and what it refused.
class Port {
  public:
    Port(const PortPlan& plan, const PortShape& shape);
    ~Port();
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;

    [[nodiscard]] const PortPlan& plan() const { return plan_; }
    [[nodiscard]] std::uint16_t id() const { return id_; }
    [[nodiscard]] std::uint16_t queues() const { return queues_; }
    [[nodiscard]] Stamps stamps() const { return stamps_; }
    [[nodiscard]] const std::string& driver() const { return driver_; }
    /// The longest IP packet that the link carries, 0 when that is not known.
    [[nodiscard]] std::uint32_t mtu() const { return mtu_; }
    /// Remarks for people: what the port could not do.
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

    /// Frames lost in front of the program since the port was opened.
    void read_losses(DropCounters& drops);

  private:
    void find_or_make();
    void configure(const PortShape& shape);
    void start();
    bool see_all();
    void close() const;

    PortPlan plan_;
    std::uint16_t id_ = 0;
    std::uint16_t queues_ = 1;
    bool made_ = false;
    Stamps stamps_;
    std::string driver_;
    std::uint32_t mtu_ = 0;
    Pool pool_;
    std::vector<std::string> remarks_;
    PacketSockets sockets_;
    PromiscuousInterface promiscuous_;
    std::uint64_t interface_losses_before_ = 0;
};

}  // namespace tlstriage::dataplane
