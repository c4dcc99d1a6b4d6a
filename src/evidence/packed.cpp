#include "evidence/packed.h"

#include "evidence/packed_members.h"
#include "evidence/packer.h"
#include "evidence/unpacker.h"

namespace tlstriage::evidence {

/// No member takes more bytes than it has in memory, but for a bit that says whether it is there.
std::size_t room_to_pack(const Evidence& evidence) {
    constexpr std::size_t members = sizeof(Evidence) + sizeof(Evidence) / 8;
    constexpr std::size_t trailer = sizeof(TrailerOffset) + trailer_head +
                                    MomentTable::most * sizeof(Moment) +
                                    max_shared * sizeof(std::uint64_t) + 1;
    const std::size_t items =
        evidence.events.size() * sizeof(Event) + evidence.alerts.size() * sizeof(AlertEvidence) +
        (evidence.sides[0].opaque_records.size() + evidence.sides[1].opaque_records.size()) *
            sizeof(OpaqueRecord);
    std::size_t texts = 0;
    if (evidence.client_hello && evidence.client_hello->server_name) {
        texts += evidence.client_hello->server_name->size();
    }
    if (evidence.server_hello) texts += evidence.server_hello->alpn.size();
    return members + trailer + items + texts;
}

std::size_t pack(const Evidence& evidence, std::uint8_t* out) {
    Packer packer(out);
    visit(packer, evidence);
    return static_cast<std::size_t>(packer.finish() - out);
}

std::optional<SharedPlaces> shared_places(Bytes packed) {
    if (packed.empty()) return std::nullopt;
    const std::uint8_t last = packed.back();
    SharedPlaces places{0, last & 0x0fU, unsigned{last} >> 4U};
    const std::size_t size = places.count * sizeof(std::uint64_t) + 1;
    if (places.count > max_shared || size > packed.size()) return std::nullopt;
    places.offset = packed.size() - size;
    return places;
}

bool unpack(Bytes bytes, Evidence& evidence) {
    Unpacker unpacker(bytes);
    visit(unpacker, evidence);
    return unpacker.done();
}

}  // namespace tlstriage::evidence
