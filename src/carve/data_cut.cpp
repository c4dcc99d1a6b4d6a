#include "carve/data_cut.h"

#include <algorithm>

#include "flow/sequence.h"
#include "tls/record_stream.h"

namespace tlstriage::carve {
namespace {

/// By the first bytes of a payload a copy of a frame is known (evidence::DuplicateFilter).
constexpr std::uint32_t always_kept = 16;

}  // namespace

std::uint32_t DataCut::keep(const wire::Packet& packet) {
    const Bytes data = packet.data();
    const std::uint32_t all = packet.captured;
    const std::uint32_t length = packet.payload_length;
    if (length == 0) return all;
    const std::uint32_t sequence = packet.sequence();
    if (known_ && flow::distance(sequence, next_header_) > 0) known_ = false;
    if (!known_) {
        if (!tls::RecordStream::resumes_at(data)) return all;
        next_header_ = sequence;
        known_ = true;
    }
    auto offset = static_cast<std::uint32_t>(next_header_ - sequence);
    if (flow::distance(sequence + length, next_header_) <= 0) return std::min(all, always_kept);
    std::uint32_t kept = all;
    while (offset < length) {
        if (all < tls::RecordHeader::size || offset > all - tls::RecordHeader::size) {
            known_ = false;
            return all;
        }
        const tls::RecordHeader header = tls::RecordHeader::read(data.data() + offset);
        if (!header.plausible()) {
            known_ = false;
            return all;
        }
        const auto behind = offset + static_cast<std::uint32_t>(tls::RecordHeader::size);
        const bool data_record = header.type == tls::ContentType::application_data;
        kept = data_record ? std::max(behind, always_kept) : all;
        offset = behind + header.length;
    }
    next_header_ = sequence + offset;
    return std::min(kept, all);
}

}  // namespace tlstriage::carve
