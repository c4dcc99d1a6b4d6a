// Protocols that a direction's first bytes can name (protocols.def).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tlstriage::sense {

enum class Protocol : std::uint8_t {
    silent,   ///< not a byte yet
    unknown,  ///< bytes that nothing matches
#define PROTOCOL(symbol, speaker, pattern) symbol,
#include "sense/protocols.def"
#undef PROTOCOL
};

constexpr std::array protocol_names{
    std::string_view{"silent"},
    std::string_view{"unknown"},
#define PROTOCOL(symbol, speaker, pattern) std::string_view{#symbol},
#include "sense/protocols.def"
#undef PROTOCOL
};

constexpr std::string_view name(Protocol protocol) {
    return protocol_names[static_cast<std::size_t>(protocol)];
}

constexpr bool is_tls(Protocol protocol) {
    return protocol == Protocol::tls || protocol == Protocol::ssl2;
}

}  // namespace tlstriage::sense
