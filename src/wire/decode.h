// A frame's bytes to the TCP segment inside it, through links, tags, tunnels and IP.
#pragma once

#include "base/bytes.h"
#include "base/link_type.h"
#include "wire/packet.h"

namespace tlstriage::wire {

/// Layers of encapsulation that are followed before Outcome::too_deep.
constexpr int max_layers = 16;

/// Decodes one frame as captured; `wire_length` is its length before the capture cut it.
/// For Outcome::tcp all of `packet` is filled but time, frame and interface_id, which the caller
/// knows. For Outcome::fragment `network` is the fragment's IP header, `payload_length` the IP
/// packet's length by its header and `captured` what there is of it, both from `network` on; the
/// Defragmenter takes it from there. For dns, quic, dtls, udp, icmp and icmp_error `network`,
/// `transport` (the UDP or ICMP header), `payload` (8 bytes on), `payload_length`, `captured` and
/// `hops` are filled. For any other outcome only packet.outcome has a meaning.
/// A capture that ends within the TCP options: `payload` is where the captured bytes end,
/// `captured` 0, `payload_length` right. Returns packet.outcome. Never reads outside `frame`,
/// allocates nothing.
Outcome decode(LinkType link, Bytes frame, std::uint32_t wire_length, Packet& packet);

/// The same for an IP packet without a link layer: what the Defragmenter gave back. Leaves
/// packet.vlan as the caller set it (from the fragment) unless it is 0.
Outcome decode_ip(Bytes network, Packet& packet);

/// Symmetric 64-bit hash of a connection's ends (XXH3): equal for both directions.
std::uint64_t flow_hash(const Endpoint& a, const Endpoint& b);

}  // namespace tlstriage::wire
