#include "frames.h"

namespace tlstriage::wire::test {
namespace {

constexpr LinkType ether = LinkType::ethernet;

Buffer segment() {
    return tcp(hex("68656c6c6f"));
}
Buffer packet4() {
    return ipv4(6, segment());
}
Buffer packet6() {
    return ipv6(6, segment());
}
Buffer inner_frame() {
    return ethernet(0x0800, packet4());
}
Buffer over_gre(const Buffer& gre_header_and_payload) {
    return ethernet(0x0800, ipv4(47, gre_header_and_payload));
}
Buffer over_udp(std::size_t port, const Buffer& payload) {
    return ethernet(0x0800, ipv4(17, udp(50000, port, payload)));
}
Buffer snap4() {
    return hex("aaaa03 000000 0800") + packet4();
}
Buffer wireless(std::string_view header) {
    return hex(header) + snap4();
}

void add_links(std::vector<Sample>& all) {
    const auto add = [&](std::string_view name, LinkType link, Buffer frame, bool v6 = false) {
        all.push_back({name, link, std::move(frame), v6});
    };
    add("null, little-endian", LinkType::null, hex("02000000") + packet4());
    add("null, big-endian", LinkType::null, hex("00000002") + packet4());
    add("null, IPv6 of macOS", LinkType::null, hex("1e000000") + packet6(), true);
    add("loop", LinkType::loop, hex("00000018") + packet6(), true);
    add("raw v4", LinkType::raw, packet4());
    add("raw v6", LinkType::raw, packet6(), true);
    add("link type ipv4", LinkType::ipv4, packet4());
    add("link type ipv6", LinkType::ipv6, packet6(), true);
    add("ppp", LinkType::ppp, hex("ff03 0021") + packet4());
    add("ppp, short protocol", LinkType::ppp, hex("57") + packet6(), true);
    add("ppp hdlc", LinkType::ppp_hdlc, hex("ff03 0057") + packet6(), true);
    add("cisco hdlc", LinkType::cisco_hdlc, hex("0f00 0800") + packet4());
    add("ppp with direction", LinkType::ppp_with_direction, hex("0103 0021") + packet4());
    add("frame relay", LinkType::frame_relay, hex("1841 03 cc") + packet4());
    add("frame relay, snap", LinkType::frame_relay, hex("1841 03 00 80 000000 0800") + packet4());
    add("frame relay, cisco", LinkType::frame_relay, hex("1841 0800") + packet4());
    add("cooked", LinkType::linux_sll, hex("0000 0001 0006 020000000001 0000 0800") + packet4());
    add("cooked 2", LinkType::linux_sll2,
        hex("86dd 0000 00000002 0001 00 06 0200000000010000") + packet6(), true);
    add("nflog", LinkType::nflog,
        hex("02000000 0800 0100 08000300 0500 0a00 41 000000") + hex("3100 0900") + packet4());
    add("radiotap", LinkType::ieee802_11_radiotap,
        hex("0000 0900 02000000 20") +
            wireless("8801 0000 020000000001 020000000002 020000000003 1000 0000 0000"));
    add("802.11", LinkType::ieee802_11,
        wireless("0802 0000 020000000001 020000000002 020000000003 1000"));
    add("802.11 qos, four addresses", LinkType::ieee802_11,
        wireless("8803 0000 020000000001 020000000002 020000000003 1000 020000000004 0000"));
    add("ppi", LinkType::ppi,
        hex("00 00 0800 69000000") +
            wireless("0802 0000 020000000001 020000000002 020000000003 1000"));
}

void add_tags(std::vector<Sample>& all) {
    const auto add = [&](std::string_view name, Buffer frame, bool v6 = false) {
        all.push_back({name, ether, std::move(frame), v6});
    };
    add("v4", ethernet(0x0800, packet4()));
    add("v6", ethernet(0x86dd, packet6()), true);
    add("padded", ethernet(0x0800, packet4() + hex("000000000000")));
    add("vlan", ethernet(0x8100, hex("2005 0800") + packet4()));
    add("qinq", ethernet(0x88a8, hex("0007 8100 0008 86dd") + packet6()), true);
    add("three tags", ethernet(0x9100, hex("0007 8100 0008 8100 0009 0800") + packet4()));
    add("802.3 snap", ethernet(snap4().size(), snap4()));
    add("jumbo llc", ethernet(0x8870, snap4()));
    add("mac in mac", ethernet(0x88e7, hex("00000123") + inner_frame()));
    add("macsec, integrity only",
        ethernet(0x88e5, hex("20 00 00000001 0200000000010001 0800") + packet4()));
    add("mpls", ethernet(0x8847, hex("00010040 00020140") + packet4()));
    add("mpls pseudowire", ethernet(0x8847, hex("00010140") + inner_frame()));
    add("mpls control word", ethernet(0x8847, hex("00010140 00000000") + inner_frame()));
    add("pppoe",
        ethernet(0x8864, hex("1100 0001") + be16(packet4().size() + 2) + hex("0021") + packet4()));
    add("nsh", ethernet(0x894f, hex("0fc2 02 01 00000100") + packet4()));
    add("options v4", ethernet(0x0800, ipv4(6, segment(), hex("01010101"))));
    add("options tcp", ethernet(0x0800, ipv4(6, tcp(hex("68656c6c6f"), hex("020405b4 01010402")))));
    add("extensions v6",
        ethernet(0x86dd, ipv6(0, hex("3c00000000000000 2b00000000000000"
                                     "87 02 0000 00000000 0000000000000000"
                                     "0000000000000000"
                                     "33 00 000000000000"
                                     "06 04 0000 00000001 00000001"
                                     "000000000000000000000000") +
                                     segment())),
        true);
    add("atomic fragment", ethernet(0x86dd, ipv6(44, hex("06 00 0000 00000001") + segment())),
        true);
    add("ah v4", ethernet(0x0800, ipv4(51, hex("06 04 0000 00000001 00000001"
                                               "000000000000000000000000") +
                                               segment())));
}

void add_tunnels(std::vector<Sample>& all) {
    const auto add = [&](std::string_view name, Buffer frame, bool v6 = false) {
        all.push_back({name, ether, std::move(frame), v6});
    };
    add("ip in ip", ethernet(0x0800, ipv4(4, packet4())));
    add("6in4", ethernet(0x0800, ipv4(41, packet6())), true);
    add("gre", over_gre(hex("0000 0800") + packet4()));
    add("gre, all fields",
        over_gre(hex("f000 86dd 00000000 00000001 00000002"
                     "0800 00 04 01020304 00000000") +
                 packet6()),
        true);
    add("gre ethernet", over_gre(hex("2000 6558 00000100") + inner_frame()));
    add("pptp", over_gre(hex("3081 880b") + be16(packet4().size() + 4) +
                         hex("0001 00000001 00000002 ff03 0021") + packet4()));
    add("eoip",
        over_gre(hex("2001 6400") + be16(inner_frame().size()) + hex("0100") + inner_frame()));
    add("erspan 1", over_gre(hex("0000 88be") + inner_frame()));
    add("erspan 2", over_gre(hex("1000 88be 00000001 10010001 00000000") + inner_frame()));
    add("erspan 3", over_gre(hex("1000 22eb 00000001 20010001 00000000 00000001"
                                 "0000000000000000") +
                             inner_frame()));
    add("ether ip", ethernet(0x0800, ipv4(97, hex("3000") + inner_frame())));
    add("l2tp v3", ethernet(0x0800, ipv4(115, hex("00000005 1122334455667788") + inner_frame())));
    add("vxlan", over_udp(4789, hex("08000000 00006400") + inner_frame()));
    add("vxlan, linux port", over_udp(8472, hex("08000000 00006400") + inner_frame()));
    add("vxlan gpe nsh",
        over_udp(4790, hex("0c000004 00006400 0fc2 02 03 00000100") + inner_frame()));
    add("geneve", over_udp(6081, hex("0100 6558 00006400 01020300") + inner_frame()));
    add("gtp-u",
        over_udp(2152, hex("30 ff") + be16(packet4().size()) + hex("00000001") + packet4()));
    add("gtp-u, extension",
        over_udp(2152, hex("36 ff") + be16(packet6().size() + 8) +
                           hex("00000001 000100 85 01 10 09 00") + packet6()),
        true);
    add("l2tp v2", over_udp(1701, hex("4802") + be16(packet4().size() + 16) +
                                      hex("0001 0002 0003 0004 ff03 0021") + packet4()));
    add("teredo", over_udp(3544, packet6()), true);
    add("teredo, indications",
        over_udp(3544, hex("0001 0000 0011223344556677 00"
                           "0000 fefd 01020304") +
                           packet6()),
        true);
    add("capwap", over_udp(5247, hex("00 10 43 00 00000000") +
                                     wireless("0801 0000 020000000001 020000000002 020000000003"
                                              "1000")));
}

}  // namespace

std::vector<Sample> samples() {
    std::vector<Sample> all;
    add_links(all);
    add_tags(all);
    add_tunnels(all);
    return all;
}

}  // namespace tlstriage::wire::test
