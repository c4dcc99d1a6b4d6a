// Rewriting within tunnels and messages: outer and inner headers, DNS answers, PROXY headers.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "generate/random.h"
#include "generator/packets.h"
#include "rewriting/dns_addresses.h"
#include "rewriting/frame_fields.h"

namespace tlstriage::generate::test {
namespace {

using rewriting::dns_addresses;
using rewriting::DnsAddress;
using rewriting::Field;
using rewriting::find_fields;
using rewriting::most_checksums;

using Build = std::function<Buffer(const Ends&)>;

struct Encapsulation {
    LinkType link = LinkType::ethernet;
    Build frame{};
    std::size_t ip_headers = 1;
};

Buffer inner(const Ends& ends) {
    return ip(ends, {.sack_offsets = {3, 4}, .padding = 2, .payload = text("hello")});
}

Buffer from_router(const Ends& ends, std::uint8_t protocol, const Buffer& payload) {
    return ethernet(ip(ends.router, ends.other, protocol, payload));
}

Buffer tunnelled(const Ends& ends, std::uint16_t port, const Buffer& payload, bool checked) {
    return from_router(ends, 17, udp(ends.router, ends.other, 50000, port, payload, checked));
}

Buffer gre_checked(const Ends& ends) {
    Buffer whole = be16(0xb000) + be16(0x0800) + be32(0) + be32(7) + be32(8) + inner(ends);
    const Buffer sum = be16(internet_checksum(whole));
    std::copy(sum.begin(), sum.end(), whole.begin() + 4);
    return whole;
}

const Buffer vxlan{8, 0, 0, 0, 0, 0, 7, 0};

std::map<std::string, Encapsulation> encapsulations() {
    const auto over = [](std::uint16_t type, Buffer header) {
        return [type, header](const Ends& ends) { return ethernet(type, header + inner(ends)); };
    };
    std::map<std::string, Encapsulation> all;
    all["vlan"] = {.frame = over(0x8100, be16(100) + be16(0x0800))};
    all["two vlans"] = {.frame = over(0x88a8, be16(7) + be16(0x8100) + be16(100) + be16(0x0800))};
    all["mpls"] = {.frame = over(0x8847, be32(0x00010040) + be32(0x00020140))};
    all["pppoe"] = {.frame = over(0x8864, be16(0x1100) + be16(9) + be16(59) + be16(0x0021))};
    all["ip in ip"] = {.frame = [](const Ends& ends) { return from_router(ends, 4, inner(ends)); },
                       .ip_headers = 2};
    all["gre"] = {.frame =
                      [](const Ends& ends) {
                          return from_router(ends, 47, be16(0) + be16(0x0800) + inner(ends));
                      },
                  .ip_headers = 2};
    all["gre with all fields"] = {
        .frame = [](const Ends& ends) { return from_router(ends, 47, gre_checked(ends)); },
        .ip_headers = 2};
    all["erspan"] = {.frame =
                         [](const Ends& ends) {
                             return from_router(ends, 47,
                                                be16(0x1000) + be16(0x88be) + be32(1) +
                                                    Buffer(8, 0x10) + ethernet(inner(ends)));
                         },
                     .ip_headers = 2};
    for (const bool checked : {false, true}) {
        const std::string how = checked ? " with a checksum" : "";
        all["vxlan" + how] = {.frame =
                                  [checked](const Ends& ends) {
                                      return tunnelled(ends, 4789, vxlan + ethernet(inner(ends)),
                                                       checked);
                                  },
                              .ip_headers = 2};
        all["geneve" + how] = {.frame =
                                   [checked](const Ends& ends) {
                                       return tunnelled(ends, 6081,
                                                        Buffer{1, 0, 0x65, 0x58, 0, 0, 7, 0} +
                                                            be32(5) + ethernet(inner(ends)),
                                                        checked);
                                   },
                               .ip_headers = 2};
    }
    all["gtp"] = {.frame =
                      [](const Ends& ends) {
                          return tunnelled(ends, 2152,
                                           Buffer{0x32, 255} + be16(inner(ends).size() + 4) +
                                               be32(1) + be32(0) + inner(ends),
                                           true);
                      },
                  .ip_headers = 2};
    all["linux cooked"] = {LinkType::linux_sll, [](const Ends& ends) {
                               return Buffer(14, 0) + be16(0x0800) + inner(ends);
                           }};
    all["linux cooked 2"] = {LinkType::linux_sll2, [](const Ends& ends) {
                                 return be16(0x0800) + Buffer(18, 0) + inner(ends);
                             }};
    all["raw"] = {LinkType::raw, inner};
    all["loopback"] = {LinkType::null, [](const Ends& ends) {
                           return Buffer{2, 0, 0, 0} + inner(ends);
                       }};
    return all;
}

TEST(Encapsulation, AllHeadersAreRewritten) {
    for (const bool v6 : {false, true}) {
        for (const auto& [name, encapsulation] : encapsulations()) {
            // These say IPv4 in a header of their own.
            if (v6 && encapsulation.ip_headers == 1 && encapsulation.link != LinkType::raw)
                continue;
            if (v6 && name.starts_with("gre")) continue;
            Variables seen = variables();
            Buffer frame = encapsulation.frame(original(v6));
            const FrameFields fields = find_fields(encapsulation.link, frame, seen);
            EXPECT_EQ(fields.ip_headers.size(), encapsulation.ip_headers) << name;
            rewrite(fields.plan, values_between(seen, original(v6), fresh(v6)), frame);
            EXPECT_EQ(frame, encapsulation.frame(fresh(v6))) << name << (v6 ? " IPv6" : "");
        }
    }
}

TEST(Encapsulation, MoreHeadersThanRewritingTakesAreRefused) {
    Buffer packet = ip(original(), {});
    for (std::size_t i = 0; i < most_checksums; ++i)
        packet = ip(original().router, original().other, 4, packet);
    Variables seen = variables();
    EXPECT_THROW(find_fields(LinkType::ethernet, ethernet(packet), seen), std::runtime_error);
}

/// Room for whatever a spoilt frame made of the variables.
CopyValues any_values(const Variables& variables) {
    CopyValues values;
    values.addresses.resize(variables.addresses().size());
    values.ports.resize(variables.ports().size(), 1);
    values.sequences.resize(variables.streams(), 1);
    values.timestamps.resize(variables.streams(), 1);
    return values;
}

TEST(Encapsulation, SpoiltFramesHarmNothing) {
    constexpr int rounds = 2000;
    Rng rng(7);
    for (const auto& [name, encapsulation] : encapsulations()) {
        const Buffer whole = encapsulation.frame(original());
        for (int round = 0; round < rounds; ++round) {
            Buffer spoilt(whole.begin(),
                          whole.begin() + static_cast<std::ptrdiff_t>(rng.below(whole.size() + 1)));
            for (std::uint64_t i = rng.below(4); i > 0 && !spoilt.empty(); --i)
                spoilt[rng.below(spoilt.size())] = static_cast<std::uint8_t>(rng.next());
            spoilt.shrink_to_fit();
            Variables seen = variables();
            const FramePlan plan = find_fields(encapsulation.link, spoilt, seen).plan;
            for (const Field& field : plan.fields)
                EXPECT_LT(field.offset, spoilt.size());
            rewrite(plan, any_values(seen), spoilt);
        }
    }
}

Buffer raw_address(const IpAddress& address) {
    return {address.bytes.begin() + (address.is_v4() ? 12 : 0), address.bytes.end()};
}

Buffer record(std::uint16_t type, const Buffer& data) {
    return be16(0xc00c) + be16(type) + be16(1) + be32(60) + be16(data.size()) + data;
}

/// An answer for good.test with a CNAME of odd length, so that what follows is at odd offsets.
Buffer dns_answer(const IpAddress& v4, const IpAddress& v6) {
    const Buffer name = Buffer{4} + text("good") + Buffer{4} + text("test") + Buffer{0};
    const Buffer hints = be16(1) + Buffer{0} + be16(1) + be16(3) + Buffer{2} + text("h2") +
                         be16(4) + be16(4) + raw_address(v4) + be16(6) + be16(16) + raw_address(v6);
    return be16(0x1234) + be16(0x8180) + be16(1) + be16(5) + be16(0) + be16(0) + name + be16(1) +
           be16(1) + record(1, raw_address(v4)) + record(5, Buffer{1, 'a', 0}) +
           record(1, raw_address(v4)) + record(28, raw_address(v6)) + record(65, hints);
}

CopyValues dns_values(const Variables& seen) {
    CopyValues values = values_between(seen, original(), fresh());
    const auto variable = seen.known(original(true).other);
    if (variable) values.addresses[*variable] = fresh(true).other.bytes;
    return values;
}

TEST(Dns, AddressesInAnswersOverUdp) {
    const auto build = [](const Ends& ends, const Ends& six) {
        return ethernet(ip(ends.router, ends.client, 17,
                           udp(ends.router, ends.client, 53, ends.client_port,
                               dns_answer(ends.other, six.other))));
    };
    Variables seen = variables();
    Buffer frame = build(original(), original(true));
    const FramePlan plan = find_fields(LinkType::ethernet, frame, seen).plan;
    rewrite(plan, dns_values(seen), frame);
    EXPECT_EQ(frame, build(fresh(), fresh(true)));
}

TEST(Dns, AddressesInAnswersOverTcp) {
    const auto build = [](const Ends& ends, const Ends& six) {
        const Buffer answer = dns_answer(ends.other, six.other);
        return ethernet(ip(
            ends, {.from_client = false, .payload = be16(answer.size()) + answer, .to_port = 53}));
    };
    Variables seen = variables();
    seen.server_port(53);
    Buffer frame = build(original(), original(true));
    const FramePlan plan = find_fields(LinkType::ethernet, frame, seen).plan;
    rewrite(plan, dns_values(seen), frame);
    EXPECT_EQ(frame, build(fresh(), fresh(true)));
}

TEST(Dns, EveryAddressIsFoundOnceAndNoneInWhatIsCut) {
    const Buffer answer = dns_answer(original().other, original(true).other);
    EXPECT_EQ(dns_addresses(answer).size(), 5U);
    for (std::size_t kept = 0; kept < answer.size(); ++kept) {
        const Buffer cut(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(kept));
        for (const DnsAddress& address : dns_addresses(cut))
            EXPECT_LE(address.offset + (address.v6 ? 16 : 4), kept);
    }
}

TEST(Proxy, BinaryHeadersNameTheSameHosts) {
    for (const bool v6 : {false, true}) {
        const auto build = [v6](const Ends& ends) {
            const Buffer signature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                   0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
            const Buffer addresses = raw_address(ends.client) + raw_address(ends.other) +
                                     be16(ends.client_port) + be16(443);
            return ethernet(ip(
                ends,
                {.payload = signature + Buffer{0x21, static_cast<std::uint8_t>(v6 ? 0x21 : 0x11)} +
                            be16(addresses.size()) + addresses + text("\x16\x03\x01")}));
        };
        Variables seen = variables();
        Buffer frame = build(original(v6));
        const FrameFields fields = find_fields(LinkType::ethernet, frame, seen);
        rewrite(fields.plan, values_between(seen, original(v6), fresh(v6)), frame);
        EXPECT_EQ(frame, build(fresh(v6)));
    }
}

}  // namespace
}  // namespace tlstriage::generate::test
