// The dialogues in packets: LDAP, PostgreSQL, MySQL, RDP, TDS, SOCKS.
#include <algorithm>

#include "plain/dialogue.h"

namespace tlstriage::plain {
namespace {

std::uint8_t byte(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Big-endian.
std::size_t pair(std::string_view text, std::size_t at) {
    return byte(text, at) * 256U + byte(text, at + 1);
}

/// The first message of `text`, `length` bytes long (0: not known yet), once it is there.
std::string_view whole(std::string_view text, std::size_t length) {
    return length <= text.size() ? text.substr(0, length) : std::string_view();
}

/// A BER element of LDAP at the beginning: its whole length, 0 when that is not there yet.
std::size_t ber_length(std::string_view text) {
    if (text.size() < 2) return 0;
    const std::uint8_t first = byte(text, 1);
    if (first < 0x80) return std::size_t{2} + first;
    const std::size_t octets = first & 0x7fU;
    if (octets == 0 || octets > 4) return text.size();
    if (text.size() < 2 + octets) return 0;
    std::size_t length = 0;
    for (std::size_t i = 0; i < octets; ++i)
        length = length << 8U | byte(text, 2 + i);
    return 2 + octets + length;
}

/// What an LDAPMessage does: the tag behind the message id, 0 when it can't be read.
std::uint8_t ldap_operation(std::string_view message, std::size_t& at) {
    at = byte(message, 1) < 0x80 ? 2 : 2 + (byte(message, 1) & 0x7fU);
    if (at + 2 > message.size() || byte(message, at) != 0x02) return 0;
    at += std::size_t{2} + byte(message, at + 1);
    return at < message.size() ? byte(message, at) : 0;
}

constexpr std::string_view ldap_start_tls = "1.3.6.1.4.1.1466.20037";
constexpr std::uint8_t ldap_bind_request = 0x60;
constexpr std::uint8_t ldap_search_request = 0x63;
constexpr std::uint8_t ldap_extended_request = 0x77;
constexpr std::uint8_t ldap_extended_response = 0x78;

/// A packet with its length, big-endian, in its third and fourth byte: TPKT of RDP, TDS.
std::string_view whole_packet(std::string_view text, std::size_t shortest) {
    return text.size() < 4 ? text.substr(0, 0) : whole(text, std::max(shortest, pair(text, 2)));
}
constexpr std::size_t tpkt_header = 4;
constexpr std::size_t tds_header = 8;

/// Of a PRELOGIN (MS-TDS §2.2.6.5).
enum TdsEncryption : std::uint8_t { off, on, not_supported, required, none };

TdsEncryption tds_encryption(std::string_view packet) {
    constexpr std::uint8_t encryption = 1;
    constexpr std::uint8_t terminator = 0xff;
    const std::string_view body = packet.substr(std::min(tds_header, packet.size()));
    for (std::size_t at = 0; at + 5 <= body.size() && byte(body, at) != terminator; at += 5) {
        if (byte(body, at) != encryption) continue;
        const std::size_t value = pair(body, at + 1);
        const bool known = value < body.size() && byte(body, value) < none;
        return known ? static_cast<TdsEncryption>(byte(body, value)) : none;
    }
    return none;
}

}  // namespace

std::size_t Dialogue::client_ldap(std::string_view text) {
    const std::string_view message = whole(text, ber_length(text));
    if (message.empty()) return 0;
    std::size_t at = 0;
    const std::uint8_t operation = ldap_operation(message, at);
    if (operation == ldap_extended_request && message.find(ldap_start_tls) != message.npos) {
        waiting_ = true;
        tell(DialogueStep::asked);
    } else if (operation == ldap_bind_request || operation == ldap_search_request) {
        tell(DialogueStep::went_on);
    }
    return message.size();
}

/// [APPLICATION 24] ExtendedResponse: its first element is resultCode, ENUMERATED.
std::size_t Dialogue::server_ldap(std::string_view text) {
    const std::string_view message = whole(text, ber_length(text));
    std::size_t at = 0;
    if (message.empty() || !waiting_ || ldap_operation(message, at) != ldap_extended_response) {
        return message.size();
    }
    const std::size_t value = message.find(std::string_view("\x0a\x01", 2), at);
    if (value == message.npos || value + 2 >= message.size()) return message.size();
    waiting_ = false;
    const std::uint8_t code = byte(message, value + 2);
    tell(code == 0 ? DialogueStep::accepted : DialogueStep::refused, code);
    return message.size();
}

/// struct { int32 length; int32 code; } with the codes of SSLRequest and GSSENCRequest, or protocol
/// version 3.x of a StartupMessage.
std::size_t Dialogue::client_postgresql(std::string_view text) {
    if (text.size() < 8) return 0;
    const std::size_t high = pair(text, 4);
    const std::size_t low = pair(text, 6);
    if (high == 1234 && low == 5679) {
        waiting_ = true;
        tell(DialogueStep::asked);
    } else if (high == 1234 && low == 5680) {
        asked_gss_ = true;
    } else if (high == 3) {
        tell(DialogueStep::went_on);
        over_ = true;
    }
    return std::clamp<std::size_t>(pair(text, 2), 8, text.size());
}

std::size_t Dialogue::server_postgresql(std::string_view text) {
    if (asked_gss_) {
        asked_gss_ = false;
        return 1;
    }
    if (waiting_) tell(text[0] == 'S' ? DialogueStep::accepted : DialogueStep::refused);
    waiting_ = false;
    return text.size();
}

/// uint24 length; uint8 sequence; uint32 capabilities …: a SSLRequest ends before the user's name.
std::size_t Dialogue::client_mysql(std::string_view packet) {
    constexpr std::size_t ssl_request = 36;
    if (packet.size() < ssl_request) return 0;
    constexpr std::uint8_t client_ssl = 0x08;  // of the second byte of capabilities
    const std::size_t length = byte(packet, 0) + byte(packet, 1) * 256U;
    const bool first = byte(packet, 3) == 1 && !client_spoke_;
    client_spoke_ = true;
    if (first && (byte(packet, 5) & client_ssl) != 0 && length + 4 == ssl_request) {
        tell(DialogueStep::accepted);
    } else {
        tell(DialogueStep::went_on);
        over_ = true;
    }
    return packet.size();
}

/// Protocol::HandshakeV10: version text, thread id, 8 bytes and one of filler, then capabilities.
std::size_t Dialogue::server_mysql(std::string_view text) {
    if (text.size() < 4) return 0;
    const std::string_view packet = whole(text, 4U + byte(text, 0) + byte(text, 1) * 256U);
    if (packet.empty()) return 0;
    constexpr std::uint8_t protocol_10 = 10;
    constexpr std::uint8_t client_ssl = 0x08;
    if (packet.size() < 5 || byte(packet, 4) != protocol_10) return text.size();
    const std::size_t end = packet.find('\0', 5);
    const std::size_t capabilities = end + 1 + 4 + 8 + 1;
    if (end == packet.npos || capabilities + 2 > packet.size()) return text.size();
    if ((byte(packet, capabilities + 1) & client_ssl) == 0) tell(DialogueStep::no_offer);
    return text.size();
}

/// An X.224 Connection Request: behind 11 bytes of headers perhaps a cookie that ends in CR LF,
/// then RDP_NEG_REQ: type 1, flags, length 8, protocols (MS-RDPBCGR §2.2.1.1.1).
std::size_t Dialogue::client_rdp(std::string_view text) {
    const std::string_view message = whole_packet(text, tpkt_header);
    constexpr std::uint8_t connection_request = 0xe0;
    constexpr std::size_t headers = 11;
    if (message.size() < headers) return message.size();
    if (byte(message, 5) != connection_request) {
        tell(DialogueStep::went_on);
        return message.size();
    }
    const std::size_t cookie_end = message.find("\r\n", headers);
    const std::string_view request =
        message.substr(cookie_end == message.npos ? headers : cookie_end + 2);
    const bool negotiates = request.size() >= 8 && byte(request, 0) == 1 && byte(request, 2) == 8;
    if (negotiates && byte(request, 4) != 0) {
        waiting_ = true;
        tell(DialogueStep::asked);
    }
    return message.size();
}

/// A Connection Confirm with RDP_NEG_RSP (2) or RDP_NEG_FAILURE (3) at its end, or with none.
std::size_t Dialogue::server_rdp(std::string_view text) {
    const std::string_view message = whole_packet(text, tpkt_header);
    if (message.empty() || !waiting_) return message.size();
    waiting_ = false;
    const std::string_view answer =
        message.substr(message.size() - std::min<std::size_t>(8, message.size()));
    const bool good = message.size() >= 19 && byte(answer, 0) == 2 && byte(answer, 4) != 0;
    const bool failure = message.size() >= 19 && byte(answer, 0) == 3;
    tell(good ? DialogueStep::accepted : DialogueStep::refused,
         failure ? byte(answer, 4) : std::uint16_t{0});
    return message.size();
}

std::size_t Dialogue::client_tds(std::string_view text) {
    constexpr char pre_login = 0x12;
    const std::string_view packet = whole_packet(text, tds_header);
    if (packet.empty()) return 0;
    if (packet[0] != pre_login) {
        tell(DialogueStep::went_on);
    } else if (!waiting_) {
        const TdsEncryption wish = tds_encryption(packet);
        if (wish != none && wish != not_supported) {
            waiting_ = true;
            tell(DialogueStep::asked);
        }
    }
    return packet.size();
}

std::size_t Dialogue::server_tds(std::string_view text) {
    const std::string_view packet = whole_packet(text, tds_header);
    if (packet.empty()) return 0;
    if (waiting_) {
        const TdsEncryption answer = tds_encryption(packet);
        const bool agreed = answer == off || answer == on || answer == required;
        tell(agreed ? DialogueStep::accepted : DialogueStep::refused);
    }
    waiting_ = false;
    return packet.size();
}

std::size_t Dialogue::client_socks(std::string_view text) {
    if (text.size() < (kind_ == DialogueKind::socks4 ? 8U : 2U)) return 0;
    tell(DialogueStep::asked);
    return text.size();
}

/// METHOD, perhaps the answer to a password, then the reply (RFC 1928 §3, §6; RFC 1929 §2). What
/// other methods say to each other is not read.
std::size_t Dialogue::server_socks5(std::string_view text) {
    enum Stage : std::uint8_t { method, password, reply, done };
    if (text.size() < 2) return 0;
    const std::uint8_t value = byte(text, 1);
    if (socks_stage_ == done) return text.size();
    if (socks_stage_ == method) {
        constexpr std::uint8_t with_password = 2;
        constexpr std::uint8_t none_acceptable = 0xff;
        if (value == none_acceptable) tell(DialogueStep::refused);
        socks_stage_ = value == 0 ? reply : value == with_password ? password : done;
        return 2;
    }
    if (socks_stage_ == password) {
        socks_stage_ = value == 0 ? reply : done;
        if (value != 0) tell(DialogueStep::refused);
        return 2;
    }
    // VER, REP, RSV, ATYP, address, port
    if (text.size() < 5) return 0;
    const std::uint8_t type = byte(text, 3);
    const std::size_t address = type == 1 ? 4 : type == 4 ? 16 : std::size_t{1} + byte(text, 4);
    if (text.size() < 4 + address + 2) return 0;
    socks_stage_ = done;
    tell(value == 0 ? DialogueStep::accepted : DialogueStep::refused, value);
    return 4 + address + 2;
}

/// VN 0, CD, port, address: always 8 bytes.
std::size_t Dialogue::server_socks4(std::string_view text) {
    constexpr std::size_t reply_length = 8;
    constexpr std::uint8_t granted = 90;
    if (text.size() < reply_length) return 0;
    if (socks_stage_++ == 0) {
        tell(byte(text, 1) == granted ? DialogueStep::accepted : DialogueStep::refused,
             byte(text, 1));
    }
    return reply_length;
}

}  // namespace tlstriage::plain
