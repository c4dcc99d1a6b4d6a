#include "relink.h"

#include <array>
#include <stdexcept>

#include "base/bytes.h"

namespace tlstriage::generate {
namespace {

// The header that takes the place of another link's, and that one's length. An empty `header`: not
// known.
struct Relinking {
    std::vector<std::uint8_t> header;
    std::size_t replaced = 0;
};

std::vector<std::uint8_t> ethernet_header(std::uint32_t interface, const std::uint8_t* sender,
                                          std::uint16_t type) {
    std::vector<std::uint8_t> header{0x02, 0x00};
    for (int shift = 24; shift >= 0; shift -= 8)
        header.push_back(static_cast<std::uint8_t>(interface >> shift));
    constexpr std::array<std::uint8_t, 6> nobody{};
    if (sender == nullptr) sender = nobody.data();
    header.insert(header.end(), sender, sender + 6);
    header.push_back(static_cast<std::uint8_t>(type >> 8));
    header.push_back(static_cast<std::uint8_t>(type));
    return header;
}

Relinking relink(LinkType link, const std::vector<std::uint8_t>& bytes) {
    constexpr std::size_t cooked = 16;
    constexpr std::size_t cooked_2 = 20;
    if (link == LinkType::linux_sll && bytes.size() >= cooked) {
        const auto type = load_big<std::uint16_t>(bytes.data() + 14);
        return {ethernet_header(0, bytes.data() + 6, type), cooked};
    }
    if (link == LinkType::linux_sll2 && bytes.size() >= cooked_2) {
        const auto type = load_big<std::uint16_t>(bytes.data());
        const auto interface = load_big<std::uint32_t>(bytes.data() + 4);
        return {ethernet_header(interface, bytes.data() + 12, type), cooked_2};
    }
    const bool loopback = link == LinkType::null || link == LinkType::loop;
    const std::size_t replaced = loopback ? 4 : 0;
    if (bytes.size() <= replaced) return {};
    const bool v6 = bytes[replaced] >> 4 == 6;
    return {ethernet_header(0, nullptr, v6 ? 0x86dd : 0x0800), replaced};
}

void relink(LinkType link, LabFrame& frame) {
    const Relinking relinking = relink(link, frame.bytes);
    if (relinking.header.empty()) throw std::runtime_error("a frame is too short to be Ethernet");
    const auto moved = [&](std::uint32_t& offset) {
        offset = static_cast<std::uint32_t>(offset + relinking.header.size() - relinking.replaced);
    };
    const auto begin = frame.bytes.begin();
    frame.bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(relinking.replaced));
    frame.bytes.insert(frame.bytes.begin(), relinking.header.begin(), relinking.header.end());
    moved(frame.wire_length);
    for (Field& field : frame.plan.fields)
        moved(field.offset);
    for (Checksum& checksum : frame.plan.checksums) {
        moved(checksum.offset);
        moved(checksum.start);
    }
}

}  // namespace

void make_ethernet(LabCase& lab_case) {
    for (LabFrame& frame : lab_case.frames) {
        const LinkType link = lab_case.interfaces[frame.interface].link;
        if (link != LinkType::ethernet) relink(link, frame);
    }
    for (LabInterface& interface : lab_case.interfaces)
        interface.link = LinkType::ethernet;
}

}  // namespace tlstriage::generate
