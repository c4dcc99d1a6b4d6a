// Evidence as a short run of bytes: what is kept of a flow that has ended until all are judged.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "evidence/evidence.h"

namespace tlstriage::evidence {

/// How many bytes pack() needs room for: more than it will write.
std::size_t room_to_pack(const Evidence& evidence);

/// Writes `evidence` from `out` on and returns how many bytes it took: some 350 for a healthy flow.
/// What goes on counting behind a flow's end (last, packets and bytes), where it belongs (file,
/// archive) and what is joined later (dns) are left out. Shapes and chains are kept as addresses,
/// so the bytes mean something in this run only, while their caches live; see shared_places().
std::size_t pack(const Evidence& evidence, std::uint8_t* out);

/// Reads back what pack() wrote, over whatever `evidence` held. False when the bytes end early or
/// say what no Evidence can hold; addresses must be right.
bool unpack(Bytes bytes, Evidence& evidence);

/// Shapes and chains that one Evidence can refer to: a ClientHello's, and a chain of each side.
constexpr std::size_t max_shared = 3;

/// Where packed evidence keeps addresses of shapes and chains: 8 bytes each, native order. Whoever
/// keeps the bytes elsewhere writes numbers of tables in their place, and addresses back.
struct SharedPlaces {
    std::size_t offset = 0;  ///< of the first
    unsigned count = 0;
    unsigned kinds = 0;  ///< bit i: the i-th is a chain, else it is a shape

    [[nodiscard]] bool is_chain(unsigned i) const { return (kinds >> i & 1U) != 0; }
};
/// Empty when the bytes are no packed evidence.
std::optional<SharedPlaces> shared_places(Bytes packed);

}  // namespace tlstriage::evidence
