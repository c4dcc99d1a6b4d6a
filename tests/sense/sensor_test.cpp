// What each protocol's first bytes are taken for. The bytes are from the protocols' documents.
#include "sense/sensor.h"

#include <gtest/gtest.h>

#include <string>

namespace tlstriage::sense {
namespace {

using namespace std::string_literals;

struct Sample {
    Protocol protocol;
    Speaker speaker;
    std::string bytes;
};

const std::vector<Sample> samples{
    {Protocol::tls, Speaker::client, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc"s},
    {Protocol::tls, Speaker::server, "\x16\x03\x03\x00\x5a\x02\x00\x00\x56"s},
    {Protocol::tls, Speaker::server, "\x15\x03\x03\x00\x02\x02\x28"s},
    {Protocol::ssl2, Speaker::client, "\x80\x2e\x01\x00\x02\x00\x15\x00\x00"s},
    {Protocol::proxy_header, Speaker::client, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"},
    {Protocol::proxy_header, Speaker::client, "\r\n\r\n\0\r\nQUIT\n\x21\x11"s},
    {Protocol::http_connect, Speaker::client, "CONNECT example.test:443 HTTP/1.1\r\n"},
    {Protocol::http, Speaker::client, "GET / HTTP/1.1\r\nHost: a\r\n"},
    {Protocol::http_response, Speaker::server, "HTTP/1.1 400 Bad Request\r\n"},
    {Protocol::ssh, Speaker::server, "SSH-2.0-OpenSSH_9.2\r\n"},
    {Protocol::smtp, Speaker::server, "220 mx.example.test ESMTP Postfix\r\n"},
    {Protocol::ftp, Speaker::server, "220 (vsFTPd 3.0.3)\r\n"},
    {Protocol::greeting_220, Speaker::server, "220 welcome\r\n"},
    {Protocol::smtp_client, Speaker::client, "EHLO client.test\r\n"},
    {Protocol::imap, Speaker::server, "* OK [CAPABILITY IMAP4rev1] ready\r\n"},
    {Protocol::imap_client, Speaker::client, "a1 CAPABILITY\r\n"},
    {Protocol::pop3, Speaker::server, "+OK POP3 ready\r\n"},
    {Protocol::pop3_client, Speaker::client, "CAPA\r\n"},
    {Protocol::ftp_client, Speaker::client, "AUTH TLS\r\n"},
    {Protocol::ldap, Speaker::client,
     "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
     "1.3.6.1.4.1.1466.20037"s},
    {Protocol::xmpp, Speaker::client, "<?xml version='1.0'?><stream:stream to='a.test'>"},
    {Protocol::postgresql, Speaker::client, "\x00\x00\x00\x08\x04\xd2\x16\x2f"s},
    {Protocol::mysql, Speaker::server,
     "\x4a\x00\x00\x00\x0a"
     "8.0.36\x00"s},
    {Protocol::rdp, Speaker::client, "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00"s},
    {Protocol::tds, Speaker::client, "\x12\x01\x00\x2f\x00\x00\x01\x00"s},
    {Protocol::socks5, Speaker::client, "\x05\x01\x00"s},
    {Protocol::socks4, Speaker::client, "\x04\x01\x01\xbb\xc0\x00\x02\x01\x00"s},
    {Protocol::socks5_reply, Speaker::server, "\x05\x00"s},
    {Protocol::socks4_reply, Speaker::server, "\x00\x5a\x00\x00\x00\x00\x00\x00"s},
};

TEST(Sensor, NamesEveryProtocolOfItsList) {
    const Database database;
    Sensor sensor(database);
    std::vector<bool> named(protocol_names.size());
    for (const Sample& sample : samples) {
        const Protocol found = sensor.identify(as_bytes(sample.bytes), sample.speaker);
        EXPECT_EQ(name(found), name(sample.protocol)) << sample.bytes;
        named[static_cast<std::size_t>(sample.protocol)] = true;
    }
    for (std::size_t i = 2; i < named.size(); ++i) {
        EXPECT_TRUE(named[i]) << "no sample for " << protocol_names[i];
    }
}

TEST(Sensor, KnowsWhenItDoesNotKnow) {
    const Database database;
    Sensor sensor(database);
    EXPECT_EQ(sensor.identify({}, Speaker::client), Protocol::silent);
    for (const std::string& bytes : {"hello"s, "\x16\x04\x01\x02\x00\x01"s, "\x17\x03\x03"s,
                                     "XGET / HTTP/1.1"s, std::string(64, '\0')}) {
        EXPECT_EQ(sensor.identify(as_bytes(bytes), Speaker::client), Protocol::unknown) << bytes;
    }
}

TEST(Sensor, AsksWhoSpeaks) {
    const Database database;
    Sensor sensor(database);
    EXPECT_EQ(sensor.identify(as_bytes("GET / HTTP/1.1"), Speaker::server), Protocol::unknown);
    EXPECT_EQ(sensor.identify(as_bytes("220 a.test ESMTP"), Speaker::client), Protocol::unknown);
}

}  // namespace
}  // namespace tlstriage::sense
