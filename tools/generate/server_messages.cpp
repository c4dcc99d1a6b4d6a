#include "server_messages.h"

#include <algorithm>
#include <stdexcept>

namespace tlstriage::generate {
namespace {

template <typename Container, typename Value>
bool holds(const Container& container, const Value& value) {
    return std::find(container.begin(), container.end(), value) != container.end();
}

template <typename Body>
Bytes message(std::uint8_t type, Body&& body) {
    ByteWriter writer;
    writer.u8(type);
    writer.prefixed(3, [&] { body(writer); });
    return writer.take();
}

template <typename Body>
void write_extension(ByteWriter& writer, std::uint16_t type, Body&& body) {
    writer.u16(type);
    writer.prefixed(2, body);
}

// RFC 8446 §4.1.3: SHA-256 of "HelloRetryRequest".
constexpr std::array<std::uint8_t, 32> retry_random{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

template <typename Extensions>
Bytes hello(std::span<const std::uint8_t> random, std::span<const std::uint8_t> session_id,
            const Terms& terms, Extensions&& extensions) {
    return message(handshake_type::server_hello, [&](ByteWriter& out) {
        out.u16(tls_version::tls12);
        out.bytes(random);
        out.prefixed(1, [&] { out.bytes(session_id); });
        out.u16(terms.suite->code);
        out.u8(0);
        out.prefixed(2, [&] { extensions(out); });
    });
}

void extensions13(ByteWriter& out, const Terms& terms, Rng& rng) {
    write_extension(out, extension::key_share, [&] {
        out.u16(terms.group);
        out.prefixed(2, [&] { write_public_value(out, terms.group, true, rng); });
    });
    write_extension(out, extension::supported_versions, [&] { out.u16(tls_version::tls13); });
    if (terms.resumed) write_extension(out, extension::pre_shared_key, [&] { out.u16(0); });
}

// A server may only answer what was offered: RFC 5246 §7.4.1.4.
void extensions12(ByteWriter& out, const ClientOffer& offer, const Terms& terms) {
    const auto& offered = offer.shape->extensions;
    if (holds(offered, extension::renegotiation_info) || holds(offer.shape->suites, 0x00ff)) {
        write_extension(out, extension::renegotiation_info, [&] { out.u8(0); });
    }
    if (holds(offered, extension::server_name)) {
        write_extension(out, extension::server_name, [] {});
    }
    write_extension(out, extension::ec_point_formats, [&] { out.prefixed(1, [&] { out.u8(0); }); });
    if (terms.early_ticket) write_extension(out, extension::session_ticket, [] {});
    if (!terms.application_protocol.empty()) {
        write_extension(out, extension::alpn, [&] {
            out.prefixed(2,
                         [&] { out.prefixed(1, [&] { out.text(terms.application_protocol); }); });
        });
    }
    if (holds(offered, extension::extended_master_secret)) {
        write_extension(out, extension::extended_master_secret, [] {});
    }
}

}  // namespace

Terms agree(const ClientOffer& offer, const Server& server, Rng& rng) {
    const ClientShape& shape = *offer.shape;
    Terms terms;
    terms.version = std::min(shape.highest_version, server.highest_version);
    for (const auto code : server.suites) {
        const CipherSuite& suite = find_suite(code);
        const bool of_tls13 = suite.kind == CipherSuite::Kind::tls13;
        if (of_tls13 != terms.is_tls13() || !holds(shape.suites, code)) continue;
        terms.suite = &suite;
        break;
    }
    // The clients that offer nothing suitable are only used where the server refuses them.
    if (terms.suite == nullptr) return terms;
    terms.group = holds(shape.groups, group::x25519) ? group::x25519 : group::secp256r1;
    if (terms.is_tls13() && server.takes_mlkem && holds(shape.key_shares, group::x25519_mlkem768)) {
        terms.group = group::x25519_mlkem768;
    }
    if (holds(offer.application_protocols, "h2") && server.speaks_h2) {
        terms.application_protocol = "h2";
    } else if (holds(offer.application_protocols, "http/1.1")) {
        terms.application_protocol = "http/1.1";
    }
    terms.early_ticket = !terms.is_tls13() && rng.chance(0.6);
    return terms;
}

Bytes server_hello(const ClientOffer& offer, const Terms& terms, Rng& rng) {
    std::array<std::uint8_t, 32> random{};
    rng.fill(random);
    Bytes session_id = offer.session_id;  // TLS 1.3 and resumption echo it
    if (!terms.is_tls13() && !terms.resumed) {
        session_id.resize(terms.early_ticket ? 0 : 32);
        rng.fill(session_id);
    }
    return hello(random, session_id, terms, [&](ByteWriter& out) {
        if (terms.is_tls13()) {
            extensions13(out, terms, rng);
        } else {
            extensions12(out, offer, terms);
        }
    });
}

Bytes hello_retry_request(const ClientOffer& offer, const Terms& terms) {
    return hello(retry_random, offer.session_id, terms, [&](ByteWriter& out) {
        write_extension(out, extension::key_share, [&] { out.u16(terms.group); });
        write_extension(out, extension::supported_versions, [&] { out.u16(tls_version::tls13); });
    });
}

Bytes certificate_message(const Chain& chain) {
    return message(handshake_type::certificate, [&](ByteWriter& out) {
        out.prefixed(3, [&] {
            for (const auto& certificate : chain.certificates) {
                out.prefixed(3, [&] { out.bytes(certificate); });
            }
        });
    });
}

std::uint32_t certificate13_length(const Chain& chain) {
    std::size_t length = 4 + 1 + 3;  // header, empty context, length of the list
    for (const auto& certificate : chain.certificates)
        length += 3 + certificate.size() + 2;
    return static_cast<std::uint32_t>(length);
}

// ECParameters, ECPoint, signature: RFC 8422 §5.4. The signature has the right form, but nobody
// could check it: the secrets do not exist.
Bytes server_key_exchange(const Terms& terms, Rng& rng) {
    return message(handshake_type::server_key_exchange, [&](ByteWriter& out) {
        out.u8(3);  // named_curve
        out.u16(terms.group);
        out.prefixed(1, [&] { write_public_value(out, terms.group, true, rng); });
        out.u16(0x0403);  // ecdsa_secp256r1_sha256
        out.prefixed(2, [&] {
            out.u16(0x3044);
            for (int i = 0; i < 2;
                 ++i) {  // r, s: 32-byte INTEGERs that are positive without padding
                out.u16(0x0220);
                out.u8(static_cast<std::size_t>(rng.between(1, 127)));
                out.random(rng, 31);
            }
        });
    });
}

Bytes server_hello_done() {
    return message(handshake_type::server_hello_done, [](ByteWriter&) {});
}

Bytes new_session_ticket(Rng& rng) {
    return message(handshake_type::new_session_ticket, [&](ByteWriter& out) {
        out.u32(7200);  // seconds
        out.prefixed(2, [&] { out.random(rng, rng.chance(0.5) ? 176 : 192); });
    });
}

Bytes client_key_exchange(const Terms& terms, Rng& rng) {
    return message(handshake_type::client_key_exchange, [&](ByteWriter& out) {
        out.prefixed(1, [&] { write_public_value(out, terms.group, false, rng); });
    });
}

}  // namespace tlstriage::generate
