// DNS messages: what is read of them, and what damaged ones do. Made after RFC 1035 §4, RFC 6891,
// RFC 9460.
#include "plain/dns.h"

#include <gtest/gtest.h>

#include <random>

#include "dns_bytes.h"

namespace tlstriage::plain {
namespace {

using namespace std::string_literals;
using Strings = std::vector<std::string>;

const std::string v4_a = "\xc0\0\x02\x01"s;  // 192.0.2.1
const std::string v4_b = "\xc0\0\x02\x02"s;
const std::string v6_a = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"s;  // 2001:db8::1
const std::string to_question = dns::pointer(dns::question_name);

IpAddress address(const std::string& octets) {
    const std::uint8_t* const at = as_bytes(octets).data();
    return octets.size() == 4 ? IpAddress::v4(at) : IpAddress::v6(at);
}

bool parse(const std::string& bytes, DnsMessage& message) {
    return parse_dns(as_bytes(bytes), message);
}

/// What parse_dns leaves of a message that it accepts.
DnsMessage read(const std::string& bytes) {
    DnsMessage message;
    EXPECT_TRUE(parse(bytes, message));
    return message;
}

std::string answer(const std::string& records, const dns::Counts& counts, std::size_t rcode = 0,
                   std::size_t type = 1) {
    return dns::header(7, dns::response_bit | 0x0180 | rcode, counts) +
           dns::question("www.example.test", type) + records;
}

TEST(Dns, ReadsAQuery) {
    const DnsMessage message = read(dns::query(0xbeef, "WWW.Example.Test", 28));
    EXPECT_EQ(message.id, 0xbeef);
    EXPECT_FALSE(message.response);
    EXPECT_FALSE(message.truncated);
    EXPECT_EQ(message.name, "www.example.test");
    EXPECT_EQ(message.type, dns_type::aaaa);
    EXPECT_TRUE(message.addresses.empty());
}

TEST(Dns, ReadsAnAnswer) {
    const DnsMessage message = read(answer(
        dns::record(to_question, 1, v4_a) + dns::record(to_question, 1, v4_b), {.answers = 2}));
    EXPECT_EQ(message.id, 7);
    EXPECT_TRUE(message.response);
    EXPECT_EQ(message.rcode, 0);
    EXPECT_EQ(message.addresses, (std::vector{address(v4_a), address(v4_b)}));
    EXPECT_TRUE(message.aliases.empty());
    EXPECT_EQ(read(answer(dns::record(to_question, 28, v6_a), {.answers = 1}, 0, 28)).addresses,
              std::vector{address(v6_a)});
}

TEST(Dns, ReadsTheRoot) {
    EXPECT_EQ(read(dns::query(1, "", 1)).name, "");
}

TEST(Dns, FollowsAliases) {
    // www.example.test -> cdn.test -> edge.cdn.test, the second compressed against the first.
    const std::string first = dns::record(to_question, 5, dns::name("cdn.test"));
    const std::size_t first_target = dns::query(0, "www.example.test", 1).size() + 2 + 10;
    const std::string to_first = dns::pointer(first_target);
    const std::string second = dns::record(to_first, 5,
                                           "\x04"
                                           "edge"s +
                                               to_first);
    const std::size_t second_target = first_target + dns::name("cdn.test").size() + 2 + 10;
    const std::string third = dns::record(dns::pointer(second_target), 1, v4_a);
    const DnsMessage message = read(answer(first + second + third, {.answers = 3}));
    EXPECT_EQ(message.aliases, (Strings{"cdn.test", "edge.cdn.test"}));
    EXPECT_EQ(message.addresses, std::vector{address(v4_a)});
    EXPECT_EQ(message.name, "www.example.test");
}

TEST(Dns, ReadsHintsOfServices) {
    // SvcPriority 1, TargetName ".", alpn, ipv4hint with two, ipv6hint with one (RFC 9460 §7.3).
    const std::string data = dns::u16(1) + dns::name("") + dns::u16(1) + dns::u16(3) + "\x02h2"s +
                             dns::u16(4) + dns::u16(8) + v4_a + v4_b + dns::u16(6) + dns::u16(16) +
                             v6_a;
    const std::vector all{address(v4_a), address(v4_b), address(v6_a)};
    for (const std::uint16_t type : {dns_type::https, dns_type::svcb}) {
        const DnsMessage message =
            read(answer(dns::record(to_question, type, data), {.answers = 1}, 0, type));
        EXPECT_EQ(message.type, type);
        EXPECT_EQ(message.addresses, all);
    }
}

TEST(Dns, ReadsServicesOnlyAsFarAsTheyGo) {
    // An ipv4hint of 6 octets holds one address; one that promises more than there is, none.
    const std::string odd =
        dns::u16(1) + dns::name("svc.test") + dns::u16(4) + dns::u16(6) + v4_a + "\xc0\0"s;
    EXPECT_EQ(read(answer(dns::record(to_question, 65, odd), {.answers = 1})).addresses,
              std::vector{address(v4_a)});
    const std::string lying = dns::u16(1) + dns::name("") + dns::u16(4) + dns::u16(400) + v4_a;
    const std::string next = dns::record(to_question, 1, v4_b);
    EXPECT_EQ(read(answer(dns::record(to_question, 65, lying) + next, {.answers = 2})).addresses,
              std::vector{address(v4_b)});
}

TEST(Dns, ReadsRcodes) {
    EXPECT_EQ(read(answer("", {}, 3)).rcode, 3);
    // OPT: root, type 41, class = size, TTL = extended rcode, version, flags (RFC 6891 §6.1.3).
    const auto opt = [](std::size_t upper) {
        return dns::name("") + dns::u16(41) + dns::u16(1232) + dns::u32(upper << 24) + dns::u16(0);
    };
    EXPECT_EQ(read(answer(opt(0), {.additionals = 1}, 2)).rcode, 2);
    EXPECT_EQ(read(answer(opt(1), {.additionals = 1})).rcode, 16);     // BADVERS
    EXPECT_EQ(read(answer(opt(1), {.additionals = 1}, 7)).rcode, 23);  // BADCOOKIE
    EXPECT_EQ(rcode_name(0), "NOERROR");
    EXPECT_EQ(rcode_name(2), "SERVFAIL");
    EXPECT_EQ(rcode_name(3), "NXDOMAIN");
    EXPECT_EQ(rcode_name(5), "REFUSED");
    EXPECT_EQ(rcode_name(10), "NOTZONE");
    EXPECT_EQ(rcode_name(23), "23");
}

TEST(Dns, NamesTypes) {
    EXPECT_EQ(dns_type_name(1), "A");
    EXPECT_EQ(dns_type_name(5), "CNAME");
    EXPECT_EQ(dns_type_name(28), "AAAA");
    EXPECT_EQ(dns_type_name(65), "HTTPS");
    EXPECT_EQ(dns_type_name(64), "SVCB");
    EXPECT_EQ(dns_type_name(99), "TYPE99");
}

TEST(Dns, ReadsATruncatedAnswer) {
    const std::string bytes = dns::header(7, dns::response_bit | dns::truncated_bit, {}) +
                              dns::question("www.example.test", 1);
    EXPECT_TRUE(read(bytes).truncated);
}

TEST(Dns, RefusesWhatIsNoStandardQuestion) {
    DnsMessage message;
    const std::string question = dns::question("a.test", 1);
    EXPECT_FALSE(parse(dns::header(1, 0x0100, {}, 0) + question, message));  // no question
    EXPECT_FALSE(parse(dns::header(1, 0x0100, {}, 2) + question + question, message));
    EXPECT_FALSE(parse(dns::header(1, 0x2000, {}) + question, message));  // NOTIFY
    EXPECT_FALSE(parse(dns::header(1, 0x2800, {}) + question, message));  // UPDATE
    EXPECT_FALSE(parse("", message));
}

TEST(Dns, LeavesNothingOfTheMessageBefore) {
    DnsMessage message;
    ASSERT_TRUE(parse(answer(dns::record(to_question, 5, dns::name("cdn.test")) +
                                 dns::record(to_question, 1, v4_a),
                             {.answers = 2}, 3),
                      message));
    ASSERT_TRUE(parse(dns::query(8, "b.test", 28), message));
    EXPECT_TRUE(message.addresses.empty());
    EXPECT_TRUE(message.aliases.empty());
    EXPECT_FALSE(message.response);
    EXPECT_EQ(message.rcode, 0);
    EXPECT_EQ(message.name, "b.test");
}

struct BadName {
    const char* what;
    std::string bytes;  ///< in the question's place, at offset 12
};

TEST(Dns, RefusesBadNames) {
    const std::vector<BadName> names{
        {"a pointer to itself", dns::pointer(12)},
        {"a label and a pointer back to it",
         "\x01"
         "a"s +
             dns::pointer(12)},
        {"two pointers at each other", dns::pointer(14) + dns::pointer(12)},
        {"a pointer to the end", dns::pointer(18)},
        {"a pointer far past the end", dns::pointer(0x3fff)},
        {"half a pointer", "\xc0"s},
        {"the reserved kind 01",
         "\x41"
         "a"s +
             '\0'},
        {"the reserved kind 10",
         "\x81"
         "a"s +
             '\0'},
        {"a label that is cut",
         "\x3f"
         "abc"s},
        {"no end",
         "\x01"
         "a"s},
    };
    for (const BadName& bad : names) {
        DnsMessage message;
        std::string bytes = dns::header(1, 0x0100, {}) + bad.bytes;
        if (bad.bytes.size() != 1 && !bad.bytes.ends_with("abc") &&
            bad.bytes !=
                "\x01"
                "a"s) {
            bytes += dns::u16(1) + dns::u16(1);
        }
        EXPECT_FALSE(parse(bytes, message)) << bad.what;
    }
}

TEST(Dns, TakesNamesUpToTheirLimit) {
    // 255 octets on the wire (RFC 1035 §2.3.4): three labels of 63 and one of 61, and the root.
    const std::string label(63, 'x');
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'y');
    ASSERT_EQ(dns::name(longest).size(), 255);
    EXPECT_EQ(read(dns::query(1, longest, 1)).name, longest);
    DnsMessage message;
    EXPECT_FALSE(parse(dns::query(1, longest + "." + label, 1), message));
}

TEST(Dns, ABadRecordEndsTheListOnly) {
    const std::string good = dns::record(to_question, 1, v4_a);
    const std::string bad = dns::record(dns::pointer(0x3fff), 1, v4_b);
    EXPECT_EQ(read(answer(good + bad + good, {.answers = 3})).addresses,
              std::vector{address(v4_a)});
    const std::string bad_alias = dns::record(to_question, 5, dns::pointer(0x3fff));
    const DnsMessage message = read(answer(bad_alias + good, {.answers = 2}));
    EXPECT_TRUE(message.aliases.empty());
    EXPECT_EQ(message.addresses, std::vector{address(v4_a)});
}

TEST(Dns, TakesOnlyAddressesOfTheName) {
    // No answer, but what a server adds that does not know minimal-responses.
    const std::string glue =
        dns::record(dns::name("example.test"), 2, dns::name("ns1.example.test")) +
        dns::record(dns::name("ns1.example.test"), 1, v4_a);
    EXPECT_TRUE(read(answer(glue, {.authorities = 1, .additionals = 1})).addresses.empty());
    const DnsMessage message = read(answer(dns::record(to_question, 1, v4_b) + glue,
                                           {.answers = 1, .authorities = 1, .additionals = 1}));
    EXPECT_EQ(message.addresses, std::vector{address(v4_b)});
    // The target of a service is such a name (RFC 9460 §4.1).
    const std::string service = dns::record(to_question, 65, dns::u16(1) + dns::name("svc.test"));
    const std::string its_address = dns::record(dns::name("svc.test"), 1, v4_a);
    EXPECT_EQ(
        read(answer(service + its_address, {.answers = 1, .additionals = 1}, 0, 65)).addresses,
        std::vector{address(v4_a)});
}

TEST(Dns, TakesNoAddressOfAWrongSize) {
    for (const auto& [type, data] : {std::pair{dns_type::a, v6_a},
                                     {dns_type::aaaa, v4_a},
                                     {dns_type::a, ""s},
                                     {dns_type::a, v4_a + "x"}}) {
        EXPECT_TRUE(
            read(answer(dns::record(to_question, type, data), {.answers = 1})).addresses.empty());
    }
}

TEST(Dns, KeepsAtMostSoManyAddresses) {
    std::string records;
    for (int i = 0; i < 100; ++i)
        records += dns::record(to_question, 1, v4_a);
    EXPECT_EQ(read(answer(records, {.answers = 100})).addresses.size(), DnsMessage::max_addresses);
}

TEST(Dns, ReadsEveryPrefixAsFarAsItGoes) {
    const std::string alias = dns::record(to_question, 5, dns::name("cdn.test"));
    const std::string whole = answer(alias + dns::record(dns::name("cdn.test"), 1, v4_a) +
                                         dns::record(dns::name("cdn.test"), 28, v6_a),
                                     {.answers = 3});
    const std::size_t question_end = dns::query(0, "www.example.test", 1).size();
    const std::size_t alias_end = question_end + alias.size();
    const std::size_t v4_end = alias_end + dns::name("cdn.test").size() + 10 + 4;
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        DnsMessage message;
        ASSERT_EQ(parse(whole.substr(0, length), message), length >= question_end) << length;
        if (length < question_end) continue;
        EXPECT_EQ(message.aliases.size(), length >= alias_end ? 1 : 0) << length;
        EXPECT_EQ(message.addresses.size(), length == whole.size() ? 2
                                            : length >= v4_end     ? 1
                                                                   : 0)
            << length;
    }
}

TEST(Dns, BearsAnyBytes) {
    std::mt19937 random(3);
    const std::string whole =
        answer(dns::record(to_question, 5, dns::name("cdn.test")) +
                   dns::record(to_question, 65,
                               dns::u16(1) + dns::name("") + dns::u16(4) + dns::u16(4) + v4_a),
               {.answers = 2});
    DnsMessage message;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = whole.substr(0, random() % (whole.size() + 1));
        for (int change = 0; change < 4 && !bytes.empty(); ++change)
            bytes[random() % bytes.size()] = "\xc0\0\x0c\xff\x01\x3f\x10\x80"[random() % 8];
        parse(bytes, message);
        EXPECT_LE(message.name.size(), 255);
        EXPECT_LE(message.addresses.size(), DnsMessage::max_addresses);
    }
}

}  // namespace
}  // namespace tlstriage::plain
