// How evidence lies in packed bytes: what Packer and Unpacker agree on.
//
//   packed  = trailer's offset(4)  members  trailer
//   trailer = first Moment(16) count(1) form(1) Moment(count)  address(8)...  kinds(1)
//
// Numbers have their own size and the machine's order. Members of which many are zero have a bit
// each, then those that are not zero follow; a bool is its bit alone. A flow has few packets and
// many members that tell when, so each Moment is written once, in the trailer, and a member has its
// place there: 0 is the flow's first one. Shapes and chains are addresses at the very end, so that
// who writes the bytes to a file can put something else in their place; `kinds` is how many there
// are in the low 4 bits, bit 4 + i: the i-th is a chain (shared_places).
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "evidence/evidence.h"

namespace tlstriage::evidence {

using TrailerOffset = std::uint32_t;
using TextSize = std::uint16_t;  ///< names come from fields of 2 bytes

/// Bytes of a trailer in front of its Moments. As they always follow, a number may be read where
/// the members end: what it is worth is asked later.
constexpr std::size_t trailer_head = sizeof(Moment) + 2;

/// Of the bits that say which of so many members are not zero: the last one's is the lowest.
constexpr std::size_t mask_bytes(std::size_t members) {
    return members > 64 ? 0 : (members + 7) / 8;
}

/// From one Moment to a later one; before it, both are beyond any flow.
struct Distance {
    std::uint64_t time = 0;
    std::uint64_t frames = 0;
};
constexpr Distance distance(const Moment& from, const Moment& to) {
    return {static_cast<std::uint64_t>(to.time) - static_cast<std::uint64_t>(from.time),
            to.frame - from.frame};
}
constexpr Moment moved(const Moment& from, const Distance& by) {
    return {static_cast<Nanoseconds>(static_cast<std::uint64_t>(from.time) + by.time),
            from.frame + by.frames};
}

/// How Moments lie, as distances from the flow's first one and all of a flow alike: time below,
/// frames above.
struct MomentForm {
    unsigned bytes = 0;
    unsigned time_bits = 0;

    [[nodiscard]] constexpr bool holds(const Distance& d) const {
        const bool two_words = bytes > sizeof(std::uint64_t);
        return two_words || (d.time >> time_bits == 0 && d.frames >> (8 * bytes - time_bits) == 0);
    }
};
constexpr std::array<MomentForm, 3> moment_forms{{{6, 32}, {8, 40}, {16, 64}}};

constexpr std::array event_kinds{
#define EVENT(symbol, text) EventKind::symbol,
#include "evidence/events.def"
#undef EVENT
};

/// An event is a byte of these, its Moment, and its detail if it has one.
struct EventBits {
    static constexpr std::uint8_t kind = 0x3f;
    static constexpr std::uint8_t detail = 0x40;
    static constexpr std::uint8_t server = 0x80;
};
static_assert(event_kinds.size() <= EventBits::kind + 1U);

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

/// A sequence number as it differs from another one, which is a member before it.
template <class T>
struct Relative {
    T& value;
    const std::uint32_t& to;
};
template <class T>
Relative<T> relative(T& value, const std::uint32_t& to) {
    return {value, to};
}

/// The largest value of each enumeration that Evidence holds.
template <class T>
constexpr std::uint64_t last_of = 0;
template <>
constexpr std::uint64_t last_of<Side> = 1;
template <>
constexpr std::uint64_t last_of<tls::ContentType> = 255;  // as on the wire
template <>
constexpr std::uint64_t last_of<sense::Protocol> = sense::protocol_names.size() - 1;
template <>
constexpr std::uint64_t last_of<plain::DialogueKind> =
    static_cast<std::uint64_t>(plain::DialogueKind::socks5);
template <>
constexpr std::uint64_t last_of<Authority> = static_cast<std::uint64_t>(Authority::unlisted);
template <>
constexpr std::uint64_t last_of<Cut> = static_cast<std::uint64_t>(Cut::unjoined);

}  // namespace tlstriage::evidence
