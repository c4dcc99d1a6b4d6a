// Inside of the decoder: the walk down a frame's headers. There is a function for each header; it
// strips its own and calls the next one's. Every call of Walk::enter() counts against max_layers,
// so that the recursion is bounded.
#pragma once

#include <optional>

#include "wire/decode.h"

namespace tlstriage::wire {

/// Where the walk stands. Passed by value, so that a tunnel that turns out to be none costs
/// nothing to step back from.
struct Walk {
    Bytes rest;                    ///< captured bytes from the current header on
    std::size_t length = 0;        ///< bytes on the wire from there on, >= rest.size()
    Bytes ip;                      ///< captured bytes of the innermost IP packet entered
    std::size_t ip_length = 0;     ///< its bytes on the wire, >= ip.size()
    bool ip_beyond_frame = false;  ///< its header promises more than the frame had on the wire
    Packet* packet = nullptr;
    int layers = 0;

    Walk(Bytes frame, std::size_t wire_length, Packet& into)
        : rest(frame),
          length(wire_length < frame.size() ? frame.size() : wire_length),
          packet(&into) {}

    [[nodiscard]] bool has(std::size_t count) const { return count <= rest.size(); }
    /// What it means that `count` bytes are not there.
    [[nodiscard]] Outcome lacks(std::size_t count) const {
        return count <= length ? Outcome::cut_short : Outcome::malformed;
    }
    /// Moves on by `count` bytes; the caller has asked has(count).
    void skip(std::size_t count) {
        rest = rest.subspan(count);
        length -= count;
    }
    /// From here on there are at most `count` bytes on the wire: what follows is padding.
    void bound(std::size_t count) {
        if (count < length) length = count;
        if (rest.size() > length) rest = rest.first(length);
    }
    [[nodiscard]] bool enter() { return ++layers <= max_layers; }

    /// Loads at an offset; the caller has asked has().
    [[nodiscard]] std::uint8_t u8(std::size_t at) const { return rest[at]; }
    [[nodiscard]] std::uint16_t u16(std::size_t at) const {
        return load_big<std::uint16_t>(rest.subspan(at, 2).data());
    }
    [[nodiscard]] std::uint32_t u32(std::size_t at) const {
        return load_big<std::uint32_t>(rest.subspan(at, 4).data());
    }
    [[nodiscard]] std::uint16_t u16_little(std::size_t at) const {
        return static_cast<std::uint16_t>(rest[at] | rest[at + 1] << 8);
    }
    [[nodiscard]] std::uint32_t u32_little(std::size_t at) const {
        return static_cast<std::uint32_t>(u16_little(at)) |
               static_cast<std::uint32_t>(u16_little(at + 2)) << 16U;
    }
};

// link.cpp
Outcome by_link(Walk walk, LinkType link);
Outcome frame_relay(Walk walk);

// ieee802_11.cpp
/// How drivers and controllers bend the header.
struct WirelessForm {
    bool padded_header = false;    ///< to a multiple of 4 bytes
    bool swapped_control = false;  ///< the two bytes of frame control
};
Outcome ieee802_11(Walk walk, WirelessForm form = {});
Outcome ieee802_11_radiotap(Walk walk);
Outcome ieee802_11_prism(Walk walk);
Outcome ppi(Walk walk);

// ethernet.cpp
Outcome ethernet(Walk walk);
Outcome by_ethertype(Walk walk, std::uint16_t type);
Outcome llc(Walk walk);
Outcome snap(Walk walk);
Outcome nsh(Walk walk);
/// True when an Ethernet header with a well-known type is here: evidence for pseudowires, whose
/// payload nothing announces.
bool looks_like_ethernet(const Walk& walk);

// ppp.cpp
Outcome ppp(Walk walk);
Outcome pppoe(Walk walk);

// internet.cpp
Outcome internet(Walk walk);
Outcome by_protocol(Walk walk, std::uint8_t protocol);
/// Notes in the packet where the UDP or ICMP header here is and what follows its `header` bytes,
/// which the caller has seen to be there.
void mark_transport(const Walk& walk, std::size_t header);

// tunnels.cpp
Outcome gre(Walk walk);
Outcome l2tp_v3(Walk walk);
Outcome mpls(Walk walk);

// udp.cpp, udp_tunnels.cpp
Outcome udp(Walk walk);
/// The outcome of what is inside, when the ports and the content are those of a tunnel.
std::optional<Outcome> udp_tunnel(const Walk& walk, std::uint16_t source,
                                  std::uint16_t destination);

/// The decoder without its short cut for TCP over IP over Ethernet: the twin that tests compare
/// decode() with.
Outcome decode_step_by_step(LinkType link, Bytes frame, std::uint32_t wire_length, Packet& packet);

}  // namespace tlstriage::wire
