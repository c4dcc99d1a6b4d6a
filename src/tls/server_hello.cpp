#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "tls/extensions.h"
#include "tls/messages.h"
#include "tls/vectors.h"

namespace tlstriage::tls {
namespace {

constexpr std::size_t random_length = 32;
constexpr std::size_t longest_session_id = 32;

/// RFC 8446 §4.1.3: SHA-256 of "HelloRetryRequest".
constexpr std::array<std::uint8_t, random_length> hello_retry_random{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/// Whether what follows the random is { cipher_suite; extensions<..> }, as in TLS 1.3 drafts up to
/// 21. Early drafts wrote 0x0304 like nobody does today; there the length has to fit.
bool is_early_draft(std::uint16_t version, Bytes rest) {
    constexpr std::uint16_t first_draft = 0x7f00;
    constexpr std::uint16_t last_short_draft = 0x7f15;
    if (version >= first_draft && version <= last_short_draft) return true;
    if (version != 0x0304) return false;
    Cursor cursor(rest);
    cursor.skip(2);
    const std::uint16_t extensions_length = cursor.u16();
    return cursor.ok() && cursor.left() == extensions_length;
}

/// KeyShareServerHello { NamedGroup group; opaque key_exchange<1..2^16-1>; }, in a
/// HelloRetryRequest { NamedGroup selected_group; } (RFC 8446 §4.2.8).
bool read_key_share(Cursor body, ServerHello& hello) {
    const std::uint16_t group = body.u16();
    if (!body.ok()) return false;
    hello.key_share_group = group;
    if (body.empty() && hello.hello_retry_request) return true;
    const bool has_key = !body.vector16().empty();
    return has_key && body.ok() && body.empty();
}

/// RFC 7301 §3.1: a list of exactly one name.
bool read_alpn(Cursor body, ServerHello& hello) {
    Cursor list = body.vector16();
    const Cursor name = list.vector8();
    if (!list.ok() || name.empty()) return false;
    hello.alpn.emplace(as_text(name.rest()));
    return list.empty() && body.empty();
}

bool read_extension(std::uint16_t type, Cursor body, ServerHello& hello) {
    switch (type) {
        case extension::supported_versions: {
            const std::uint16_t version = body.u16();
            if (!body.ok()) return false;
            hello.selected_version = version;
            return body.empty();
        }
        case extension::key_share: return read_key_share(body, hello);
        case extension::draft_key_share: {
            ServerHello trial = hello;
            if (read_key_share(body, trial)) hello.key_share_group = trial.key_share_group;
            return true;  // the number is reserved today: no fault
        }
        case extension::alpn: return read_alpn(body, hello);
        case extension::pre_shared_key: hello.pre_shared_key = true; return true;
        case extension::session_ticket: hello.session_ticket = true; return true;
        case extension::renegotiation_info: hello.renegotiation_info = true; return true;
        default: return true;
    }
}

/// The first of two extensions of one type counts.
bool read_extensions(Cursor list, ServerHello& hello) {
    bool well_formed = true;
    extension::Seen seen;
    while (!list.empty()) {
        const std::uint16_t type = list.u16();
        const Cursor body = list.vector16();
        if (!list.ok()) return false;
        const bool is_first = seen.is_first(type);
        if (is_first && !read_extension(type, body, hello)) well_formed = false;
    }
    return well_formed;
}

}  // namespace

/// RFC 8446 §4.1.3, RFC 5246 §7.4.1.3:
///   ProtocolVersion legacy_version; Random random; opaque legacy_session_id_echo<0..32>;
///   CipherSuite cipher_suite; uint8 legacy_compression_method; Extension extensions<0..2^16-1>;
bool parse_server_hello(Bytes body, ServerHello& hello) {
    hello = {};
    Cursor cursor(body);
    hello.legacy_version = cursor.u16();
    const Bytes random = cursor.take(random_length);
    hello.hello_retry_request = std::ranges::equal(random, hello_retry_random);
    if (is_early_draft(hello.legacy_version, cursor.rest())) {
        hello.cipher_suite = cursor.u16();
    } else {
        hello.session_id = cursor.vector8().rest();
        hello.cipher_suite = cursor.u16();
        cursor.skip(1);
    }
    if (!cursor.ok()) return false;
    const bool well_formed = hello.session_id.size() <= longest_session_id;
    if (cursor.empty()) return well_formed;

    bool whole = true;
    const std::uint16_t extensions_length = cursor.u16();
    if (!cursor.ok()) return false;
    Cursor extensions = vector_or_part(cursor, extensions_length, whole);
    return read_extensions(extensions, hello) && whole && cursor.empty() && well_formed;
}

}  // namespace tlstriage::tls
