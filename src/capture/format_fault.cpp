#include <fmt/format.h>

#include "capture/format.h"

namespace tlstriage::capture {

namespace {

using pcapng::Frame;

std::string explain_frame(const Frame& frame, Bytes rest, bool swapped) {
    if (frame.state != Frame::State::damaged) return {};
    if (frame.type == pcapng::section_header && frame.length == 0 && rest.size() >= 12) {
        const auto magic = load_native<std::uint32_t>(rest.data() + 8);
        if (magic != pcapng::byte_order_magic && magic != byte_swapped(pcapng::byte_order_magic)) {
            return "section header without the byte-order magic";
        }
    }
    const auto stored = load_native<std::uint32_t>(rest.data() + 4);
    const std::uint32_t length = swapped ? byte_swapped(stored) : stored;
    if (frame.length == 0) {
        return fmt::format("block of type {:#x} says it is {} bytes long", frame.type, length);
    }
    return fmt::format("block of type {:#x}: its two lengths differ ({} and another)", frame.type,
                       length);
}

}  // namespace

std::string Format::fault(Bytes window, std::size_t position) const {
    const Bytes rest = window.subspan(std::min(position, window.size()));
    if (kind_ == Kind::pcap) {
        if (rest.size() < record_header_) return "record header cut";
        return fmt::format("record says it holds {} bytes (the most is {})",
                           u32_at(rest.data() + 8), max_record_);
    }
    if (rest.size() < pcapng::smallest_block) return "block header cut";
    const Frame frame = pcapng::read_frame(rest, swapped_);
    std::string in_frame = explain_frame(frame, rest, frame.swapped);
    if (!in_frame.empty()) return in_frame;
    switch (frame.type) {
        case pcapng::section_header: return "section header of an unknown version, or too short";
        case pcapng::interface_description:
            return "interface description too short, or one too many";
        case pcapng::enhanced_packet:
        case pcapng::packet: {
            if (rest.size() < 28 || frame.length < pcapng::packet_overhead) {
                return "packet block too short";
            }
            std::uint32_t interface = u32_at(rest.data() + 8);
            if (frame.type == pcapng::packet) {
                const auto stored = load_native<std::uint16_t>(rest.data() + 8);
                interface = swapped_ ? byte_swapped(stored) : stored;
            }
            if (!has_interface(interface)) {
                return fmt::format("packet of interface {}, which is not described", interface);
            }
            return fmt::format("packet of {} bytes in a block of {}", u32_at(rest.data() + 20),
                               frame.length);
        }
        case pcapng::simple_packet:
            return "simple packet longer than its block, or without an interface";
        default: return fmt::format("block of type {:#x} too short", frame.type);
    }
}

}  // namespace tlstriage::capture
