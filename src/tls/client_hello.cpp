#include <algorithm>

#include "tls/extensions.h"
#include "tls/messages.h"
#include "tls/vectors.h"

namespace tlstriage::tls {
namespace {

constexpr std::uint16_t renegotiation_info_suite = 0x00ff;  // RFC 5746 §3.3
constexpr std::size_t random_length = 32;
constexpr std::size_t longest_session_id = 32;

/// Appends the whole items of a list of code points; false on half of one, or on none at all.
bool read_codes(const Cursor& list, std::vector<std::uint16_t>& codes) {
    const Bytes bytes = list.rest();
    const std::size_t before = codes.size();
    codes.resize(before + bytes.size() / 2);
    for (std::size_t i = before, at = 0; i < codes.size(); ++i, at += 2)
        codes[i] = load_big<std::uint16_t>(&bytes[at]);
    return bytes.size() >= 2 && bytes.size() % 2 == 0;
}

/// A list behind a 16-bit length that fills its extension.
bool read_code_list(Cursor body, std::vector<std::uint16_t>& codes) {
    bool whole = body.left() >= 2;
    const std::uint16_t length = body.u16();
    const bool even = read_codes(vector_or_part(body, length, whole), codes);
    return whole && even && body.empty();
}

/// RFC 6066 §3:
///   struct { NameType name_type; opaque HostName<1..2^16-1>; } ServerName;
///   ServerName server_name_list<1..2^16-1>;
/// Other name types must start with a 16-bit length too.
bool read_server_name(Cursor body, std::optional<std::string>& name) {
    constexpr std::uint8_t host_name = 0;
    bool whole = body.left() >= 2;
    const std::uint16_t length = body.u16();
    Cursor list = vector_or_part(body, length, whole);
    bool well_formed = !list.empty();
    while (!list.empty()) {
        const std::uint8_t type = list.u8();
        const Cursor value = list.vector16();
        if (!list.ok()) break;
        if (type != host_name) continue;
        if (value.empty()) well_formed = false;
        if (!name) name.emplace(as_text(value.rest()));
    }
    return whole && well_formed && list.ok() && body.empty();
}

/// RFC 7301 §3.1: opaque ProtocolName<1..2^8-1>; ProtocolName protocol_name_list<2..2^16-1>;
bool read_alpn(Cursor body, std::vector<std::string>& names) {
    bool whole = body.left() >= 2;
    const std::uint16_t length = body.u16();
    Cursor list = vector_or_part(body, length, whole);
    bool well_formed = !list.empty();
    while (!list.empty()) {
        const Cursor name = list.vector8();
        if (!list.ok()) break;
        if (name.empty()) well_formed = false;
        names.emplace_back(as_text(name.rest()));
    }
    return whole && well_formed && list.ok() && body.empty();
}

/// RFC 8446 §4.2.1: ProtocolVersion versions<2..254>;
bool read_supported_versions(Cursor body, std::vector<std::uint16_t>& versions) {
    bool whole = !body.empty();
    const std::uint8_t length = body.u8();
    const bool even = read_codes(vector_or_part(body, length, whole), versions);
    return whole && even && body.empty();
}

/// RFC 8422 §5.1.2: ECPointFormat ec_point_format_list<1..2^8-1>;
bool read_point_formats(Cursor body, std::vector<std::uint8_t>& formats) {
    bool whole = !body.empty();
    const std::uint8_t length = body.u8();
    const Cursor list = vector_or_part(body, length, whole);
    formats.assign(list.rest().begin(), list.rest().end());
    return whole && !list.empty() && body.empty();
}

/// RFC 8446 §4.2.8:
///   struct { NamedGroup group; opaque key_exchange<1..2^16-1>; } KeyShareEntry;
///   KeyShareEntry client_shares<0..2^16-1>;
bool read_key_shares(Cursor body, std::vector<std::uint16_t>& groups) {
    bool whole = body.left() >= 2;
    const std::uint16_t length = body.u16();
    Cursor list = vector_or_part(body, length, whole);
    bool well_formed = true;
    while (list.left() >= 2) {
        groups.push_back(list.u16());
        if (list.vector16().empty()) well_formed = false;
    }
    return whole && well_formed && list.empty() && list.ok() && body.empty();
}

/// Reads one extension; `body` may be cut. False when it is malformed; unknown ones never are.
bool read_extension(std::uint16_t type, Cursor body, ClientHello& hello) {
    switch (type) {
        case extension::server_name: return read_server_name(body, hello.server_name);
        case extension::supported_groups: return read_code_list(body, hello.groups);
        case extension::ec_point_formats: return read_point_formats(body, hello.point_formats);
        case extension::signature_algorithms:
            return read_code_list(body, hello.signature_algorithms);
        case extension::alpn: return read_alpn(body, hello.alpn);
        case extension::supported_versions:
            return read_supported_versions(body, hello.supported_versions);
        case extension::key_share: return read_key_shares(body, hello.key_share_groups);
        case extension::draft_key_share:
            // Reserved today, so a body that isn't a list of key shares is no fault.
            if (!read_key_shares(body, hello.key_share_groups)) hello.key_share_groups.clear();
            return true;
        case extension::session_ticket: hello.session_ticket = !body.empty(); return true;
        case extension::pre_shared_key: hello.pre_shared_key = true; return true;
        case extension::early_data: hello.early_data = true; return true;
        case extension::renegotiation_info: hello.renegotiation_info = true; return true;
        default:
            if (extension::encrypts_client_hello(type)) hello.encrypted_client_hello = true;
            return true;
    }
}

/// struct { ExtensionType extension_type; opaque extension_data<0..2^16-1>; } Extension;
/// Of an extension that comes twice the first is read.
bool read_extensions(Cursor list, ClientHello& hello) {
    bool well_formed = true;
    extension::Seen seen;
    while (!list.empty()) {
        const std::uint16_t type = list.u16();
        if (!list.ok()) return false;
        const bool is_first = seen.is_first(type);
        hello.extensions.push_back(type);
        if (list.left() < 2) return false;
        bool whole = true;
        const std::uint16_t length = list.u16();
        const Cursor body = vector_or_part(list, length, whole);
        if (is_first && !read_extension(type, body, hello)) well_formed = false;
        if (!whole) return false;
    }
    return well_formed;
}

bool offers(const ClientHello& hello, std::uint16_t suite) {
    return std::ranges::find(hello.cipher_suites, suite) != hello.cipher_suites.end();
}

/// RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, behind the random and the session_id:
///   CipherSuite cipher_suites<2..2^16-2>; opaque legacy_compression_methods<1..2^8-1>;
///   Extension extensions<0..2^16-1>;  -- the message may end before it
bool read_lists(Cursor& cursor, ClientHello& hello) {
    bool whole = true;
    const std::uint16_t suites_length = cursor.u16();
    bool well_formed =
        read_codes(vector_or_part(cursor, suites_length, whole), hello.cipher_suites);
    hello.renegotiation_info = offers(hello, renegotiation_info_suite);
    if (!cursor.ok() || !whole) return false;

    if (cursor.vector8().empty()) well_formed = false;
    if (!cursor.ok()) return false;
    if (cursor.empty()) return well_formed;

    const std::uint16_t extensions_length = cursor.u16();
    if (!cursor.ok()) return false;
    if (!read_extensions(vector_or_part(cursor, extensions_length, whole), hello)) {
        well_formed = false;
    }
    return well_formed && whole && cursor.empty();
}

}  // namespace

void ClientHello::clear() {
    for (auto* const list : {&cipher_suites, &extensions, &supported_versions, &groups,
                             &signature_algorithms, &key_share_groups}) {
        list->clear();
    }
    point_formats.clear();
    alpn.clear();
    server_name.reset();
    session_id = {};
    legacy_version = 0;
    ssl2_framed = session_ticket = pre_shared_key = early_data = false;
    encrypted_client_hello = renegotiation_info = false;
}

bool parse_client_hello(Bytes body, ClientHello& hello) {
    hello.clear();
    Cursor cursor(body);
    hello.legacy_version = cursor.u16();
    cursor.skip(random_length);
    hello.session_id = cursor.vector8().rest();
    if (!cursor.ok()) return false;
    return read_lists(cursor, hello) && hello.session_id.size() <= longest_session_id;
}

/// RFC 5246 §E.2:
///   uint8 msg_type; Version version; uint16 cipher_spec_length; uint16 session_id_length;
///   uint16 challenge_length; V2CipherSpec cipher_specs[..]; opaque session_id[..];
///   opaque challenge[..];
/// A V2CipherSpec is three bytes; those that start with a zero are TLS suites.
bool parse_ssl2_client_hello(Bytes message, ClientHello& hello) {
    constexpr std::uint8_t client_hello = 1;
    constexpr std::size_t cipher_spec_size = 3;
    hello.clear();
    hello.ssl2_framed = true;
    Cursor cursor(message);
    if (cursor.u8() != client_hello) return false;
    hello.legacy_version = cursor.u16();
    const std::uint16_t specs_length = cursor.u16();
    const std::uint16_t session_id_length = cursor.u16();
    const std::uint16_t challenge_length = cursor.u16();
    if (!cursor.ok()) return false;

    bool whole = true;
    Cursor specs = vector_or_part(cursor, specs_length, whole);
    while (specs.left() >= cipher_spec_size) {
        const std::uint32_t spec = specs.u24();
        if (spec <= 0xffff) hello.cipher_suites.push_back(static_cast<std::uint16_t>(spec));
    }
    hello.renegotiation_info = offers(hello, renegotiation_info_suite);
    hello.session_id = cursor.take(session_id_length);
    cursor.skip(challenge_length);
    return whole && specs.empty() && specs_length != 0 && cursor.ok() && cursor.empty();
}

}  // namespace tlstriage::tls
