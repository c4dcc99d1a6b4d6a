// Link-layer header types of capture files.
#pragma once

#include <cstdint>

namespace tlstriage {

/// LINKTYPE_ numbers as pcap and pcapng carry them (https://www.tcpdump.org/linktypes.html).
/// Any other number is a valid value that decoding answers with Outcome::unknown_link_type.
enum class LinkType : std::uint16_t {
    null = 0,
    ethernet = 1,
    ppp = 9,
    ppp_hdlc = 50,
    raw = 101,
    cisco_hdlc = 104,
    ieee802_11 = 105,
    frame_relay = 107,
    loop = 108,
    linux_sll = 113,
    ieee802_11_prism = 119,
    ieee802_11_radiotap = 127,
    mtp2 = 140,
    ppp_with_direction = 166,
    ppi = 192,
    ipv4 = 228,
    ipv6 = 229,
    nflog = 239,
    linux_sll2 = 276,
};

}  // namespace tlstriage
