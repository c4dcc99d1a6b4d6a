// What a pcapng says of its interfaces and packets that no verdict rests on, for who copies them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::capture {

/// A pcapng option, its numbers in this machine's byte order. Texts are as they came.
struct KeptOption {
    std::uint16_t code = 0;
    std::string value;

    friend bool operator==(const KeptOption&, const KeptOption&) = default;
};

// `block` begins with a block in the byte order `swapped`. What is no option of that kind, or has
// another size than it must have, is left out.

/// Of an Interface Description Block: if_name, if_description, if_filter as text, if_os,
/// if_fcslen, if_hardware and comments.
std::vector<KeptOption> kept_interface_options(Bytes block, bool swapped);

/// Of an Enhanced Packet Block or an obsolete Packet Block: comments, epb_flags, epb_hash,
/// epb_dropcount, epb_packetid and epb_queue. None for other blocks.
std::vector<KeptOption> kept_packet_options(Bytes block, bool swapped);

}  // namespace tlstriage::capture
