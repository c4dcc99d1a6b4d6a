// Real captures: one frame of each encapsulation against what tshark 4.0 prints for it (the last
// ip.src or ipv6.src, ip.dst or ipv6.dst, tcp.srcport, tcp.dstport, tcp.seq_raw, tcp.flags,
// tcp.len); the same frames cut at every length.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "frames.h"

namespace tlstriage::wire {
namespace {

using namespace test;

struct Row {
    const char* file;
    std::size_t frame;  // from 1
    const char* source;
    const char* destination;
    unsigned source_port;
    unsigned destination_port;
    std::uint32_t sequence;
    unsigned flags;
    std::uint32_t length;
};

constexpr const char* showcase = "AlexeyVasilev_PcapFlowLab/pcap_flow_lab_showcase.pcap";

// clang-format off
const Row rows[] = {
    {showcase, 1, "192.0.2.10", "198.51.100.10", 41000, 443, 1000, 0x02, 0},
    {showcase, 48, "2001:db8:10::10", "2001:db8:20::20", 42000, 9000, 7000, 0x02, 0},
    {showcase, 389, "192.0.2.140", "198.51.100.140", 43000, 443, 3000, 0x02, 0},  // VLAN, MPLS, GRE
    {showcase, 1207, "192.0.2.160", "198.51.100.160", 55160, 443, 1000, 0x02, 0},  // MPLS
    {showcase, 1236, "10.60.0.10", "10.60.0.20", 49660, 443, 1, 0x18, 22},  // GTP-U
    {showcase, 1245, "10.40.0.10", "10.40.0.20", 49440, 443, 1, 0x18, 14},  // VXLAN
    {showcase, 1247, "3.223.63.250", "192.168.20.251", 443, 42644, 803302969, 0x18, 96},  // VLAN
    {showcase, 1255, "10.50.0.10", "10.50.0.20", 49550, 443, 0, 0x18, 2},  // GENEVE
    {showcase, 1282, "192.0.2.70", "198.51.100.70", 49170, 443, 1, 0x02, 0},  // AH
    {showcase, 1291, "10.60.0.10", "10.60.0.20", 49160, 443, 1, 0x02, 0},  // IP in IP
    {showcase, 1300, "192.0.2.30", "198.51.100.30", 49160, 443, 270544960, 0x02, 9},  // PPPoE
    {showcase, 1309, "192.0.2.60", "198.51.100.60", 49190, 443, 1616928864, 0x18, 12},  // 802.1ah
    {showcase, 1313, "192.0.2.40", "198.51.100.40", 49170, 443, 100, 0x18, 17},  // LLC, SNAP
    {showcase, 1319, "10.80.0.10", "10.80.0.20", 49180, 443, 1, 0x02, 0},  // GRE with Ethernet
    {"AlexeyVasilev_PcapFlowLab/13_ipv4_ah_inner_ipv6_tcp.pcap", 1, "2001:db8:71::10", "2001:db8:71::20", 49170, 443, 1, 0x02, 0},
    {"AlexeyVasilev_PcapFlowLab/15_ipv6_ah_inner_ipv6_tcp.pcap", 1, "2001:db8:71::10", "2001:db8:71::20", 49170, 443, 1, 0x02, 0},
    {"AlexeyVasilev_PcapFlowLab/03_mpls_ipv6_tcp_single_label.pcap", 1, "2001:db8:1::10", "2001:db8:2::20", 49152, 443, 287454020, 0x02, 0},
    {"OISF_suricata-verify/bug-5758__input.pcap", 1, "10.84.1.13", "145.220.21.40", 34792, 443, 625439176, 0x02, 0},  // raw
    {"OISF_suricata-verify/output-multi-eve__input.pcap", 1, "172.16.238.1", "172.16.238.10", 1984, 8080, 2039906993, 0x02, 0},  // cooked
    {"arkime_arkime/ssl-selfsign.pcap", 1, "10.180.152.137", "10.180.152.137", 60101, 4443, 3273821390, 0x02, 0},  // null
    {"cisco_mercury/tls_sgt.pcap", 1, "10.1.1.150", "64.100.1.197", 39312, 443, 2685812810, 0x18, 437},  // Cisco metadata
    {"jmhIcoding_flowcontainer/1592754322_clear.pcap", 1, "10.82.8.58", "69.171.228.20", 49658, 443, 950761043, 0x02, 0},  // NFLOG
    {"ntop_nDPI/4in6tunnel.pcap", 1, "192.168.0.1", "10.10.10.1", 64455, 443, 3756080770, 0x02, 0},
    {"ntop_nDPI/6in4tunnel.pcap", 22, "2001:470:1f17:13f:3e97:eff:fe73:4dec", "2a03:2880:1010:6f03:face:b00c:0:2", 53234, 443, 662001836, 0x02, 0},
    {"ntop_nDPI/tls_change_cipher.pcap", 1, "18.139.7.8", "172.29.190.157", 443, 62797, 3421684031, 0x12, 0},  // QinQ, GTP-U
    {"seladb_PcapPlusPlus/linktype_ipv6.pcap", 1, "2001:618:400::5199:cc70", "2001:618:1:8000::5", 35995, 80, 1793525558, 0x02, 0},
    {"syncsynchalt_illustrated-tls12/capture.pcap", 1, "::1", "::1", 50159, 8443, 1277420105, 0x02, 0},
    {"wireshark_wireshark/ipoipoip.pcap", 1, "9.9.9.9", "9.9.9.9", 20, 80, 0, 0x02, 0},  // five times IP
    {"zeek_zeek/ip6-hoa-tcp-bad-chksum.pcap", 1, "2001:4f8:4:7:2e0:81ff:fe52:ffff", "2001:4f8:4:7:2e0:81ff:fe52:9a6b", 30000, 80, 0, 0x02, 0},  // destination options
};
// clang-format on

std::filesystem::path corpus() {
    if (const char* given = std::getenv("TLSTRIAGE_CORPUS")) return given;
    const char* root = std::getenv("TLSTRIAGE_SOURCE_ROOT");
    return std::filesystem::path(root != nullptr ? root : ".") / "../shared/corpus";
}

struct Trace {
    LinkType link = LinkType::ethernet;
    std::vector<Buffer> frames;
    std::vector<std::uint32_t> wire_lengths;
};

/// A little-endian pcap; as far as it is whole.
Trace read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
    const Buffer bytes(text.begin(), text.end());
    const auto number = [&](std::size_t at) { return load_native<std::uint32_t>(&bytes[at]); };
    Trace trace;
    if (bytes.size() < 24) return trace;
    trace.link = static_cast<LinkType>(number(20));
    for (std::size_t at = 24; bytes.size() - at >= 16;) {
        const std::size_t captured = number(at + 8);
        if (captured > bytes.size() - at - 16) break;
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at + 16);
        trace.frames.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(captured));
        trace.wire_lengths.push_back(number(at + 12));
        at += 16 + captured;
    }
    return trace;
}

IpAddress address(const char* text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text, bytes.data()) == 1) return IpAddress::v4(bytes.data());
    EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
    return IpAddress::v6(bytes.data());
}

TEST(WireCorpus, AgreesWithTshark) {
    if (!std::filesystem::exists(corpus() / "files")) {
        GTEST_SKIP() << "NO CORPUS at " << corpus() << ": set TLSTRIAGE_CORPUS";
    }
    for (const Row& row : rows) {
        SCOPED_TRACE(std::string(row.file) + " frame " + std::to_string(row.frame));
        const Trace trace = read(corpus() / "files" / row.file);
        ASSERT_GE(trace.frames.size(), row.frame);
        const std::size_t i = row.frame - 1;
        const Packet packet = decoded(trace.link, trace.frames[i], trace.wire_lengths[i]);
        ASSERT_EQ(info(packet.outcome).name, "tcp");
        EXPECT_EQ(packet.source_address(), address(row.source));
        EXPECT_EQ(packet.destination_address(), address(row.destination));
        EXPECT_EQ(packet.source_port(), row.source_port);
        EXPECT_EQ(packet.destination_port(), row.destination_port);
        EXPECT_EQ(packet.sequence(), row.sequence);
        EXPECT_EQ(packet.flags, row.flags);
        EXPECT_EQ(packet.payload_length, row.length);
        const Buffer& frame = trace.frames[i];
        for (std::size_t kept = 0; kept < frame.size(); ++kept) {
            const Exact cut(frame, kept);
            Packet part;
            if (decode(trace.link, cut.view(), trace.wire_lengths[i], part) != Outcome::tcp) {
                continue;
            }
            const auto begin = static_cast<std::size_t>(part.network - cut.view().data());
            ASSERT_LE(begin + part.payload + part.captured, kept);
            ASSERT_EQ(part.payload_length, row.length);
        }
    }
}

}  // namespace
}  // namespace tlstriage::wire
