// DNS traffic of a few clients, as a LookupCollector takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/lookups.h"
#include "plain/dns_bytes.h"

namespace tlstriage::engine {

constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_aaaa = 28;

inline IpAddress ip(std::uint8_t last) {
    const std::uint8_t octets[]{192, 0, 2, last};
    return IpAddress::v4(octets);
}

/// Frame numbers go with the milliseconds: distinct as long as those are.
inline Moment ms(std::int64_t count) {
    return {seconds(1'700'000'000) + milliseconds(count), static_cast<std::uint64_t>(count + 1)};
}

/// A question and its answers, told step by step.
struct Asker {
    LookupCollector& collector;
    std::string name;
    std::uint16_t type = type_a;
    std::uint16_t id = 1;
    IpAddress client = ip(10);
    IpAddress resolver = ip(53);
    std::uint16_t port = 40'000;
    std::uint32_t file = 0;

    void asks(std::int64_t at) const {
        collector.message(as_bytes(plain::dns::query(id, name, type)), {client, port},
                          {resolver, 53}, false, file, ms(at));
    }
    /// With the last octets of the addresses.
    void is_told(std::int64_t at, const std::vector<std::uint8_t>& addresses,
                 std::uint16_t rcode = 0, std::size_t flags = 0) const {
        namespace dns = plain::dns;
        std::string bytes =
            dns::header(id, dns::response_bit | flags | rcode, {.answers = addresses.size()}) +
            dns::question(name, type);
        for (const std::uint8_t last : addresses) {
            const IpAddress address = ip(last);
            const std::string all(address.bytes.begin(), address.bytes.end());
            bytes += dns::record(dns::pointer(dns::question_name), type,
                                 type == type_a ? all.substr(12) : all);
        }
        collector.message(as_bytes(bytes), {resolver, 53}, {client, port}, false, file, ms(at));
    }
};

}  // namespace tlstriage::engine
