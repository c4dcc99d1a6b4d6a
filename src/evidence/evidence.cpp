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

std::uint64_t identity(const Endpoint& client, const Endpoint& server,
                       std::uint32_t initial_sequence, Nanoseconds first) {
    std::array<std::uint8_t, 48> key{};
    auto* at = key.data();
    const auto put = [&at](const void* data, std::size_t size) {
        std::memcpy(at, data, size);
        at += size;
    };
    put(client.address.bytes.data(), 16);
    put(server.address.bytes.data(), 16);
    put(&client.port, 2);
    put(&server.port, 2);
    put(&initial_sequence, 4);
    put(&first, 8);
    return XXH3_64bits(key.data(), key.size());
}

std::uint64_t identity(const Evidence& evidence) {
    return identity(evidence.client, evidence.server, evidence.of_client().initial_sequence,
                    evidence.first.time);
}

}  // namespace tlstriage::evidence
