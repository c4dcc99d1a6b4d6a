#include "carve/handshake_names.h"

#include <algorithm>

#include "base/cursor.h"
#include "tls/extensions.h"

namespace tlstriage::carve {
namespace {

using tls::HandshakeType;
using Body = std::span<std::uint8_t>;

constexpr std::uint16_t tls12 = 0x0303;
constexpr std::uint16_t certificate_authorities = 47;  // RFC 8446 §4.2.4

void blank(Body bytes) {
    std::ranges::fill(bytes, std::uint8_t{0});
}

/// Takes a vector with a length of `prefix` bytes off the front, or what there is of it.
Body take_vector(Body& bytes, std::size_t prefix, bool& whole) {
    std::size_t length = 0;
    whole = bytes.size() >= prefix;
    if (!whole) {
        blank(bytes);
        bytes = {};
        return {};
    }
    for (const std::uint8_t byte : bytes.first(prefix))
        length = length << 8U | byte;
    bytes = bytes.subspan(prefix);
    whole = length <= bytes.size();
    const Body taken = bytes.first(std::min(length, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
}

/// Leaves out the next `count` bytes; what there is of them.
void skip(Body& bytes, std::size_t count) {
    bytes = bytes.subspan(std::min(count, bytes.size()));
}

}  // namespace

void HandshakeNames::rewrite(HandshakeType type, Body body, bool whole, std::uint16_t version) {
    switch (type) {
        case HandshakeType::client_hello: return client_hello(body);
        case HandshakeType::certificate: return certificates(body);
        case HandshakeType::certificate_request: return certificate_request(body, whole, version);
        case HandshakeType::certificate_status: return certificate_status(body, whole);
        case HandshakeType::server_key_exchange: return server_key_exchange(body, version);
        case HandshakeType::certificate_verify: return signature(body, 0, version);
        case HandshakeType::hello_request:
        case HandshakeType::server_hello:
        case HandshakeType::new_session_ticket:
        case HandshakeType::end_of_early_data:
        case HandshakeType::server_hello_done:
        case HandshakeType::client_key_exchange:
        case HandshakeType::finished:
        case HandshakeType::key_update: return;
        default: return blank(body);
    }
}

// RFC 8446 §4.1.2, RFC 5246 §7.4.1.2
void HandshakeNames::client_hello(Body body) {
    constexpr std::size_t version_and_random = 34;
    bool whole = true;
    skip(body, version_and_random);
    if (body.empty()) return;
    take_vector(body, 1, whole);  // session_id
    if (body.empty()) return;
    take_vector(body, 2, whole);  // cipher_suites
    if (body.empty()) return;
    take_vector(body, 1, whole);  // legacy_compression_methods
    if (body.empty()) return;
    Body list = take_vector(body, 2, whole);
    while (list.size() > 2) {
        const auto type = load_big<std::uint16_t>(list.data());
        list = list.subspan(2);
        const Body content = take_vector(list, 2, whole);
        extension(type, content, whole);
    }
    blank(body);
}

void HandshakeNames::extension(std::uint16_t type, Body body, bool whole) {
    if (type == tls::extension::server_name) {
        whole ? server_names(body) : blank(body);
    } else if (type == certificate_authorities) {
        const Body list = take_vector(body, 2, whole);
        whole ? authorities(list) : blank(list);
        blank(body);
    }
}

// RFC 6066 §3: NameType name_type; opaque HostName<1..2^16-1>;
void HandshakeNames::server_names(Body body) {
    bool whole = true;
    Body list = take_vector(body, 2, whole);
    while (!list.empty()) {
        const bool host_name = list.front() == 0;
        list = list.subspan(1);
        const Body name = take_vector(list, 2, whole);
        if (!whole || !host_name) {
            blank(name);
        } else {
            names_.host({reinterpret_cast<char*>(name.data()), name.size()});
        }
    }
    blank(body);
}

// opaque DistinguishedName<1..2^16-1>
void HandshakeNames::authorities(Body list) {
    while (!list.empty()) {
        bool whole = true;
        der_.rewrite(take_vector(list, 2, whole));
    }
}

// RFC 5246 §7.4.2: opaque ASN1Cert<1..2^24-1>
void HandshakeNames::certificates(Body body) {
    bool whole = true;
    Body list = take_vector(body, 3, whole);
    while (!list.empty())
        der_.rewrite(take_vector(list, 3, whole));
    blank(body);
}

// RFC 5246 §7.4.4
void HandshakeNames::certificate_request(Body body, bool whole, std::uint16_t version) {
    std::vector<Bytes> names;
    if (version == 0 || !whole || !tls::parse_certificate_request(body, version, names)) {
        return blank(body);
    }
    take_vector(body, 1, whole);                        // certificate_types
    if (version == tls12) take_vector(body, 2, whole);  // supported_signature_algorithms
    authorities(take_vector(body, 2, whole));
}

// RFC 6066 §8: CertificateStatusType status_type; opaque OCSPResponse<1..2^24-1>;
void HandshakeNames::certificate_status(Body body, bool whole) {
    if (!whole || body.empty() || body.front() != 1) return blank(body);
    body = body.subspan(1);
    der_.rewrite(take_vector(body, 3, whole));
    blank(body);
}

/// The last vector of RFC 8422 §5.4 and RFC 5246 §7.4.3. What a PSK proves is not signed.
void HandshakeNames::server_key_exchange(Body body, std::uint16_t version) {
    constexpr std::uint8_t named_curve = 3;
    const auto length_at = [&](std::size_t at) {
        return at + 2 <= body.size() ? std::size_t{load_big<std::uint16_t>(&body[at])} : 0;
    };
    if (body.size() >= 4 && body[0] == named_curve) {
        return signature(body, 4 + std::size_t{body[3]}, version);
    }
    std::size_t at = 0;
    for (unsigned vector = 0; vector < 3; ++vector)  // dh_p, dh_g, dh_Ys
        at += 2 + length_at(at);
    signature(body, at, version);
}

/// SignatureAndHashAlgorithm in TLS 1.2; opaque signature<0..2^16-1>: up to the end.
void HandshakeNames::signature(Body body, std::size_t at, std::uint16_t version) {
    for (const std::size_t begin : {at + (version == tls12 ? 2 : 0), at + 2}) {
        if (begin + 2 > body.size()) return;
        if (load_big<std::uint16_t>(&body[begin]) == body.size() - begin - 2) {
            return names_.opaque(body.subspan(begin + 2));
        }
    }
    if (at < body.size()) blank(body.subspan(at));
}

}  // namespace tlstriage::carve
