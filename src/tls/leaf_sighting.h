// A server's certificate in one TCP segment, without knowing the connection.
#pragma once

#include "base/bytes.h"

namespace tlstriage::tls {

/// Of a certificate; DER Names with tag and length, as the certificate has them. Borrowed.
struct LeafNames {
    Bytes issuer;
    Bytes subject;  ///< empty where the segment ends before it
};

enum class LeafSighting : std::uint8_t {
    nothing,    ///< no certificate is sent in clear here
    names,      ///< the issuer of the first certificate at least
    unreadable  ///< there may be one, and its issuer is not whole here, or is no DER
};

/// Looks at a segment that begins with a record, a TDS packet around one too (tds_framing.h). The
/// records lead to the certificate by a ServerHello up to TLS 1.2, or begin with it, as a client's
/// do. A ServerHello whose connection shows its certificate in another segment is `nothing`: that
/// segment tells. Reads no further than the names, and keeps nothing.
LeafSighting look_for_leaf(Bytes segment, LeafNames& names);

/// Whether look_for_leaf() may find something: by the first byte, which few segments share.
inline bool may_show_leaf(Bytes segment) {
    constexpr std::uint8_t tds_pre_login = 0x12;
    constexpr std::uint8_t alert = 21;
    constexpr std::uint8_t handshake = 22;
    if (segment.empty()) return false;
    const std::uint8_t first = segment.front();
    return first == handshake || first == alert || first == tds_pre_login;
}

}  // namespace tlstriage::tls
