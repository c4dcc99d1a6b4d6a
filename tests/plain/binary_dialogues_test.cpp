// Requests for TLS in the protocols of binary messages, and the requests to a SOCKS proxy. Bytes by
// the protocols' documents.
#include <gtest/gtest.h>

#include <random>

#include "dialogue_play.h"

namespace tlstriage::plain {
namespace {

using namespace std::string_literals;

struct Case {
    const char* name;
    DialogueKind kind;
    Talk talk;
    std::string events;
};

// LDAP, BER (RFC 4511 §4.14): LDAPMessage { messageID, [APPLICATION 23] { [0] requestName } }
const std::string oid = "1.3.6.1.4.1.1466.20037";
const Said ldap_start = client("\x30\x1d\x02\x01\x01\x77\x18\x80\x16"s + oid);
/// As Windows sends it: lengths of four octets where one would do.
const Said ldap_start_long =
    client("\x30\x84\x00\x00\x00\x21\x02\x01\x01\x77\x84\x00\x00\x00\x18\x80\x16"s + oid);
const Said ldap_yes = server("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"s);
const Said ldap_yes_long = server(
    "\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04\x00\x8a\x16"s +
    oid);
const Said ldap_unavailable = server("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"s);
const Said ldap_bind = client("\x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\x00\x80\x00"s);
/// SearchRequest with the filter (present: the request's OID), which is enough to look like it.
const Said ldap_search_for_it = client(
    "\x30\x30\x02\x01\x01\x63\x2b\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x16"s +
    oid + "\x30\x00"s);

// PostgreSQL: int32 length, int32 code 1234 << 16 | 5679 (SSLRequest) or 5680 (GSSENCRequest)
const Said ssl_request = client("\x00\x00\x00\x08\x04\xd2\x16\x2f"s);
const Said gss_request = client("\x00\x00\x00\x08\x04\xd2\x16\x30"s);
const Said startup = client(
    "\x00\x00\x00\x1c\x00\x03\x00\x00user\x00me\x00"
    "database\x00\x00"s);

// MySQL, Protocol::HandshakeV10: capabilities' lower half behind the filler; CLIENT_SSL is 0x0800
std::string mysql_greeting(const std::string& lower_capabilities) {
    const std::string body = "\x0a" + "8.0.36\0"s + "\x07\0\0\0"s + "abcdefgh" + "\0"s +
                             lower_capabilities + "\xff\x02\0\xff\xdf\x15"s +
                             std::string(10, '\0') + "ijklmnopqrst\0mysql_native_password\0"s;
    return std::string{static_cast<char>(body.size()), 0, 0, 0} + body;
}
const Said mysql_with = server(mysql_greeting("\xff\xff"));
const Said mysql_without = server(mysql_greeting("\xff\xf7"));
const Said mysql_ssl =
    client("\x20\0\0\x01\x85\xae\xff\x19\0\0\0\x01\x21"s + std::string(23, '\0'));
const std::string mysql_login_body =
    "\x85\xa6\xff\x19\0\0\0\x01\x21"s + std::string(23, '\0') + "root\0"s + "\0"s;
const Said mysql_login =
    client(std::string{static_cast<char>(mysql_login_body.size()), 0, 0, 1} + mysql_login_body);

// RDP, MS-RDPBCGR §2.2.1.1, §2.2.1.2: TPKT, X.224, RDP_NEG_REQ (1), RSP (2), FAILURE (3)
const Said rdp_asks = client("\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x0b\0\0\0"s);
const Said rdp_asks_with_cookie = client("\x03\0\0\x28\x23\xe0\0\0\0\0\0"s +
                                         "Cookie: mstshash=me\r\n" + "\x01\0\x08\0\x03\0\0\0"s);
/// With CORRELATION_INFO_PRESENT (8), and that behind it (§2.2.1.1.2).
const Said rdp_asks_with_correlation =
    client("\x03\0\0\x37\x32\xe0\0\0\0\0\0"s + "\x01\x08\x08\0\x0b\0\0\0"s + "\x06\0\x24\0"s +
           std::string(16, '\x11') + std::string(16, '\0'));
const Said rdp_asks_for_rdp = client("\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\0\0\0\0"s);
const Said rdp_old_request = client("\x03\0\0\x0b\x06\xe0\0\0\0\0\0"s);
const Said rdp_tls = server("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x1f\x08\0\x01\0\0\0"s);
const Said rdp_credssp = server("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x1f\x08\0\x02\0\0\0"s);
const Said rdp_plain = server("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x1f\x08\0\0\0\0\0"s);
const Said rdp_not_allowed = server("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x03\0\x08\0\x02\0\0\0"s);
const Said rdp_old_answer = server("\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0"s);

// TDS, MS-TDS §2.2.6.5: VERSION and ENCRYPTION, 0 off, 1 on, 2 not supported, 3 required
std::string pre_login(char type, char encryption) {
    return std::string{type} + "\x01\0\x1a\0\0\x01\0"s + "\0\0\x0b\0\x06\x01\0\x11\0\x01\xff"s +
           "\x10\0\0\0\0\0"s + encryption;
}
const std::string no_encryption_option =
    "\x04\x01\0\x14\0\0\x01\0"s + "\0\0\x06\0\x06\xff"s + "\x10\0\0\0\0\0"s;

const std::string socks4_request = "\x04\x01\x01\xbb\xc0\0\x02\x07me\0"s;
const std::string socks4a_request = "\x04\x01\x01\xbb\0\0\0\x01me\0host.test\0"s;
const std::string socks5_request = "\x05\x01\0\x03\x09host.test\x01\xbb"s;

const std::vector<Case> cases{
    {"LDAP: granted", DialogueKind::ldap, {ldap_start, ldap_yes}, "asked, accepted"},
    {"LDAP: granted, long form",
     DialogueKind::ldap,
     {ldap_start_long, ldap_yes_long},
     "asked, accepted"},
    {"LDAP: unavailable (52)",
     DialogueKind::ldap,
     {ldap_start, ldap_unavailable},
     "asked, refused 52"},
    {"LDAP: refused, binds in the clear",
     DialogueKind::ldap,
     {ldap_start, ldap_unavailable, ldap_bind},
     "asked, refused 52, went_on"},
    {"LDAP: binds without asking", DialogueKind::ldap, {ldap_bind}, "went_on"},
    {"LDAP: looks for the extension, and has not asked yet",
     DialogueKind::ldap,
     {ldap_search_for_it},
     "went_on"},
    {"LDAP: another answer is none to the request",
     DialogueKind::ldap,
     {ldap_start, server("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"s), ldap_yes},
     "asked, accepted"},
    {"LDAP: an extended response that nobody asked for", DialogueKind::ldap, {ldap_yes}, ""},
    {"LDAP: two messages in one",
     DialogueKind::ldap,
     {client(ldap_start.bytes + ldap_bind.bytes)},
     "asked, went_on"},

    {"PostgreSQL: granted",
     DialogueKind::postgresql,
     {ssl_request, server("S")},
     "asked, accepted"},
    {"PostgreSQL: refused", DialogueKind::postgresql, {ssl_request, server("N")}, "asked, refused"},
    {"PostgreSQL: refused, goes on",
     DialogueKind::postgresql,
     {ssl_request, server("N"), startup},
     "asked, refused, went_on"},
    {"PostgreSQL: no GSS, but TLS",
     DialogueKind::postgresql,
     {gss_request, server("N"), ssl_request, server("S")},
     "asked, accepted"},
    {"PostgreSQL: both asked for at once, answered one after the other",
     DialogueKind::postgresql,
     {client(gss_request.bytes + ssl_request.bytes), server("NS")},
     "asked, accepted"},
    {"PostgreSQL: neither",
     DialogueKind::postgresql,
     {gss_request, server("N"), ssl_request, server("N")},
     "asked, refused"},
    {"PostgreSQL: no TLS, but GSS",
     DialogueKind::postgresql,
     {ssl_request, server("N"), gss_request, server("G")},
     "asked, refused"},
    {"PostgreSQL: in the clear",
     DialogueKind::postgresql,
     {startup, server("R\0\0\0\x08\0\0\0\0"s)},
     "went_on"},
    {"PostgreSQL: an error instead of an answer",
     DialogueKind::postgresql,
     {ssl_request, server("E\0\0\0\x09SFATAL"s)},
     "asked, refused"},
    {"PostgreSQL: CancelRequest",
     DialogueKind::postgresql,
     {client("\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02"s)},
     ""},

    {"MySQL: changes to TLS", DialogueKind::mysql, {mysql_with, mysql_ssl}, "accepted"},
    {"MySQL: offered, and not taken", DialogueKind::mysql, {mysql_with, mysql_login}, "went_on"},
    {"MySQL: a query of an SSLRequest's length",
     DialogueKind::mysql,
     {mysql_with, mysql_login, client("\x20\0\0\0\x03INSERT INTO t VALUES (1,2,3,45)"s)},
     "went_on"},
    {"MySQL: not offered", DialogueKind::mysql, {mysql_without}, "no_offer"},
    {"MySQL: not offered, goes on",
     DialogueKind::mysql,
     {mysql_without, mysql_login},
     "no_offer, went_on"},
    {"MySQL: an error instead of a greeting",
     DialogueKind::mysql,
     {server("\x13\0\0\0\xff\x69\x04Host is blocked!"s)},
     ""},

    {"RDP: TLS", DialogueKind::rdp, {rdp_asks, rdp_tls}, "asked, accepted"},
    {"RDP: CredSSP", DialogueKind::rdp, {rdp_asks, rdp_credssp}, "asked, accepted"},
    {"RDP: with a cookie", DialogueKind::rdp, {rdp_asks_with_cookie, rdp_tls}, "asked, accepted"},
    {"RDP: with what correlates it",
     DialogueKind::rdp,
     {rdp_asks_with_correlation, rdp_credssp},
     "asked, accepted"},
    {"RDP: plain RDP chosen", DialogueKind::rdp, {rdp_asks, rdp_plain}, "asked, refused"},
    {"RDP: SSL_NOT_ALLOWED_BY_SERVER",
     DialogueKind::rdp,
     {rdp_asks, rdp_not_allowed},
     "asked, refused 2"},
    {"RDP: a server that knows no negotiation",
     DialogueKind::rdp,
     {rdp_asks, rdp_old_answer},
     "asked, refused"},
    {"RDP: a client that knows none", DialogueKind::rdp, {rdp_old_request, rdp_old_answer}, ""},
    {"RDP: a client that wants plain RDP", DialogueKind::rdp, {rdp_asks_for_rdp, rdp_plain}, ""},
    {"RDP: refused, goes on",
     DialogueKind::rdp,
     {rdp_asks, rdp_plain, client("\x03\0\0\x0c\x02\xf0\x80\x7f\x65\x82\x01\x94"s)},
     "asked, refused, went_on"},

    {"TDS: on, on",
     DialogueKind::tds,
     {client(pre_login(0x12, 1)), server(pre_login(0x04, 1))},
     "asked, accepted"},
    {"TDS: off, required",
     DialogueKind::tds,
     {client(pre_login(0x12, 0)), server(pre_login(0x04, 3))},
     "asked, accepted"},
    {"TDS: off, off: the login alone is encrypted",
     DialogueKind::tds,
     {client(pre_login(0x12, 0)), server(pre_login(0x04, 0))},
     "asked, accepted"},
    {"TDS: on, not supported",
     DialogueKind::tds,
     {client(pre_login(0x12, 1)), server(pre_login(0x04, 2))},
     "asked, refused"},
    {"TDS: the client does not support it",
     DialogueKind::tds,
     {client(pre_login(0x12, 2)), server(pre_login(0x04, 2))},
     ""},
    {"TDS: on, no such option",
     DialogueKind::tds,
     {client(pre_login(0x12, 1)), server(no_encryption_option)},
     "asked, refused"},
    {"TDS: not supported, goes on",
     DialogueKind::tds,
     {client(pre_login(0x12, 0)), server(pre_login(0x04, 2)), client("\x10\x01\0\x09\0\0\x01\0x"s)},
     "asked, refused, went_on"},

    {"SOCKS4: granted",
     DialogueKind::socks4,
     {client(socks4_request), server("\0\x5a\0\0\0\0\0\0"s)},
     "accepted 90"},
    {"SOCKS4: refused",
     DialogueKind::socks4,
     {client(socks4_request), server("\0\x5b\0\0\0\0\0\0"s)},
     "refused 91"},
    {"SOCKS4a: granted",
     DialogueKind::socks4,
     {client(socks4a_request), server("\0\x5a\0\0\0\0\0\0"s)},
     "accepted 90"},
    {"SOCKS5: granted",
     DialogueKind::socks5,
     {client("\x05\x01\0"s), server("\x05\0"s), client(socks5_request),
      server("\x05\0\0\x01\0\0\0\0\0\0"s)},
     "accepted"},
    {"SOCKS5: host unreachable (4)",
     DialogueKind::socks5,
     {client("\x05\x01\0"s), server("\x05\0"s), client(socks5_request),
      server("\x05\x04\0\x01\0\0\0\0\0\0"s)},
     "refused 4"},
    {"SOCKS5: no method is acceptable",
     DialogueKind::socks5,
     {client("\x05\x01\0"s), server("\x05\xff"s)},
     "refused"},
    {"SOCKS5: with a password",
     DialogueKind::socks5,
     {client("\x05\x02\0\x02"s), server("\x05\x02"s), client("\x01\x02me\x02pw"s),
      server("\x01\0"s), client(socks5_request), server("\x05\0\0\x01\0\0\0\0\0\0"s)},
     "accepted"},
    {"SOCKS5: the password is wrong",
     DialogueKind::socks5,
     {client("\x05\x01\x02"s), server("\x05\x02"s), client("\x01\x02me\x02pw"s),
      server("\x01\x01"s)},
     "refused"},
    {"SOCKS5: what GSSAPI (RFC 1961) says is no reply",
     DialogueKind::socks5,
     {client("\x05\x02\0\x01"s), server("\x05\x01"s), client("\x01\x01\0\x03tok"s),
      server("\x01\x01\0\x03tok"s)},
     ""},
    {"SOCKS5: method and reply in one",
     DialogueKind::socks5,
     {client("\x05\x01\0"s + socks5_request), server("\x05\0\x05\x02\0\x01\0\0\0\0\0\0"s)},
     "refused 2"},
};

std::string played(const Case& c, std::size_t cut_in, std::size_t cut_at) {
    Listener listener(c.kind);
    for (std::size_t i = 0; i < c.talk.size(); ++i) {
        const std::string_view all = c.talk[i].bytes;
        const std::size_t first = i == cut_in ? cut_at : all.size();
        listener.hear(c.talk[i].by_client, all.substr(0, first));
        if (first < all.size()) listener.hear(c.talk[i].by_client, all.substr(first));
    }
    return listener.heard();
}

TEST(BinaryDialogue, TellsEachStep) {
    for (const Case& c : cases)
        EXPECT_EQ(played(c, c.talk.size(), 0), c.events) << c.name;
}

TEST(BinaryDialogue, DoesNotDependOnHowBytesAreCut) {
    for (const Case& c : cases) {
        for (std::size_t i = 0; i < c.talk.size(); ++i) {
            for (std::size_t at = 1; at < c.talk[i].bytes.size(); ++at)
                EXPECT_EQ(played(c, i, at), c.events) << c.name << ", " << i << " cut at " << at;
        }
    }
}

TEST(BinaryDialogue, ForgetsAMessageThatNeverEnds) {
    Listener listener(DialogueKind::ldap);
    listener.hear(true, "\x30\x84\x7f\xff\xff\xff"s);  // 2 GiB are to come
    for (int i = 0; i < 5; ++i)
        listener.hear(true, std::string(1000, 'x'));
    // No more than max_pending waits: what comes now is looked at again.
    listener.hear(true, ldap_start.bytes);
    EXPECT_EQ(listener.heard(), "asked");
}

TEST(BinaryDialogue, BearsAnyBytes) {
    std::mt19937 random(5);
    for (int kind = 0; kind <= static_cast<int>(DialogueKind::socks5); ++kind) {
        for (int round = 0; round < 200; ++round) {
            Listener listener(static_cast<DialogueKind>(kind));
            for (int i = 0; i < 20; ++i) {
                std::string bytes(random() % 300, '\0');
                // A few values only, so that lengths and tags hit now and then.
                for (char& byte : bytes)
                    byte = "\0\x01\x03\x08\n<\x30S \x0a\x84\xe0\xff\x12"[random() % 14];
                listener.hear(random() % 2 == 0, bytes);
            }
        }
    }
}

/// Bytes of real talks, each changed to every value that matters.
TEST(BinaryDialogue, BearsSpoiltMessages) {
    for (const Case& c : cases) {
        for (std::size_t i = 0; i < c.talk.size(); ++i) {
            for (std::size_t at = 0; at < c.talk[i].bytes.size(); ++at) {
                for (const char value : {'\0', '\x7f', '\x80', '\xff'}) {
                    Case spoilt = c;
                    spoilt.talk[i].bytes[at] = value;
                    played(spoilt, i, at);  // sanitizers watch
                }
            }
        }
    }
}

}  // namespace
}  // namespace tlstriage::plain
