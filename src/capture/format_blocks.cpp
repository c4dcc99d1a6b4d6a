// The blocks of pcapng that are not Enhanced Packet Blocks (draft-ietf-opsawg-pcapng §4).
#include <algorithm>
#include <limits>

#include "capture/format.h"
#include "capture/pcapng_blocks.h"
#include "capture/pcapng_options.h"

namespace tlstriage::capture {

namespace {

/// Interfaces of one trace, over all sections; Record::interface_id has 16 bits.
constexpr std::size_t most_interfaces = 65'536;

/// Bytes of notes of one trace that are kept.
constexpr std::size_t most_note_bytes = std::size_t{64} << 20U;

using pcapng::for_each_option;
using pcapng::load;

/// if_tsresol: a negative power of 10, or of 2 when the top bit is set. Saturates like Wireshark's.
std::uint64_t ticks_per_second(std::uint8_t resolution) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const unsigned exponent = resolution & 0x7fU;
    if ((resolution & 0x80U) != 0) return exponent < 64 ? std::uint64_t{1} << exponent : most;
    std::uint64_t ticks = 1;
    if (exponent > 19) return most;
    for (unsigned i = 0; i < exponent; ++i)
        ticks *= 10;
    return ticks;
}

}  // namespace

/// Any resolution, any offset, and times that no capture has: the next one that a capture may have.
Nanoseconds Interface::unusual_time(std::uint64_t ticks) const {
    __extension__ using Wide = __int128;
    const Wide per_second = ticks_per_second;
    const Wide whole = Wide{ticks} / per_second + offset_seconds;
    const Wide fraction = Wide{ticks} % per_second * nanoseconds_per_second / per_second;
    const Wide time = whole * nanoseconds_per_second + fraction;
    return static_cast<Nanoseconds>(std::clamp<Wide>(time, earliest_time, latest_time));
}

Step Format::step_rare_block(Bytes window, std::size_t& position, Record& record) const {
    const Bytes rest = window.subspan(position);
    const pcapng::Frame frame = pcapng::read_frame(rest, swapped_);
    if (frame.state == pcapng::Frame::State::damaged) return Step::damaged;
    if (frame.state == pcapng::Frame::State::partial) return Step::partial;
    const Bytes block = rest.first(frame.length);
    Step step = Step::skipped;
    switch (frame.type) {
        case pcapng::section_header: return frame.length < 28 ? Step::damaged : Step::control;
        case pcapng::interface_description:
            return frame.length < 20 ? Step::damaged : Step::control;
        case pcapng::interface_statistics: return frame.length < 24 ? Step::damaged : Step::control;
        case pcapng::packet: step = read_packet_block(block, record); break;
        case pcapng::simple_packet: step = read_simple_packet_block(block, record); break;
        case pcapng::enhanced_packet:  // here for want of 28 bytes, yet whole: too short
            return Step::damaged;
        default:
            if (pcapng::is_numbered_without_packet(frame.type)) step = Step::frame_without_packet;
    }
    if (step != Step::damaged) position += frame.length;
    return step;
}

/// Obsolete Packet Block (draft-ietf-opsawg-pcapng appendix A): type, length, interface and drop
/// count of 16 bits each, time stamp high, low, captured, original length, packet, options, length.
Step Format::read_packet_block(Bytes block, Record& record) const {
    if (block.size() < pcapng::packet_overhead) return Step::damaged;
    const std::uint32_t in_section = load<std::uint16_t>(block.subspan(8), swapped_);
    const std::uint32_t captured = u32_at(block.data() + 20);
    if (captured > block.size() - pcapng::packet_overhead || !has_interface(in_section)) {
        return Step::damaged;
    }
    const std::uint32_t index = section_base_ + in_section;
    const auto high = static_cast<std::uint64_t>(u32_at(block.data() + 12));
    record.time = interfaces_[index].time(high << 32U | u32_at(block.data() + 16));
    record.data = block.data() + 28;
    record.captured = captured;
    record.wire_length = std::max(captured, u32_at(block.data() + 24));
    record.link = interfaces_[index].link;
    record.interface_id = static_cast<std::uint16_t>(index);
    return Step::record;
}

/// Simple Packet Block (draft-ietf-opsawg-pcapng §4.4): type, length, original length, packet,
/// length. It is the section's first interface's, and cut at that one's snap length.
Step Format::read_simple_packet_block(Bytes block, Record& record) const {
    constexpr std::size_t overhead = 16;
    if (block.size() < overhead || !has_interface(0)) return Step::damaged;
    const Interface& interface = interfaces_[section_base_];
    const std::uint32_t original = u32_at(block.data() + 8);
    const std::uint32_t limit =
        interface.snap_length == 0 ? original : std::min(original, interface.snap_length);
    if (limit > block.size() - overhead) return Step::damaged;
    record.time = 0;
    record.data = block.data() + 12;
    record.captured = limit;
    record.wire_length = original;
    record.link = interface.link;
    record.interface_id = static_cast<std::uint16_t>(section_base_);
    return Step::record;
}

std::size_t Format::apply(Bytes block, bool& damaged) {
    const pcapng::Frame frame = pcapng::read_frame(block, swapped_);
    damaged = frame.state == pcapng::Frame::State::damaged;
    if (frame.state != pcapng::Frame::State::whole) return 0;
    const Bytes whole = block.first(frame.length);
    switch (frame.type) {
        case pcapng::section_header: damaged = !apply_section_header(whole); break;
        case pcapng::interface_description: damaged = !apply_interface_description(whole); break;
        case pcapng::interface_statistics: apply_interface_statistics(whole); break;
        default: break;
    }
    return damaged ? 0 : frame.length;
}

/// Section Header Block (§4.1): type, length, byte-order magic, major and minor version, section
/// length (which we have no use for), options, length.
bool Format::apply_section_header(Bytes block) {
    if (block.size() < 28) return false;
    const bool swapped = load_native<std::uint32_t>(block.data() + 8) != pcapng::byte_order_magic;
    if (load<std::uint16_t>(block.subspan(12), swapped) != 1) return false;  // major version
    swapped_ = swapped;
    section_base_ = static_cast<std::uint32_t>(interfaces_.size());
    return true;
}

/// Interface Description Block (§4.2): type, length, link type, reserved, snap length, options,
/// length.
bool Format::apply_interface_description(Bytes block) {
    if (block.size() < 20 || interfaces_.size() == most_interfaces) return false;
    Interface interface;
    interface.link = LinkType{load<std::uint16_t>(block.subspan(8), swapped_)};
    interface.snap_length = u32_at(block.data() + 12);
    for_each_option(block.subspan(16, block.size() - 20), swapped_, [&](auto code, Bytes value) {
        if (code == pcapng::option_time_resolution && value.size() == 1) {
            interface.ticks_per_second = ticks_per_second(value[0]);
        } else if (code == pcapng::option_time_offset && value.size() == 8) {
            interface.offset_seconds =
                static_cast<std::int64_t>(load<std::uint64_t>(value, swapped_));
        }
    });
    const bool whole = 1'000'000'000U % interface.ticks_per_second == 0;
    interface.nanoseconds_per_tick = whole ? 1'000'000'000U / interface.ticks_per_second : 0;
    interfaces_.push_back(interface);
    return true;
}

/// Interface Statistics Block (§4.6): type, length, interface, time stamp, options, length. The
/// counts are since the capture began, so the largest holds. Like Wireshark, an interface that was
/// never described is let pass.
void Format::apply_interface_statistics(Bytes block) {
    if (block.size() < 24 || !has_interface(u32_at(block.data() + 8))) return;
    Interface& interface = interfaces_[section_base_ + u32_at(block.data() + 8)];
    std::uint64_t interface_drops = 0;
    std::uint64_t system_drops = 0;
    for_each_option(block.subspan(20, block.size() - 24), swapped_, [&](auto code, Bytes value) {
        if (code == pcapng::option_comment && as_text(value).starts_with(note_beginning) &&
            value.size() <= most_note_bytes - note_bytes_) {
            note_bytes_ += value.size();
            notes_.emplace_back(as_text(value));
        }
        if (value.size() != 8) return;
        const std::uint64_t first = load<std::uint32_t>(value, swapped_);
        const std::uint64_t ticks = first << 32U | load<std::uint32_t>(value.subspan(4), swapped_);
        if (code == pcapng::option_start_time) interface.capture_start = interface.time(ticks);
        if (code == pcapng::option_end_time) interface.capture_end = interface.time(ticks);
        if (code == pcapng::option_interface_drops)
            interface_drops = load<std::uint64_t>(value, swapped_);
        if (code == pcapng::option_system_drops)
            system_drops = load<std::uint64_t>(value, swapped_);
    });
    interface.dropped = std::max(interface.dropped, interface_drops + system_drops);
}

}  // namespace tlstriage::capture
