#include "carve/dns_pseudonyms.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "plain/dns_bytes.h"

namespace tlstriage::carve {
namespace {

namespace dns = plain::dns;

constexpr AnonymizationKey key{9};

struct Maps {
    AddressMap addresses{key};
    NameMap names{key, addresses};

    std::string written(std::string message, DnsNames which) {
        for (const TextReplacement& r : dns_pseudonyms(as_bytes(message), which, names, addresses))
            std::ranges::copy(r.bytes, message.begin() + static_cast<long>(r.offset));
        return message;
    }
};

// IANA "Resource Record (RR) TYPEs"
constexpr std::size_t type_a = 1;
constexpr std::size_t type_cname = 5;
constexpr std::size_t type_ptr = 12;
constexpr std::size_t type_mx = 15;
constexpr std::size_t type_opt = 41;
constexpr std::size_t type_of_nobody = 65'000;

/// An answer about one name with an alias below the same domain, by pointers.
std::string answer(const std::string& host, const std::string& label, const std::string& exchange) {
    const std::string domain = dns::pointer(dns::question_name + 4);  // behind "www"
    return dns::header(7, dns::response_bit, {3, 0, 0}) + dns::question(host, type_a) +
           dns::record(dns::pointer(dns::question_name), type_cname,
                       static_cast<char>(label.size()) + label + domain) +
           dns::record(domain, type_mx, dns::u16(10) + dns::name(exchange)) +
           dns::record(domain, type_a, "\1\2\3\4");
}

TEST(DnsPseudonyms, NamesInAllPlacesAndPointersStay) {
    Maps maps;
    const std::string alias = maps.names.host_of("edge.example.com");
    const std::string right = answer(maps.names.host_of("www.example.com"), alias.substr(0, 4),
                                     maps.names.host_of("mx.example.org"));
    const std::string real = answer("www.example.com", "edge", "mx.example.org");
    EXPECT_EQ(maps.written(real, DnsNames::all), right);
    EXPECT_EQ(maps.written(real, DnsNames::reverse), real);
}

TEST(DnsPseudonyms, ReverseNamesHideTheirAddressEitherWay) {
    for (const DnsNames which : {DnsNames::reverse, DnsNames::all}) {
        Maps maps;
        const std::string name = "2.100.51.198.in-addr.arpa";
        EXPECT_EQ(maps.written(dns::query(1, name, type_ptr), which),
                  dns::query(1, maps.names.host_of(name), type_ptr));
    }
}

/// RFC 7871 §6: FAMILY 1, SOURCE PREFIX-LENGTH 24, SCOPE 0, three bytes of the address.
TEST(DnsPseudonyms, AClientSubnetIsThatOfTheOtherAddress) {
    Maps maps;
    const std::array<std::uint8_t, 4> subnet{198, 51, 100, 0};
    const IpAddress other = maps.addresses.map(IpAddress::v4(subnet.data()));
    const auto query = [](std::string_view prefix) {
        const std::string option = dns::u16(1) + '\x18' + '\0' + std::string(prefix);
        return dns::header(1, 0x0100, {0, 0, 1}) + dns::question("a.test", type_a) +
               dns::record(std::string(1, '\0'), type_opt,
                           dns::u16(8) + dns::u16(option.size()) + option);
    };
    EXPECT_EQ(maps.written(query("\xc6\x33\x64"), DnsNames::reverse),
              query(as_text(Bytes(other.bytes).subspan(12, 3))));
}

TEST(DnsPseudonyms, WhatIsNotKnownIsBlanked) {
    Maps maps;
    const std::string message = dns::header(1, dns::response_bit, {1, 0, 0}) +
                                dns::question("a.test", type_a) +
                                dns::record(dns::pointer(12), type_of_nobody, "secret.example");
    EXPECT_EQ(maps.written(message, DnsNames::all).find("secret"), std::string::npos);
    for (std::size_t i = 0; i < message.size(); ++i) {
        EXPECT_EQ(maps.written(message.substr(0, i), DnsNames::all).find("secret"),
                  std::string::npos);
        std::string spoilt = message;
        spoilt[i] = '\xff';
        maps.written(spoilt, DnsNames::all);  // sanitizers watch
    }
}

}  // namespace
}  // namespace tlstriage::carve
