#include "frame_batch.h"

#include <algorithm>

#include "base/bytes.h"

namespace tlstriage::dataplane {
namespace {

constexpr std::size_t ethernet_header = 14;
constexpr std::size_t tag = 4;
constexpr std::uint16_t tag_type = 0x8100;          // IEEE 802.1Q
constexpr std::uint16_t service_tag_type = 0x88a8;  // IEEE 802.1ad
constexpr std::uint16_t ipv4_type = 0x0800;
constexpr std::uint16_t ipv6_type = 0x86dd;
constexpr std::size_t ipv6_header = 40;

/// A device tells how much of a frame it gives, not how much there was: that is in the outermost
/// IP header, behind up to two tags.
std::size_t wire_length(Bytes frame) {
    std::size_t at = ethernet_header;
    const auto type_in_front = [&] { return load_big<std::uint16_t>(frame.data() + at - 2); };
    if (frame.size() < at) return frame.size();
    for (int tags = 0; tags < 2; ++tags) {
        if (type_in_front() != tag_type && type_in_front() != service_tag_type) break;
        at += tag;
        if (frame.size() < at) return frame.size();
    }
    constexpr std::size_t enough = 6;  // to the length of either version
    if (frame.size() - at < enough) return frame.size();
    const std::uint8_t* const ip = frame.data() + at;
    std::size_t length = 0;
    if (type_in_front() == ipv4_type) length = load_big<std::uint16_t>(ip + 2);
    if (type_in_front() == ipv6_type) length = ipv6_header + load_big<std::uint16_t>(ip + 4);
    return std::max(frame.size(), at + length);
}

}  // namespace

std::uint32_t FrameBatch::decode(rte_mbuf* mbuf, Nanoseconds time, std::uint16_t interface_id,
                                 wire::Packet& packet) {
    const std::uint32_t length = rte_pktmbuf_pkt_len(mbuf);
    const std::uint8_t* const bytes =
        mbuf->nb_segs > 1 ? joined(mbuf) : rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
    const auto on_wire = static_cast<std::uint32_t>(wire_length({bytes, length}));
    piece_.decode({.data = bytes,
                   .captured = length,
                   .wire_length = on_wire,
                   .time = time,
                   .interface_id = interface_id},
                  packet);
    constexpr std::uint64_t taken_off = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    if ((mbuf->ol_flags & taken_off) == taken_off && packet.vlan == 0)
        packet.vlan = mbuf->vlan_tci & 0xfffU;
    return on_wire;
}

/// The bytes of a frame in one piece, as the decoder wants them.
const std::uint8_t* FrameBatch::joined(const rte_mbuf* mbuf) {
    if (joined_used_ == joined_.size()) joined_.emplace_back();
    std::vector<std::uint8_t>& bytes = joined_[joined_used_++];
    const std::uint32_t length = rte_pktmbuf_pkt_len(mbuf);
    if (bytes.size() < length) bytes.resize(length);
    return static_cast<const std::uint8_t*>(rte_pktmbuf_read(mbuf, 0, length, bytes.data()));
}

void FrameBatch::release() {
    rte_pktmbuf_free_bulk(mbufs_.data(), static_cast<unsigned>(mbufs_.size()));
    mbufs_.clear();
    held_ = 0;
    joined_used_ = 0;
    piece_.clear();
}

}  // namespace tlstriage::dataplane
