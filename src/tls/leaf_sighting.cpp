#include "tls/leaf_sighting.h"

#include <algorithm>
#include <optional>

#include "tls/der.h"
#include "tls/messages.h"
#include "tls/names.h"
#include "tls/record.h"

namespace tlstriage::tls {
namespace {

/// The part of a TDS PRELOGIN packet that is TLS (MS-TDS §2.2.3.1); what is none stays as it is.
Bytes without_tds(Bytes segment) {
    constexpr std::uint8_t pre_login = 0x12;
    constexpr std::size_t header = 8;
    if (segment.size() < header || segment.front() != pre_login) return segment;
    const std::size_t length = load_big<std::uint16_t>(segment.data() + 2);
    return segment.first(std::clamp(length, header, segment.size())).subspan(header);
}

/// Certificate ::= SEQUENCE { TBSCertificate ::= SEQUENCE { [0] version OPTIONAL, serialNumber,
/// signature, issuer, validity, subject, … (RFC 5280 §4.1), as much of it as there is.
void read_names(Cursor certificate, LeafNames& names) {
    der::enter(certificate, der::sequence);
    der::enter(certificate, der::sequence);
    if (!certificate.empty() && certificate.rest().front() == der::context_0)
        der::body(certificate, der::context_0);
    der::body(certificate, der::integer);
    der::body(certificate, der::sequence);
    names.issuer = der::element(certificate, der::sequence);
    der::body(certificate, der::sequence);
    names.subject = der::element(certificate, der::sequence);
}

/// struct { ASN.1Cert certificate_list<0..2^24-1>; } (RFC 5246 §7.4.2)
LeafSighting look_at_certificate(Cursor message, LeafNames& names) {
    constexpr std::size_t length_size = 3;
    const std::uint32_t list = message.u24();
    if (message.ok() && list == 0) return LeafSighting::nothing;
    message.skip(length_size);
    read_names(message, names);
    return names.issuer.empty() ? LeafSighting::unreadable : LeafSighting::names;
}

/// Whether the session goes on encrypted behind this ServerHello, or the part of it that is there.
bool is_tls13_hello(Bytes body) {
    ServerHello hello;
    parse_server_hello(body, hello);
    return is_tls13(hello.version());
}

/// Through the messages of a record, or what there is of it; empty when they lead to the next one.
std::optional<LeafSighting> look_at_record(Bytes body, LeafNames& names) {
    Cursor messages(body);
    while (!messages.empty()) {
        const auto type = static_cast<HandshakeType>(messages.u8());
        const std::uint32_t length = messages.u24();
        if (!messages.ok()) return LeafSighting::unreadable;
        if (type == HandshakeType::certificate)
            return look_at_certificate(Cursor(messages.rest()), names);
        const bool leads_there =
            type == HandshakeType::server_hello || type == HandshakeType::hello_request;
        if (!leads_there) return LeafSighting::nothing;
        const bool whole = length <= messages.left();
        const Bytes message = messages.take(std::min<std::size_t>(length, messages.left()));
        if (type == HandshakeType::server_hello && is_tls13_hello(message))
            return LeafSighting::nothing;
        if (!whole) return LeafSighting::unreadable;
    }
    return std::nullopt;
}

}  // namespace

LeafSighting look_for_leaf(Bytes segment, LeafNames& names) {
    names = {};
    Cursor records(without_tds(segment));
    while (!records.empty()) {
        // A part of a header is one if its first two bytes may be.
        const bool tls = records.left() < 2 || records.rest()[1] == 3;
        if (records.left() < RecordHeader::size)
            return tls ? LeafSighting::unreadable : LeafSighting::nothing;
        const RecordHeader header = RecordHeader::read(records.rest().data());
        if (!header.plausible()) return LeafSighting::nothing;
        records.skip(RecordHeader::size);
        const bool whole = header.length <= records.left();
        const Bytes body = records.take(std::min<std::size_t>(header.length, records.left()));
        // A warning may come first (RFC 6066 §3).
        const bool handshake = header.type == ContentType::handshake;
        if (!handshake && header.type != ContentType::alert) return LeafSighting::nothing;
        if (handshake) {
            if (const auto sighting = look_at_record(body, names)) return *sighting;
        }
        if (!whole) return LeafSighting::unreadable;
    }
    return LeafSighting::nothing;
}

}  // namespace tlstriage::tls
