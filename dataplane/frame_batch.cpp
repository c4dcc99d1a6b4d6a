#include "frame_batch.h"

namespace tlstriage::dataplane {

void FrameBatch::decode(rte_mbuf* mbuf, Nanoseconds time, std::uint16_t interface_id,
                        wire::Packet& packet) {
    const std::uint32_t length = rte_pktmbuf_pkt_len(mbuf);
    piece_.decode(
        {.data = mbuf->nb_segs > 1 ? joined(mbuf) : rte_pktmbuf_mtod(mbuf, const std::uint8_t*),
         .captured = length,
         .wire_length = length,
         .time = time,
         .interface_id = interface_id},
        packet);
    constexpr std::uint64_t taken_off = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    if ((mbuf->ol_flags & taken_off) == taken_off && packet.vlan == 0)
        packet.vlan = mbuf->vlan_tci & 0xfffU;
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
