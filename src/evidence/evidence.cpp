#include "evidence/evidence.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <utility>

namespace tlstriage::evidence {

void Evidence::swap_sides() {
    std::swap(client, server);
    std::swap(sides[0], sides[1]);
    client_lane ^= 1U;
    for (Event& event : events)
        event.side = other(event.side);
    for (AlertEvidence& alert : alerts)
        alert.sender = other(alert.sender);
}

void Evidence::clear() {
    static const Evidence blank;
    *this = blank;
}

std::uint64_t identity(const Evidence& evidence) {
    std::array<std::uint8_t, 48> key{};
    auto* at = key.data();
    const auto put = [&at](const void* data, std::size_t size) {
        std::memcpy(at, data, size);
        at += size;
    };
    const std::uint32_t sequence = evidence.of_client().initial_sequence;
    put(evidence.client.address.bytes.data(), 16);
    put(evidence.server.address.bytes.data(), 16);
    put(&evidence.client.port, 2);
    put(&evidence.server.port, 2);
    put(&sequence, 4);
    put(&evidence.first.time, 8);
    return XXH3_64bits(key.data(), key.size());
}

}  // namespace tlstriage::evidence
