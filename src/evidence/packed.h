// Evidence as a short run of bytes: what is kept of a flow that has ended until all are judged.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "evidence/evidence.h"

namespace tlstriage::evidence {

/// How many bytes pack() needs room for: more than it will write.
std::size_t room_to_pack(const Evidence& evidence);

/// Writes `evidence` from `out` on and returns how many bytes it took: some 350 for a healthy flow.
/// What goes on counting behind a flow's end (last, packets
/// and bytes) and what is joined later (dns) are left out. Shapes and chains are kept as
/// addresses, so the bytes mean something in this run only, while their caches live.
std::size_t pack(const Evidence& evidence, std::uint8_t* out);

/// Reads back what pack() wrote, over whatever `evidence` held. False when the bytes end early or
/// say what no Evidence can hold.
bool unpack(Bytes bytes, Evidence& evidence);

}  // namespace tlstriage::evidence
