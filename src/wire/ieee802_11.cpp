// IEEE 802.11 data frames and the headers that capture programs put in front of them.
#include "wire/layers.h"

namespace tlstriage::wire {
namespace {

/// Some drivers pad the header so that the body begins at a multiple of 4.
constexpr std::size_t padded_to_word(std::size_t length) {
    return (length + 3) & ~std::size_t{3};
}

/// https://www.radiotap.org: whether the field Flags says that the 802.11 header is padded.
/// `header` is the radiotap header, of at least 8 bytes.
bool radiotap_says_padded(Bytes header) {
    constexpr unsigned more_words = 0x80;      // in the last byte of a little-endian word
    constexpr unsigned has_time_stamp = 0x01;  // 8 bytes, aligned to 8, in front of Flags
    constexpr unsigned has_flags = 0x02;
    constexpr unsigned header_padded = 0x20;
    const unsigned present = header[4];
    if ((present & has_flags) == 0) return false;
    std::size_t at = 8;
    while ((header[at - 1] & more_words) != 0) {
        if (header.size() - at < 4) return false;
        at += 4;
    }
    if ((present & has_time_stamp) != 0) at = ((at + 7) & ~std::size_t{7}) + 8;
    return at < header.size() && (header[at] & header_padded) != 0;
}

/// An aggregate's first subframe (IEEE 802.11-2020 §9.3.2.2): two addresses and a length.
Outcome aggregate(Walk walk) {
    if (!walk.has(14)) return walk.lacks(14);
    const std::uint16_t length = walk.u16(12);
    walk.skip(14);
    walk.bound(length);
    return llc(walk);
}

}  // namespace

/// IEEE 802.11-2020 §9.2.3, §9.3.2
Outcome ieee802_11(Walk walk, WirelessForm form) {
    constexpr unsigned version_and_type = 0x0f;
    constexpr unsigned data_frame = 0x08;
    constexpr unsigned no_data = 0x40;
    constexpr unsigned quality_of_service = 0x80;
    constexpr unsigned both_systems = 0x03;  // to and from the distribution system: four addresses
    constexpr unsigned more_fragments = 0x04;
    constexpr unsigned is_protected = 0x40;
    constexpr unsigned high_throughput_control = 0x80;
    constexpr unsigned is_aggregate = 0x80;

    if (!walk.enter()) return Outcome::too_deep;
    if (!walk.has(2)) return walk.lacks(2);
    const unsigned control = walk.u8(form.swapped_control ? 1 : 0);
    const unsigned flags = walk.u8(form.swapped_control ? 0 : 1);
    if ((control & version_and_type) != data_frame) return Outcome::not_ip;
    if ((control & no_data) != 0) return Outcome::not_ip;
    if ((flags & is_protected) != 0) return Outcome::encrypted_link;

    std::size_t header = (flags & both_systems) == both_systems ? 30 : 24;
    const std::size_t service_field = header;
    const bool with_service = (control & quality_of_service) != 0;
    if (with_service) header += (flags & high_throughput_control) != 0 ? 6 : 2;
    if (form.padded_header) header = padded_to_word(header);
    if (!walk.has(header)) return walk.lacks(header);
    // A piece of a frame can't be read alone. Controllers that swap the control field leave other
    // things in place of the fragment number.
    const bool later_piece = !form.swapped_control && (walk.u8(22) & 0x0fU) != 0;
    if ((flags & more_fragments) != 0 || later_piece) return Outcome::not_ip;
    const bool aggregated = with_service && (walk.u8(service_field) & is_aggregate) != 0;
    walk.skip(header);
    return aggregated ? aggregate(walk) : llc(walk);
}

Outcome ieee802_11_radiotap(Walk walk) {
    if (!walk.has(8)) return walk.lacks(8);
    const std::size_t header = walk.u16_little(2);
    if (walk.u8(0) != 0 || header < 8) return Outcome::malformed;
    if (!walk.has(header)) return walk.lacks(header);
    const bool padded = radiotap_says_padded(walk.rest.first(header));
    walk.skip(header);
    return ieee802_11(walk, {.padded_header = padded});
}

/// The Prism header is 144 bytes and says so in the byte order of the machine that captured; in its
/// place there may be an AVS header, which begins with 0x8021100 and is big-endian.
Outcome ieee802_11_prism(Walk walk) {
    constexpr std::uint32_t avs_magic = 0x80211000;
    if (!walk.has(8)) return walk.lacks(8);
    std::size_t header = 144;
    if ((walk.u32(0) & 0xfffff000U) == avs_magic) header = walk.u32(4);
    if (header < 8) return Outcome::malformed;
    if (!walk.has(header)) return walk.lacks(header);
    walk.skip(header);
    return ieee802_11(walk);
}

/// Per-Packet Information header 1.0.7 §3.1: version, flags, length, link type, little-endian.
Outcome ppi(Walk walk) {
    if (!walk.has(8)) return walk.lacks(8);
    const std::size_t header = walk.u16_little(2);
    const std::uint32_t link = walk.u32_little(4);
    if (header < 8) return Outcome::malformed;
    if (!walk.has(header)) return walk.lacks(header);
    walk.skip(header);
    return link <= 0xffff ? by_link(walk, static_cast<LinkType>(link)) : Outcome::unknown_link_type;
}

}  // namespace tlstriage::wire
