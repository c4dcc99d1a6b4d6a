#include "capture/kept_options.h"

#include <cstring>

#include "capture/pcapng_blocks.h"
#include "capture/pcapng_options.h"

namespace tlstriage::capture {
namespace {

/// A number of so many bytes.
template <std::unsigned_integral T>
void keep_number(std::uint16_t code, Bytes value, bool swapped, std::vector<KeptOption>& kept) {
    if (value.size() != sizeof(T)) return;
    const T number = pcapng::load<T>(value, swapped);
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &number, sizeof(T));
    kept.push_back({code, std::move(bytes)});
}

void keep(std::uint16_t code, Bytes value, std::vector<KeptOption>& kept) {
    kept.push_back({code, std::string(as_text(value))});
}

/// Those behind the first `before` bytes.
Bytes options_of(Bytes block, const pcapng::Frame& frame, std::size_t before) {
    constexpr std::size_t behind = 4;  // the length again
    if (frame.state != pcapng::Frame::State::whole || frame.length < before + behind) return {};
    return block.subspan(before, frame.length - before - behind);
}

}  // namespace

std::vector<KeptOption> kept_interface_options(Bytes block, bool swapped) {
    std::vector<KeptOption> kept;
    const pcapng::Frame frame = pcapng::read_frame(block, swapped);
    if (frame.type != pcapng::interface_description) return kept;
    pcapng::for_each_option(
        options_of(block, frame, 16), swapped, [&](std::uint16_t code, Bytes value) {
            switch (code) {
                case pcapng::option_comment:
                case pcapng::option_interface_name:
                case pcapng::option_interface_description:
                case pcapng::option_system:
                case pcapng::option_hardware: return keep(code, value, kept);
                case pcapng::option_filter:  // of kinds the text alone: code has a byte order
                    if (!value.empty() && value[0] == 0) keep(code, value, kept);
                    return;
                case pcapng::option_check_sequence_length:
                    return keep_number<std::uint8_t>(code, value, false, kept);
                default: return;
            }
        });
    return kept;
}

std::vector<KeptOption> kept_packet_options(Bytes block, bool swapped) {
    std::vector<KeptOption> kept;
    const pcapng::Frame frame = pcapng::read_frame(block, swapped);
    const bool packet = frame.type == pcapng::enhanced_packet || frame.type == pcapng::packet;
    if (!packet || block.size() < pcapng::packet_overhead) return kept;
    // Both kinds have the captured length at byte 20, and the packet from byte 28 on.
    const std::size_t captured = pcapng::load<std::uint32_t>(block.subspan(20), swapped);
    const std::size_t before = 28 + ((captured + 3) & ~std::size_t{3});
    pcapng::for_each_option(
        options_of(block, frame, before), swapped, [&](std::uint16_t code, Bytes value) {
            switch (code) {
                case pcapng::option_comment:
                case pcapng::option_hash: return keep(code, value, kept);
                case pcapng::option_flags:
                case pcapng::option_queue:
                    return keep_number<std::uint32_t>(code, value, swapped, kept);
                case pcapng::option_drop_count:
                case pcapng::option_packet_id:
                    return keep_number<std::uint64_t>(code, value, swapped, kept);
                default: return;
            }
        });
    return kept;
}

}  // namespace tlstriage::capture
