#include <algorithm>

#include "capture/format.h"

namespace tlstriage::capture {

namespace {

// First four bytes of a pcap file as the writer's machine holds them
// (https://wiki.wireshark.org/Development/LibpcapFileFormat, wiretap/libpcap.h).
constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magic_modified = 0xa1b2cd34;       // Kuznetzov's: 24-byte record headers
constexpr std::uint32_t magic_ixia_hardware = 0x1c0001ac;  // 28-byte file header
constexpr std::uint32_t magic_ixia_software = 0x1c0001ab;

/// Bytes; longest record that Wireshark takes (wiretap/wtap.h WTAP_MAX_PACKET_SIZE_STANDARD), and
/// the snap length that tcpdump writes.
constexpr std::uint32_t standard_record = 262'144;
/// The same for D-Bus and USB (WTAP_MAX_PACKET_SIZE_DBUS, _USBPCAP).
constexpr std::uint32_t long_record = 128U << 20U;
/// Bytes; a snap length beyond this is a lie or a "no limit", and would make anything plausible.
constexpr std::uint32_t believable_snap_length = 16U << 20U;

std::uint32_t longest_record(std::uint32_t link, std::uint32_t snap_length) {
    constexpr std::uint32_t link_dbus = 231;
    constexpr std::uint32_t link_usb_pcap = 249;
    if (link == link_dbus || link == link_usb_pcap) return long_record;
    const bool believable = snap_length <= believable_snap_length;
    return believable ? std::max(snap_length, standard_record) : standard_record;
}

bool is_ixia_magic(std::uint32_t magic) {
    return magic == magic_ixia_hardware || magic == magic_ixia_software;
}

bool is_pcap_magic(std::uint32_t magic) {
    return magic == magic_microseconds || magic == magic_nanoseconds || magic == magic_modified ||
           is_ixia_magic(magic);
}

}  // namespace

std::optional<Format> Format::detect(Bytes start) {
    if (start.size() < pcapng::smallest_block) return std::nullopt;
    Format format;
    const auto magic = load_native<std::uint32_t>(start.data());
    if (magic == pcapng::section_header) {
        const auto order = load_native<std::uint32_t>(start.data() + 8);
        format.swapped_ = order == byte_swapped(pcapng::byte_order_magic);
        if (order != pcapng::byte_order_magic && !format.swapped_) return std::nullopt;
        format.kind_ = Kind::pcapng;
        format.file_header_ = 0;
        format.max_record_ = pcapng::largest_packet_block;
        return format;
    }

    format.swapped_ = is_pcap_magic(byte_swapped(magic));
    const std::uint32_t native_magic = format.swapped_ ? byte_swapped(magic) : magic;
    if (!is_pcap_magic(native_magic) || start.size() < format.file_header_) return std::nullopt;
    // Magic, version, time zone, accuracy, snap length, link type. Like Wireshark, refuse versions
    // before 2 only. The minor versions before 4, of the 1990s, swapped a record's two lengths;
    // they are read as 2.4, which is right where the packets were not cut.
    const auto stored_major = load_native<std::uint16_t>(start.data() + 4);
    const int major = format.swapped_ ? byte_swapped(stored_major) : stored_major;
    if (major < 2) return std::nullopt;
    const std::uint32_t snap_length = format.u32_at(start.data() + 16);
    // The upper bits hold the length of the frame check sequence (pcap/pcap.h, LT_LINKTYPE).
    const std::uint32_t link = format.u32_at(start.data() + 20) & 0x03ffffffU;
    format.link_ = LinkType{static_cast<std::uint16_t>(std::min(link, 0xffffU))};
    format.max_record_ = longest_record(link, snap_length);
    if (native_magic == magic_modified) format.record_header_ = 24;
    if (is_ixia_magic(native_magic)) format.file_header_ = 28;  // with the bytes of all records
    if (native_magic == magic_nanoseconds) format.fraction_unit_ = 1;
    Interface only;
    only.link = format.link_;
    only.snap_length = snap_length;
    only.nanoseconds_per_tick = format.fraction_unit_;
    only.ticks_per_second = 1'000'000'000 / format.fraction_unit_;
    format.interfaces_.push_back(only);
    return format;
}

}  // namespace tlstriage::capture
