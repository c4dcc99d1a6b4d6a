#include "plain/dialogue.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tlstriage::plain {
namespace {

std::uint8_t byte(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

/// The length of a line with its end, 0 when the end is not there yet. A line without one that is
/// too long to be a command counts as whole.
std::size_t line_length(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end != text.npos) return end + 1;
    return text.size() > 2000 ? text.size() : 0;
}

std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.remove_suffix(1);
    return line;
}

/// Three digits, or 0.
std::uint16_t reply_code(std::string_view line) {
    if (line.size() < 3) return 0;
    unsigned code = 0;
    for (const char c : line.substr(0, 3)) {
        if (c < '0' || c > '9') return 0;
        code = code * 10 + static_cast<unsigned>(c - '0');
    }
    return static_cast<std::uint16_t>(code);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
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

/// A TDS packet's length, big-endian behind type and status.
std::size_t tds_length(std::string_view text) {
    if (text.size() < 4) return 0;
    return std::max<std::size_t>(8, byte(text, 2) * 256U + byte(text, 3));
}

/// The ENCRYPTION option of a PRELOGIN (MS-TDS §2.2.6.5): 0 off, 1 on, 2 not supported, 3 required;
/// 4 when there is none.
std::uint8_t tds_encryption(std::string_view packet) {
    constexpr std::uint8_t encryption = 1;
    constexpr std::uint8_t terminator = 0xff;
    const std::string_view body = packet.substr(std::min<std::size_t>(8, packet.size()));
    for (std::size_t at = 0; at + 5 <= body.size() && byte(body, at) != terminator; at += 5) {
        if (byte(body, at) != encryption) continue;
        const std::size_t value = byte(body, at + 1) * 256U + byte(body, at + 2);
        return value < body.size() ? byte(body, value) : 4;
    }
    return 4;
}

}  // namespace

std::string_view name(DialogueKind kind) {
    static constexpr std::array<std::string_view, 13> names{
        "",     "smtp or ftp", "smtp",  "ftp", "imap", "pop3",   "ldap",
        "xmpp", "postgresql",  "mysql", "rdp", "tds",  "socks4",
    };
    return kind == DialogueKind::socks5 ? "socks5" : names[static_cast<std::size_t>(kind)];
}

void Dialogue::clear() {
    kind_ = DialogueKind::none;
    waiting_ = offered_ = listing_ = asked_gss_ = event_known_ = over_ = client_spoke_ = gone_on_ =
        false;
    socks_stage_ = tds_wish_ = 0;
    tag_.clear();
    for (std::string& pending : pending_)
        pending.clear();
}

std::size_t Dialogue::client(std::string_view text) {
    switch (kind_) {
        case DialogueKind::ldap: {
            const std::size_t length = ber_length(text);
            if (length == 0 || length > text.size()) return 0;
            std::size_t at = 0;
            const std::uint8_t operation = ldap_operation(text.substr(0, length), at);
            if (operation == ldap_extended_request &&
                text.substr(0, length).find(ldap_start_tls) != text.npos) {
                waiting_ = true;
                tell(DialogueStep::asked);
            } else if (operation == ldap_bind_request || operation == ldap_search_request) {
                tell(DialogueStep::went_on);
            }
            return length;
        }
        case DialogueKind::postgresql: {
            if (text.size() < 8) return 0;
            const std::size_t length = byte(text, 2) * 256U + byte(text, 3);
            client_postgresql(text);
            return std::clamp<std::size_t>(length, 8, text.size());
        }
        case DialogueKind::mysql:
            if (text.size() < 36) return 0;
            client_mysql(text);
            return text.size();
        case DialogueKind::rdp: {
            if (text.size() < 4) return 0;
            const std::size_t length =
                std::max<std::size_t>(4, byte(text, 2) * 256U + byte(text, 3));
            if (length > text.size()) return 0;
            client_rdp(text.substr(0, length));
            return length;
        }
        case DialogueKind::tds: {
            const std::size_t length = tds_length(text);
            if (length == 0 || length > text.size()) return 0;
            constexpr char pre_login = 0x12;
            if (text[0] != pre_login) {
                tell(DialogueStep::went_on);
            } else if (!waiting_) {
                tds_wish_ = tds_encryption(text.substr(0, length));
                constexpr std::uint8_t not_supported = 2;
                if (tds_wish_ < 4 && tds_wish_ != not_supported) {
                    waiting_ = true;
                    tell(DialogueStep::asked);
                }
            }
            return length;
        }
        case DialogueKind::xmpp: return client_xmpp(text);
        case DialogueKind::socks4:
        case DialogueKind::socks5: return client_socks(text);
        default: {
            const std::size_t length = line_length(text);
            if (length > 0) client_line(without_end(text.substr(0, length)));
            return length;
        }
    }
}

void Dialogue::client_line(std::string_view line) {
    const std::string command = upper(line);
    const std::string_view word = first_word(command);
    if (kind_ == DialogueKind::greeting_220 || kind_ == DialogueKind::smtp) {
        if (is_one_of(word, {"EHLO", "HELO", "LHLO", "STARTTLS"})) kind_ = DialogueKind::smtp;
    }
    if (kind_ == DialogueKind::greeting_220 || kind_ == DialogueKind::ftp) {
        if (is_one_of(word, {"USER", "FEAT"}) || command.starts_with("AUTH TLS") ||
            command.starts_with("AUTH SSL")) {
            kind_ = DialogueKind::ftp;
        }
    }
    const auto ask = [&] {
        waiting_ = true;
        tell(DialogueStep::asked);
    };
    switch (kind_) {
        case DialogueKind::smtp:
            if (word == "STARTTLS") return ask();
            if (word == "EHLO" || word == "LHLO") {
                listing_ = true;
                offered_ = false;
            }
            if (is_one_of(word, {"MAIL", "AUTH", "DATA", "BDAT"})) tell(DialogueStep::went_on);
            over_ = is_one_of(word, {"DATA", "BDAT"});  // the mail follows, which says anything
            break;
        case DialogueKind::ftp:
            if (command.starts_with("AUTH TLS") || command.starts_with("AUTH SSL")) return ask();
            if (is_one_of(word, {"USER", "PASS"})) tell(DialogueStep::went_on);
            break;
        case DialogueKind::pop3:
            if (word == "STLS") return ask();
            if (word == "CAPA") {
                listing_ = true;
                offered_ = false;
            }
            if (is_one_of(word, {"USER", "PASS", "APOP", "AUTH", "STAT", "LIST"})) {
                tell(DialogueStep::went_on);
            }
            break;
        case DialogueKind::imap: {
            const std::size_t space = command.find(' ');
            if (space == command.npos) break;
            const std::string rest = command.substr(space + 1);
            if (rest.starts_with("STARTTLS")) {
                tag_ = command.substr(0, space);
                return ask();
            }
            if (is_one_of(first_word(rest),
                          {"LOGIN", "AUTHENTICATE", "SELECT", "EXAMINE", "LIST", "STATUS"})) {
                tell(DialogueStep::went_on);
            }
            break;
        }
        default: break;
    }
}

/// struct { int32 length; int32 code; } with the codes of SSLRequest and GSSENCRequest, or protocol
/// version 3.x of a StartupMessage.
void Dialogue::client_postgresql(std::string_view message) {
    const auto high = static_cast<unsigned>(byte(message, 4) * 256 + byte(message, 5));
    const auto low = static_cast<unsigned>(byte(message, 6) * 256 + byte(message, 7));
    if (high == 1234 && low == 5679) {
        waiting_ = true;
        tell(DialogueStep::asked);
    } else if (high == 1234 && low == 5680) {
        asked_gss_ = true;
    } else if (high == 3) {
        tell(DialogueStep::went_on);
        over_ = true;
    }
}

/// uint24 length; uint8 sequence; uint32 capabilities …: a SSLRequest ends before the user's name.
void Dialogue::client_mysql(std::string_view packet) {
    constexpr std::uint8_t client_ssl = 0x08;  // of the second byte of capabilities
    const std::size_t length = byte(packet, 0) + byte(packet, 1) * 256U;
    const bool first = byte(packet, 3) == 1 && !client_spoke_;
    client_spoke_ = true;
    if (first && (byte(packet, 5) & client_ssl) != 0 && length == 32) {
        tell(DialogueStep::accepted);
    } else {
        tell(DialogueStep::went_on);
        over_ = true;
    }
}

/// An X.224 Connection Request: behind 11 bytes of headers perhaps a cookie that ends in CR LF,
/// then RDP_NEG_REQ: type 1, flags, length 8, protocols (MS-RDPBCGR §2.2.1.1.1).
void Dialogue::client_rdp(std::string_view message) {
    constexpr std::uint8_t connection_request = 0xe0;
    constexpr std::size_t headers = 11;
    if (message.size() < headers) return;
    if (byte(message, 5) != connection_request) {
        tell(DialogueStep::went_on);
        return;
    }
    const std::size_t cookie_end = message.find("\r\n", headers);
    const std::string_view request =
        message.substr(cookie_end == message.npos ? headers : cookie_end + 2);
    const bool negotiates = request.size() >= 8 && byte(request, 0) == 1 && byte(request, 2) == 8;
    if (negotiates && byte(request, 4) != 0) {
        waiting_ = true;
        tell(DialogueStep::asked);
    }
}

std::size_t Dialogue::client_socks(std::string_view text) {
    if (kind_ == DialogueKind::socks4) {
        if (text.size() < 8) return 0;
        tell(DialogueStep::asked);
        return text.size();
    }
    if (text.size() < 2) return 0;
    tell(DialogueStep::asked);
    return text.size();
}

std::size_t Dialogue::server(std::string_view text) {
    switch (kind_) {
        case DialogueKind::ldap: {
            const std::size_t length = ber_length(text);
            if (length == 0 || length > text.size()) return 0;
            server_ldap(text.substr(0, length));
            return length;
        }
        case DialogueKind::postgresql:
            if (asked_gss_) {
                asked_gss_ = false;
                return 1;
            }
            if (waiting_) tell(text[0] == 'S' ? DialogueStep::accepted : DialogueStep::refused);
            waiting_ = false;
            return text.size();
        case DialogueKind::mysql: {
            if (text.size() < 4) return 0;
            const std::size_t length = 4U + byte(text, 0) + byte(text, 1) * 256U;
            if (length > text.size()) return 0;
            server_mysql(text.substr(0, length));
            return text.size();
        }
        case DialogueKind::rdp: {
            if (text.size() < 4) return 0;
            const std::size_t length =
                std::max<std::size_t>(4, byte(text, 2) * 256U + byte(text, 3));
            if (length > text.size()) return 0;
            server_rdp(text.substr(0, length));
            return length;
        }
        case DialogueKind::tds: {
            const std::size_t length = tds_length(text);
            if (length == 0 || length > text.size()) return 0;
            if (waiting_) {
                const std::uint8_t answer = tds_encryption(text.substr(0, length));
                tell(answer == 1 || answer == 3 || answer == 0 ? DialogueStep::accepted
                                                               : DialogueStep::refused);
            }
            waiting_ = false;
            return length;
        }
        case DialogueKind::xmpp: return server_xmpp(text);
        case DialogueKind::socks4: return server_socks4(text);
        case DialogueKind::socks5: return server_socks5(text);
        default: {
            const std::size_t length = line_length(text);
            if (length > 0) server_line(without_end(text.substr(0, length)));
            return length;
        }
    }
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

/// One tag at a time.
std::size_t Dialogue::client_xmpp(std::string_view text) {
    const std::size_t end = text.find('>');
    if (end == text.npos) return 0;
    const std::string_view tag = text.substr(0, end);
    if (tag.find("<starttls") != tag.npos) {
        waiting_ = true;
        tell(DialogueStep::asked);
    } else if (tag.find("<auth") != tag.npos || tag.find("<iq") != tag.npos) {
        tell(DialogueStep::went_on);
    }
    return end + 1;
}

std::size_t Dialogue::server_xmpp(std::string_view text) {
    const std::size_t end = text.find('>');
    if (end == text.npos) return 0;
    const std::string_view tag = text.substr(0, end);
    const auto has = [&](std::string_view word) { return tag.find(word) != tag.npos; };
    if (waiting_ && (has("<proceed") || has("<failure"))) {
        waiting_ = false;
        tell(has("<proceed") ? DialogueStep::accepted : DialogueStep::refused);
    } else if (has("<stream:features") || has("<features")) {
        listing_ = tag.back() != '/';
        offered_ = false;
        if (!listing_) tell(DialogueStep::no_offer);
    } else if (listing_ && has("<starttls")) {
        offered_ = true;
    } else if (listing_ && (has("</stream:features") || has("</features"))) {
        listing_ = false;
        if (!offered_) tell(DialogueStep::no_offer);
    }
    return end + 1;
}

void Dialogue::server_line(std::string_view line) {
    if (kind_ != DialogueKind::imap && kind_ != DialogueKind::pop3) {
        server_reply_line(line);
        return;
    }
    const std::string text = upper(line);
    if (kind_ == DialogueKind::pop3) {
        const bool good = text.starts_with("+OK");
        if (listing_) {
            offered_ |= text == "STLS";
            if (text == "." || text.starts_with("-ERR")) {
                listing_ = false;
                if (!offered_) tell(DialogueStep::no_offer);
            }
        } else if (waiting_ && (good || text.starts_with("-ERR"))) {
            waiting_ = false;
            tell(good ? DialogueStep::accepted : DialogueStep::refused);
        }
        return;
    }
    if (waiting_ && !tag_.empty() && text.starts_with(tag_ + ' ')) {
        waiting_ = false;
        const bool good = std::string_view(text).substr(tag_.size() + 1).starts_with("OK");
        tell(good ? DialogueStep::accepted : DialogueStep::refused);
        return;
    }
    const bool list = text.starts_with("* CAPABILITY ") || text.find("[CAPABILITY ") != text.npos;
    if (list && text.find("STARTTLS") == text.npos) tell(DialogueStep::no_offer);
}

/// Replies of SMTP and FTP: three digits, then '-' where more lines follow.
void Dialogue::server_reply_line(std::string_view line) {
    const std::uint16_t code = reply_code(line);
    const bool last = line.size() < 4 || line[3] != '-';
    constexpr std::uint16_t greeting = 220;  // it may come after an EHLO that did not wait for it
    if (listing_ && code != greeting) {
        offered_ |=
            upper(line.substr(std::min<std::size_t>(4, line.size()))).starts_with("STARTTLS");
        if (code == 0 || !last) return;
        listing_ = false;
        if (code == 250 && !offered_) tell(DialogueStep::no_offer);
        return;
    }
    if (!waiting_ || code == 0 || !last) return;
    waiting_ = false;
    const bool good = kind_ == DialogueKind::ftp ? code == 234 || code == 334 : code == 220;
    tell(good ? DialogueStep::accepted : DialogueStep::refused, code);
}

/// [APPLICATION 24] ExtendedResponse: its first element is resultCode, ENUMERATED.
void Dialogue::server_ldap(std::string_view message) {
    std::size_t at = 0;
    if (!waiting_ || ldap_operation(message, at) != ldap_extended_response) return;
    const std::size_t value = message.find(std::string_view("\x0a\x01", 2), at);
    if (value == message.npos || value + 2 >= message.size()) return;
    waiting_ = false;
    const std::uint8_t code = byte(message, value + 2);
    tell(code == 0 ? DialogueStep::accepted : DialogueStep::refused, code);
}

/// A Connection Confirm with RDP_NEG_RSP (2) or RDP_NEG_FAILURE (3) at its end, or with none.
void Dialogue::server_rdp(std::string_view message) {
    if (!waiting_) return;
    waiting_ = false;
    const std::string_view answer =
        message.substr(message.size() - std::min<std::size_t>(8, message.size()));
    const bool good = message.size() >= 19 && byte(answer, 0) == 2 && byte(answer, 4) != 0;
    const bool failure = message.size() >= 19 && byte(answer, 0) == 3;
    tell(good ? DialogueStep::accepted : DialogueStep::refused,
         failure ? byte(answer, 4) : std::uint16_t{0});
}

/// Protocol::HandshakeV10: version text, thread id, 8 bytes and one of filler, then capabilities.
void Dialogue::server_mysql(std::string_view packet) {
    constexpr std::uint8_t protocol_10 = 10;
    constexpr std::uint8_t client_ssl = 0x08;
    if (packet.size() < 5 || byte(packet, 4) != protocol_10) return;
    const std::size_t end = packet.find('\0', 5);
    const std::size_t capabilities = end + 1 + 4 + 8 + 1;
    if (end == packet.npos || capabilities + 2 > packet.size()) return;
    if ((byte(packet, capabilities + 1) & client_ssl) == 0) tell(DialogueStep::no_offer);
}

}  // namespace tlstriage::plain
