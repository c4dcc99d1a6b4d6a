// Format::step's common paths, inline for the walk: it is called once a packet, and the caller
// interleaves several chains, so it reads the record's header and nothing else.
#pragma once

#include <algorithm>

#include "capture/format.h"
#include "capture/pcapng_blocks.h"

namespace tlstriage::capture {

inline Nanoseconds Interface::time(std::uint64_t ticks) const {
    std::uint64_t time = 0;
    if (nanoseconds_per_tick == 0 || offset_seconds != 0 ||
        __builtin_mul_overflow(ticks, nanoseconds_per_tick, &time) ||
        time > static_cast<std::uint64_t>(latest_time)) [[unlikely]] {
        return unusual_time(ticks);
    }
    return static_cast<Nanoseconds>(time);
}

inline Step Format::step(Bytes window, std::size_t& position, Record& record) const {
    if (kind_ == Kind::pcapng) return step_block(window, position, record);
    const std::size_t left = window.size() - position;
    if (left < record_header_) return Step::partial;
    const std::uint8_t* const header = window.data() + position;
    const std::uint32_t captured = u32_at(header + 8);
    if (captured > max_record_) return Step::damaged;
    if (captured > left - record_header_) return Step::partial;
    // Some writers let the sub-second field pass a second; like Wireshark, carry it over. Some say
    // a wire length shorter than what they saved.
    record.time = static_cast<Nanoseconds>(u32_at(header)) * nanoseconds_per_second +
                  static_cast<Nanoseconds>(u32_at(header + 4)) * fraction_unit_;
    record.data = header + record_header_;
    record.captured = captured;
    record.wire_length = std::max(captured, u32_at(header + 12));
    record.link = link_;
    record.interface_id = 0;
    position += record_header_ + captured;
    return Step::record;
}

/// Enhanced Packet Block (draft-ietf-opsawg-pcapng §4.3): type, length, interface, time stamp high,
/// low, captured, original length, packet, options, length. All others go the long way.
inline Step Format::step_block(Bytes window, std::size_t& position, Record& record) const {
    const std::size_t left = window.size() - position;
    if (left < 28) return left < 8 ? Step::partial : step_rare_block(window, position, record);
    const std::uint8_t* const block = window.data() + position;
    if (u32_at(block) != pcapng::enhanced_packet) {
        return step_rare_block(window, position, record);
    }
    const std::uint32_t stated = u32_at(block + 4);
    const std::uint32_t in_section = u32_at(block + 8);
    const std::uint32_t captured = u32_at(block + 20);
    if (stated < pcapng::packet_overhead || stated > pcapng::largest_packet_block ||
        !has_interface(in_section)) {
        return Step::damaged;
    }
    const std::uint32_t length = pcapng::padded(stated);
    if (captured > length - pcapng::packet_overhead) return Step::damaged;
    if (length > left) return Step::partial;
    const std::uint32_t index = section_base_ + in_section;
    const Interface& interface = interfaces_[index];
    const auto high = static_cast<std::uint64_t>(u32_at(block + 12));
    record.time = interface.time(high << 32U | u32_at(block + 16));
    record.data = block + 28;
    record.captured = captured;
    record.wire_length = std::max(captured, u32_at(block + 24));
    record.link = interface.link;
    record.interface_id = static_cast<std::uint16_t>(index);
    position += length;
    return Step::record;
}

}  // namespace tlstriage::capture
