// STARTTLS in the protocols of lines, and XMPP: what each side says, and what that means for TLS.
// The lines are from the RFCs' examples or made after their grammar.
#include <gtest/gtest.h>

#include "dialogue_play.h"

namespace tlstriage::plain {
namespace {

struct Case {
    const char* name;
    DialogueKind kind;
    Talk talk;
    std::string events;
};

const Said ehlo = client("EHLO client.test\r\n");
const Said offer =
    server("250-mx.test offers\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 HELP\r\n");
const Said poor_offer = server("250-mx.test\r\n250-SIZE 1000\r\n250 HELP\r\n");
const Said capability = client("a001 CAPABILITY\r\n");

const std::string stream_header =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
    "version='1.0'>";
const std::string features_with =
    stream_header +
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    "</stream:features>";
const std::string features_without =
    stream_header + "<stream:features><mechanisms/></stream:features>";
const Said starttls = client("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");

const std::vector<Case> cases{
    // RFC 3207
    {"SMTP: asked for and granted",
     DialogueKind::smtp,
     {server("220 mx.test ESMTP\r\n"), ehlo, offer, client("STARTTLS\r\n"),
      server("220 Go ahead\r\n")},
     "asked, accepted 220"},
    {"SMTP: lower case",
     DialogueKind::smtp,
     {client("ehlo client.test\r\n"), server("250-mx.test\r\n250 starttls\r\n"),
      client("starttls\r\n"), server("220 Go ahead\r\n")},
     "asked, accepted 220"},
    {"SMTP: temporarily not available",
     DialogueKind::smtp,
     {ehlo, offer, client("STARTTLS\r\n"), server("454 TLS not available\r\n"), client("QUIT\r\n")},
     "asked, refused 454"},
    {"SMTP: a refusal of several lines",
     DialogueKind::smtp,
     {client("STARTTLS\r\n"), server("454-4.7.0 sorry,\r\n454 4.7.0 no TLS\r\n")},
     "asked, refused 454"},
    {"SMTP: an unknown command",
     DialogueKind::smtp,
     {ehlo, offer, client("STARTTLS\r\n"), server("500 what?\r\n"), client("MAIL FROM:<a@b>\r\n")},
     "asked, refused 500, went_on"},
    {"SMTP: not offered",
     DialogueKind::smtp,
     {server("220 mx.test\r\n"), ehlo, poor_offer, client("QUIT\r\n")},
     "no_offer"},
    {"SMTP: offered by the first of several lines",
     DialogueKind::smtp,
     {ehlo, server("250-STARTTLS\r\n250 SIZE\r\n"), client("QUIT\r\n")},
     ""},
    {"SMTP: not offered, mail goes in the clear",
     DialogueKind::smtp,
     {ehlo, poor_offer, client("MAIL FROM:<a@client.test>\r\n")},
     "no_offer, went_on"},
    {"SMTP: EHLO is refused, HELO lists nothing",
     DialogueKind::smtp,
     {ehlo, server("502 no\r\n"), client("HELO client.test\r\n"), server("250 mx.test\r\n")},
     ""},
    {"SMTP: a password in the clear",
     DialogueKind::smtp,
     {ehlo, poor_offer, client("AUTH PLAIN AGEAYg==\r\n")},
     "no_offer, went_on"},
    {"SMTP: the answer is none without a code",
     DialogueKind::smtp,
     {client("STARTTLS\r\n"), server("hm\r\n"), server("220 yes\r\n")},
     "asked, accepted 220"},
    {"LMTP (RFC 2033): LHLO",
     DialogueKind::greeting_220,
     {server("220 foo.test LMTP\r\n"), client("LHLO client.test\r\n"), poor_offer,
      client("QUIT\r\n")},
     "no_offer"},
    {"a 220 greeting, then SMTP",
     DialogueKind::greeting_220,
     {server("220-welcome\r\n220 here\r\n"), ehlo, offer, client("STARTTLS\r\n"),
      server("220 go\r\n")},
     "asked, accepted 220"},
    // RFC 4217
    {"FTP: AUTH TLS granted",
     DialogueKind::ftp,
     {server("220 ftp.test\r\n"), client("AUTH TLS\r\n"), server("234 Enabling TLS\r\n")},
     "asked, accepted 234"},
    {"FTP: AUTH TLS granted with another good code",
     DialogueKind::ftp,
     {client("AUTH TLS\r\n"), server("334 go\r\n")},
     "asked, accepted 334"},
    {"FTP: refused, then AUTH SSL is granted",
     DialogueKind::greeting_220,
     {server("220 hello\r\n"), client("AUTH TLS\r\n"), server("504 not that\r\n"),
      client("AUTH SSL\r\n"), server("234 that\r\n")},
     "asked, refused 504, asked, accepted 234"},
    {"FTP: 220 grants nothing there",
     DialogueKind::ftp,
     {client("AUTH TLS\r\n"), server("220 what\r\n")},
     "asked, refused 220"},
    {"FTP: refused, logs in in the clear",
     DialogueKind::ftp,
     {client("AUTH TLS\r\n"), server("530 Please login with USER and PASS.\r\n"),
      client("USER a\r\n"), server("331 pass?\r\n")},
     "asked, refused 530, went_on"},
    // RFC 9051 §6.2.1
    {"IMAP: granted, with noise before",
     DialogueKind::imap,
     {server("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hello\r\n"), capability,
      server("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na001 OK done\r\n"),
      client("a002 STARTTLS\r\n"), server("* 5 EXISTS\r\n* OK still here\r\n"),
      server("a002 OK Begin TLS negotiation now\r\n")},
     "asked, accepted"},
    {"IMAP: refused by NO",
     DialogueKind::imap,
     {client("x1 STARTTLS\r\n"), server("x1 NO not now\r\n"), client("x2 LOGIN a b\r\n")},
     "asked, refused, went_on"},
    {"IMAP: refused by BAD, tag in another case",
     DialogueKind::imap,
     {client("Tag.7 starttls\r\n"), server("TAG.7 BAD unknown command\r\n")},
     "asked, refused"},
    {"IMAP: a tag that begins with the other",
     DialogueKind::imap,
     {client("a1 NOOP\r\na STARTTLS\r\n"), server("a1 OK noop\r\n"), server("a OK begin\r\n")},
     "asked, accepted"},
    {"IMAP: not offered",
     DialogueKind::imap,
     {server("* OK ready\r\n"), capability,
      server("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na001 OK done\r\n"), client("a002 LOGOUT\r\n")},
     "no_offer"},
    {"IMAP: not offered by the greeting, login in the clear",
     DialogueKind::imap,
     {server("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"), client("1 LOGIN a b\r\n")},
     "no_offer, went_on"},
    // RFC 2595 §4
    {"POP3: granted",
     DialogueKind::pop3,
     {server("+OK ready\r\n"), client("CAPA\r\n"), server("+OK list\r\nUSER\r\nSTLS\r\n.\r\n"),
      client("STLS\r\n"), server("+OK Begin TLS negotiation\r\n")},
     "asked, accepted"},
    {"POP3: refused",
     DialogueKind::pop3,
     {client("STLS\r\n"), server("-ERR no\r\n"), client("USER a\r\n")},
     "asked, refused, went_on"},
    {"POP3: not offered",
     DialogueKind::pop3,
     {client("CAPA\r\n"), server("+OK list\r\nTOP\r\nUIDL\r\n.\r\n"), client("QUIT\r\n")},
     "no_offer"},
    {"POP3: no list at all",
     DialogueKind::pop3,
     {client("CAPA\r\n"), server("-ERR unknown\r\n"), client("QUIT\r\n")},
     "no_offer"},
    {"POP3: a name that contains STLS is none",
     DialogueKind::pop3,
     {client("CAPA\r\n"), server("+OK\r\nX-STLS\r\n.\r\n"), client("QUIT\r\n")},
     "no_offer"},
    {"POP3: the list and the answer in one go",
     DialogueKind::pop3,
     {client("CAPA\r\nSTLS\r\n"), server("+OK list\r\nSTLS\r\n.\r\n-ERR no\r\n")},
     "asked, refused"},
    {"IMAP: capabilities in another order",
     DialogueKind::imap,
     {capability, server("* CAPABILITY AUTH=PLAIN IMAP4rev1\r\na001 OK done\r\n"),
      client("a002 LOGOUT\r\n")},
     "no_offer"},
    {"SMTP: EHLO does not wait for the greeting",
     DialogueKind::smtp,
     {ehlo, server("220 mx.test\r\n250 mx.test\r\n"), client("QUIT\r\n")},
     "no_offer"},
    {"SMTP: the word in a mail",
     DialogueKind::smtp,
     {client("MAIL FROM:<a@client.test>\r\n"), server("250 ok\r\n"), client("DATA\r\n"),
      server("354 go\r\n"), client("Say\r\nSTARTTLS\r\nto it.\r\n.\r\n"), server("250 ok\r\n")},
     "went_on"},
    // RFC 6120 §5.4
    {"XMPP: granted",
     DialogueKind::xmpp,
     {client(stream_header), server(features_with), starttls,
      server("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")},
     "asked, accepted"},
    {"XMPP: refused",
     DialogueKind::xmpp,
     {client(stream_header), server(features_with), starttls,
      server("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")},
     "asked, refused"},
    {"XMPP: not offered",
     DialogueKind::xmpp,
     {client(stream_header), server(features_without), client("</stream:stream>")},
     "no_offer"},
    {"XMPP: not offered, goes on in the clear",
     DialogueKind::xmpp,
     {client(stream_header), server(features_without),
      client("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>")},
     "no_offer, went_on"},
    {"XMPP: the header alone says nothing",
     DialogueKind::xmpp,
     {client(stream_header), server(stream_header)},
     ""},
    {"XMPP: header and features one after the other",
     DialogueKind::xmpp,
     {client(stream_header), server(stream_header),
      server("<stream:features><starttls/></stream:features>")},
     ""},
};

std::string played(const Case& c) {
    Listener listener(c.kind);
    for (const Said& said : c.talk)
        listener.hear(said.by_client, said.bytes);
    return listener.heard();
}

TEST(TextDialogue, TellsEachStep) {
    for (const Case& c : cases)
        EXPECT_EQ(played(c), c.events) << c.name;
}

TEST(TextDialogue, DoesNotDependOnHowBytesAreCut) {
    for (const Case& c : cases) {
        for (std::size_t said = 0; said < c.talk.size(); ++said) {
            const std::string_view bytes = c.talk[said].bytes;
            for (std::size_t at = 1; at < bytes.size(); ++at) {
                Listener listener(c.kind);
                for (std::size_t i = 0; i < c.talk.size(); ++i) {
                    const std::string_view all = c.talk[i].bytes;
                    const std::size_t first = i == said ? at : all.size();
                    listener.hear(c.talk[i].by_client, all.substr(0, first));
                    if (first < all.size()) {
                        listener.hear(c.talk[i].by_client, all.substr(first));
                    }
                }
                EXPECT_EQ(listener.heard(), c.events) << c.name << ", " << said << " cut at " << at;
            }
        }
        Listener one_by_one(c.kind);
        for (const Said& said : c.talk) {
            for (const char& byte : said.bytes)
                one_by_one.hear(said.by_client, {&byte, 1});
        }
        EXPECT_EQ(one_by_one.heard(), c.events) << c.name << ", byte by byte";
    }
}

TEST(TextDialogue, LearnsWhichProtocolA220GreetingBegan) {
    const auto kind_after = [](std::string_view command) {
        Listener listener(DialogueKind::greeting_220);
        listener.hear(false, "220 hello\r\n");
        listener.hear(true, command);
        return name(listener.dialogue().kind());
    };
    EXPECT_EQ(kind_after("NOOP\r\n"), "smtp or ftp");
    EXPECT_EQ(kind_after("EHLO a\r\n"), "smtp");
    EXPECT_EQ(kind_after("HELO a\r\n"), "smtp");
    EXPECT_EQ(kind_after("STARTTLS\r\n"), "smtp");
    EXPECT_EQ(kind_after("FEAT\r\n"), "ftp");
    EXPECT_EQ(kind_after("AUTH TLS\r\n"), "ftp");
    EXPECT_EQ(kind_after("auth ssl\r\n"), "ftp");
    EXPECT_EQ(kind_after("USER anonymous\r\n"), "ftp");
}

TEST(TextDialogue, HearsACommandBehindALineThatNeverEnds) {
    Listener listener(DialogueKind::smtp);
    const std::string noise(1000, 'x');
    for (int i = 0; i < 1000; ++i)
        listener.hear(true, noise);
    EXPECT_EQ(listener.heard(), "");
    listener.hear(true, "\r\nSTARTTLS\r\n");
    EXPECT_EQ(listener.heard(), "asked");
    for (int i = 0; i < 1000; ++i)
        listener.hear(false, noise);
    listener.hear(false, "\r\n454 no\r\n");
    EXPECT_EQ(listener.heard(), "asked, refused 454");
}

TEST(TextDialogue, IsAsNewOnceCleared) {
    Listener listener(DialogueKind::smtp);
    listener.hear(true, "STARTTLS\r\nSTAR");
    Dialogue dialogue = listener.dialogue();
    dialogue.clear();
    EXPECT_FALSE(dialogue.begun());
    dialogue.begin(DialogueKind::smtp);
    std::string heard;
    const auto hear = [&](const DialogueEvent& event) { heard += text_of(event); };
    dialogue.feed(false, as_bytes("454 no\r\n"), hear);
    dialogue.feed(true, as_bytes("TTLS\r\n"), hear);
    EXPECT_EQ(heard, "");
}

}  // namespace
}  // namespace tlstriage::plain
