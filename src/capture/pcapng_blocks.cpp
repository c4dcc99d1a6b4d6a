#include "capture/pcapng_blocks.h"

namespace tlstriage::capture::pcapng {

namespace {

std::uint32_t u32(const std::uint8_t* at, bool swapped) {
    const auto value = load_native<std::uint32_t>(at);
    return swapped ? byte_swapped(value) : value;
}

}  // namespace

Frame read_frame(Bytes rest, bool swapped) {
    Frame frame;
    frame.swapped = swapped;
    if (rest.size() < smallest_block) return frame;
    frame.type = u32(rest.data(), swapped);
    if (frame.type == section_header) {
        const auto magic = load_native<std::uint32_t>(rest.data() + 8);
        frame.swapped = magic == byte_swapped(byte_order_magic);
        if (magic != byte_order_magic && !frame.swapped) {
            frame.state = Frame::State::damaged;
            return frame;
        }
    }
    const std::uint32_t length = u32(rest.data() + 4, frame.swapped);
    if (length < smallest_block || length > largest_block) {
        frame.state = Frame::State::damaged;
        return frame;
    }
    frame.length = padded(length);
    if (frame.length <= rest.size()) {
        const std::uint32_t trailer = u32(rest.data() + frame.length - 4, frame.swapped);
        const bool same = trailer == length || trailer == frame.length;
        frame.state = same ? Frame::State::whole : Frame::State::damaged;
    }
    return frame;
}

bool is_numbered_without_packet(std::uint32_t type) {
    return type == systemd_journal_export || type == custom || type == custom_no_copy ||
           type == sysdig_event || type == sysdig_event_v2 || type == sysdig_event_v2_large;
}

bool is_known_type(std::uint32_t type) {
    switch (type) {
        case section_header:
        case interface_description:
        case packet:
        case simple_packet:
        case name_resolution:
        case interface_statistics:
        case enhanced_packet:
        case systemd_journal_export:
        case decryption_secrets:
        case custom:
        case custom_no_copy: return true;
        default: return type >= sysdig_first && type <= sysdig_last;
    }
}

}  // namespace tlstriage::capture::pcapng
