// Finds what rewriting has to change in a captured frame: a walk down its headers that, other than
// wire::decode, stops at each of them.
#pragma once

#include <set>

#include "base/bytes.h"
#include "base/link_type.h"
#include "rewriting/choice.h"
#include "rewriting/rewriting.h"

namespace tlstriage::rewriting {

struct FrameFields {
    FramePlan plan;
    // Offsets of the IP headers that were met: one that wire::decode meets and this walk does not
    // is in an encapsulation that is not known here.
    std::set<std::size_t> ip_headers;
};

// Ethernet (802.1Q, 802.1ad, MPLS, PPPoE, ARP), Linux cooked, loopback and raw links; IPv4, IPv6
// with extensions, IP in IP, GRE, ERSPAN, VXLAN, Geneve, GTP-U; TCP with SACK and time stamps, a
// PROXY header of version 2, SOCKS, DNS, ICMP errors with what they quote, neighbour discovery.
// What the capture cut off is left out. Throws std::runtime_error on more headers than rewriting
// can take.
FrameFields find_fields(LinkType link, Bytes frame, Choice& choice);

}  // namespace tlstriage::rewriting
