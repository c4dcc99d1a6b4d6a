// What joins a flow that an archive cuts in two: how far it had come at the end of the first part,
// and the packets that the second part begins with.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.h"
#include "engine/evidence_store.h"
#include "wire/packet.h"

namespace tlstriage::engine {

struct TrackedFlow;

/// A packet from its innermost IP header on, owned: enough to read it again.
struct KeptPacket {
    Moment at;
    std::uint32_t file = 0;
    std::uint16_t vlan = 0;
    std::uint16_t interface_id = 0;
    std::uint32_t wire_length = 0;  ///< from the IP header on, before the capture cut it
    std::vector<std::uint8_t> bytes;

    static KeptPacket of(const wire::Packet& packet, Moment at, std::uint32_t file);
    /// Decodes it anew; borrows this object. False when it is neither TCP nor an ICMP error about
    /// it.
    [[nodiscard]] bool packet(wire::Packet& packet) const;
};

/// What a flow had counted, by lane (TrackedFlow).
struct Tally {
    std::array<std::uint32_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};
    std::array<std::uint32_t, 2> application_records{};
};

Tally tally_of(const TrackedFlow& flow);

/// The first packets of a flow that began without a SYN: another part may have what came before.
/// They are kept until the flow has settled, at most `most_packets` with `most_bytes`.
struct Head {
    static constexpr std::size_t most_packets = 64;
    static constexpr std::size_t most_bytes = std::size_t{16} << 10U;

    std::vector<KeptPacket> packets;
    std::size_t bytes = 0;
    bool open = true;   ///< more are kept as they come
    bool whole = true;  ///< no packet of the flow is left out
    bool settled =
        false;    ///< it had settled at the last of them, and so only counted from there on
    Tally tally;  ///< at the last of them
};

/// Keeps the packet in the flow's head while the first ones are of interest to another part; it has
/// been consumed already.
void extend_head(TrackedFlow& flow, const wire::Packet& packet, Moment at, std::uint32_t file);

/// A flow where an archive ends or begins. Of one that is neither TLS nor has a row there is no
/// stored evidence.
struct Border {
    static constexpr EvidenceStore::Index nowhere = ~EvidenceStore::Index{0};

    std::uint32_t shard = 0;
    std::uint32_t archive = 0;
    EvidenceStore::Index stored = nowhere;  ///< in the shard's store
    std::unique_ptr<Head> head;             ///< null when it began with a SYN
    std::unique_ptr<TrackedFlow> tail;      ///< as it was at the end; null when it ended before
};

}  // namespace tlstriage::engine
