// Cases as they are read from their folders, and what becomes of their rows in a copy.
#include "generate/lab_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "generate/capture_writer.h"
#include "generate/case_keys.h"
#include "generate/certificate_traces.h"
#include "generate/lab_copy.h"
#include "generate/lab_set.h"
#include "generate/relink.h"
#include "generator/packets.h"
#include "support/csv.h"
#include "support/paths.h"
#include "wire/decode.h"

namespace tlstriage::generate::test {
namespace {

namespace fs = std::filesystem;
using tlstriage::test::ScratchFolder;
using tlstriage::test::write_file;

constexpr std::int64_t capture_time = 1'795'000'000'000'000'000;

/// A folder of case folders, made by a test.
class Cases {
  public:
    void add(const std::string& name, const std::vector<Buffer>& frames, const std::string& rows,
             const std::string& toml = "title = \"a test\"\n", LinkType link = LinkType::ethernet,
             std::int64_t start = capture_time, const std::string& lookups = "") {
        const fs::path folder = scratch_.path() / name;
        fs::create_directory(folder);
        CaptureWriter writer(folder / "capture.pcap", CaptureFormat::pcap, true,
                             {{static_cast<std::uint32_t>(link), 0, ""}});
        for (std::size_t i = 0; i < frames.size(); ++i) {
            std::ranges::copy(frames[i], writer.frame(frames[i].size()));
            writer.commit(start + static_cast<std::int64_t>(i) * 1000, frames[i].size());
        }
        writer.close();
        write_file(folder / "case.toml", toml);
        write_file(folder / "expected.json",
                   R"({"not_rows": 0, "flows": [)" + rows + R"(], "dns": [)" + lookups + "]}");
    }
    LabCase read(const std::string& name) const { return read_lab_case(scratch_.path() / name); }
    LabSet set() const { return read_lab_set(scratch_.path(), {}, true); }

  private:
    ScratchFolder scratch_;
};

const std::string row =
    R"({"client_ip": "192.0.2.2", "client_port": 40123, "server_ip": "198.51.100.2",
        "server_port": 443, "first_frame": 1, "outcome": "failed", "resumed": false,
        "cause": "unreachable", "icmp": "admin_prohibited 192.0.2.1", "why": "so"})";

Buffer syn(const Ends& ends) {
    return ethernet(ip(ends, {.flags = 0x02, .sequence_offset = 0}));
}
Buffer syn_ack(const Ends& ends) {
    return ethernet(
        ip(ends,
           {.from_client = false, .flags = 0x12, .sequence_offset = 0, .acknowledged_offset = 1}));
}
Buffer data(const Ends& ends, const Buffer& payload) {
    return ethernet(ip(ends, {.payload = payload}));
}
Buffer answer(const Ends& ends, const Buffer& payload) {
    return ethernet(ip(ends, {.from_client = false, .payload = payload}));
}

TEST(LabCase, IsReadWithItsRows) {
    Cases cases;
    cases.add("one", {syn(original()), syn_ack(original())}, row);
    const LabCase one = cases.read("one");
    EXPECT_EQ(one.name, "one");
    EXPECT_EQ(one.start, capture_time);
    EXPECT_EQ(one.connections, 1U);
    EXPECT_FALSE(one.edge);
    ASSERT_EQ(one.frames.size(), 2U);
    EXPECT_EQ(one.frames[1].time, 1000);
    ASSERT_EQ(one.rows.size(), 1U);
    EXPECT_EQ(one.rows[0].claims.at("resumed"), "no");
    EXPECT_FALSE(one.rows[0].claims.contains("why"));
    EXPECT_EQ(one.variables.ports(), std::vector<std::uint16_t>{40123});
}

TEST(LabCase, CopiesSpeakOfTheirOwnAddresses) {
    Cases cases;
    Buffer quote = ip(original(), {.flags = 0x02, .sequence_offset = 0});
    const Buffer error = ethernet(ip(original().router, original().client, 1, icmp(3, 13, quote)));
    cases.add("one", {syn(original()), error}, row);
    const LabCase one = cases.read("one");
    FreshAddresses addresses;
    Rng rng(1);
    std::set<std::string> seen;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        LabCopy copy(one, number, capture_time + 77, addresses, rng);
        Buffer first(copy.frame().bytes.size());
        copy.take(10 * number, first.data());
        Buffer second(copy.frame().bytes.size());
        copy.take(10 * number + 5, second.data());
        ASSERT_TRUE(copy.finished());
        const LabTruthRow truth = copy.truth().at(0);
        EXPECT_EQ(truth.first_frame, 10 * number);
        EXPECT_EQ(truth.start_time, capture_time + 77);
        EXPECT_EQ(truth.server_port, "443");
        EXPECT_NE(truth.client_port, "40123");
        EXPECT_EQ(truth.claims.at("icmp").substr(0, 21), "admin_prohibited 240.");
        for (const auto& text : {truth.client_ip, truth.server_ip, truth.claims.at("icmp")})
            EXPECT_TRUE(seen.insert(text).second) << text;
        wire::Packet packet;
        wire::decode(LinkType::ethernet, first, 0, packet);
        EXPECT_EQ(std::to_string(packet.source_port()), truth.client_port);
    }
}

TEST(LabCase, LookupsHaveATruthOfTheirOwn) {
    const std::string lookup = R"({"name": "good.test", "rcode": "NXDOMAIN", "why": "so"})";
    const Ends ends = original();
    const Buffer query = udp(ends.client, ends.other, 40125, 53, Buffer(12, 0));
    Cases cases;
    cases.add("asked", {ethernet(ip(ends.client, ends.other, 17, query))}, "", "",
              LinkType::ethernet, capture_time, lookup);
    const LabCase asked = cases.read("asked");
    EXPECT_EQ(asked.variables.ports(), std::vector<std::uint16_t>{40125});
    FreshAddresses addresses;
    Rng rng(1);
    const auto rows = LabCopy(asked, 9, capture_time, addresses, rng).dns_truth();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].copy, 9U);
    EXPECT_EQ(rows[0].client_ip, "240.0.0.1");
    EXPECT_EQ(rows[0].claims,
              (std::map<std::string, std::string>{{"name", "good.test"}, {"rcode", "NXDOMAIN"}}));
    cases.add("mute", {syn(ends), syn_ack(ends)}, row, "", LinkType::ethernet, capture_time,
              lookup);
    EXPECT_THROW(cases.read("mute"), std::runtime_error);
}

TEST(LabCase, PortsThatAreEqualStayEqual) {
    Cases cases;
    Ends elsewhere = original();
    elsewhere.server = original().other;
    Ends another = original();
    another.client_port = 40124;
    cases.add("one", {syn(original()), syn(elsewhere), syn(another)}, row);
    const LabCase one = cases.read("one");
    FreshAddresses addresses;
    Rng rng(1);
    LabCopy copy(one, 1, capture_time, addresses, rng);
    std::vector<std::uint16_t> ports;
    while (!copy.finished()) {
        Buffer frame(copy.frame().bytes.size());
        copy.take(1, frame.data());
        ports.push_back(load_big<std::uint16_t>(frame.data() + 34));
    }
    EXPECT_EQ(ports[0], ports[1]);
    EXPECT_NE(ports[0], ports[2]);
}

TEST(LabCase, EdgeIsSaidOrSeen) {
    const std::vector<Buffer> both{syn(original()), syn_ack(original())};
    const std::string late = R"({"client_ip": "192.0.2.2", "client_port": 40123,
        "server_ip": "198.51.100.2", "server_port": 443, "first_frame": 1,
        "outcome": "incomplete", "cause": "capture_ended"})";
    Cases cases;
    cases.add("plain", both, row);
    cases.add("said", both, row, "edge = true\n");
    cases.add("cut", both, row, "[capture]\nsnaplen = 96\n");
    cases.add("denied", both, row, "edge = false\n[capture]\nstart_after = 0.8\n");
    cases.add("ended", both, late);
    cases.add("one_sided", {syn(original()), data(original(), text("hello"))}, row);
    EXPECT_FALSE(cases.read("plain").edge);
    EXPECT_TRUE(cases.read("said").edge);
    EXPECT_TRUE(cases.read("cut").edge);
    EXPECT_FALSE(cases.read("denied").edge);
    EXPECT_TRUE(cases.read("ended").edge);
    EXPECT_TRUE(cases.read("one_sided").edge);
}

TEST(LabCase, WhatCannotBeCopiedIsRefused) {
    Cases cases;
    std::string third = row;
    third.replace(third.find("\"first_frame\": 1"), 16, "\"first_frame\": 3");
    cases.add("no_such_frame", {syn(original())}, third);
    std::string stranger = row;
    stranger.replace(stranger.find("40123"), 5, "40999");
    cases.add("no_such_flow", {syn(original())}, stranger);
    const Buffer snap = Buffer{0xaa, 0xaa, 3, 0, 0, 0, 8, 0} + ip(original(), {});
    cases.add("llc", {ethernet(static_cast<std::uint16_t>(snap.size()), snap)}, row);
    for (const char* name : {"no_such_frame", "no_such_flow", "llc"})
        EXPECT_THROW(cases.read(name), std::runtime_error) << name;
    cases.add("good", {syn(original()), syn_ack(original())}, row);
    const LabSet set = cases.set();
    EXPECT_EQ(set.cases.size(), 1U);
    EXPECT_EQ(set.unusable.size(), 3U);
}

TEST(LabCase, AddressInACertificateIsKept) {
    const Buffer name = Buffer{0x87, 4, 198, 51, 100, 2};
    Cases cases;
    cases.add("named", {syn(original()), answer(original(), text("cert") + name)}, row);
    const LabCase named = cases.read("named");
    EXPECT_TRUE(named.variables.kept_addresses().contains(original().server));
    EXPECT_FALSE(named.variables.kept_addresses().contains(original().client));
    cases.add("all", {syn(original()), syn_ack(original())}, row, "keep_addresses = true\n");
    EXPECT_EQ(cases.read("all").variables.addresses().size(), 0U);
}

Buffer validity(std::string_view not_before, std::string_view not_after) {
    return Buffer{0x30, 30, 0x17, 13} + text(not_before) + Buffer{0x17, 13} + text(not_after);
}

TEST(LabCase, CertificatesTellWhenCopiesMayBegin) {
    constexpr std::int64_t day = 86'400 * std::int64_t{1'000'000'000};
    // 2026-11-18 11:06:40 UTC is capture_time.
    const Buffer certificate = validity("261117110640Z", "261120110640Z");
    EXPECT_EQ(validity_bounds(certificate),
              (std::vector<std::int64_t>{capture_time - day, capture_time + 2 * day}));
    const Buffer expired = validity("261101000000Z", "261118000000Z");
    Cases cases;
    cases.add("a", {syn(original()), answer(original(), certificate)}, row);
    const LabCase a = cases.read("a");
    EXPECT_EQ(a.earliest, capture_time - day);
    EXPECT_EQ(a.latest, capture_time + 2 * day - 1000 - 1);
    cases.add("b", {syn(original()), answer(original(), expired)}, row);
    EXPECT_EQ(cases.read("b").earliest, capture_time - (11 * 3600 + 400) * seconds(1));

    // Captured when a's certificate had expired already: both suit a's time alone.
    cases.add("c", {syn(original())}, row, "", LinkType::ethernet, capture_time + 5 * day);
    const LabSet set = cases.set();
    EXPECT_GE(set.start, set.earliest);
    EXPECT_LE(set.start, set.latest);
}

TEST(LabCase, CookedFramesBecomeEthernet) {
    const auto cooked = [](const Ends& ends) {
        Buffer header = be16(0x0800) + be16(0) + be32(3) + be16(1) + Buffer{0, 6};
        return header + Buffer{2, 0, 0, 0, 0, 9, 0, 0} + ip(ends, {.flags = 0x02});
    };
    Cases cases;
    cases.add("any", {cooked(original())}, row, "", LinkType::linux_sll2);
    LabCase any = cases.read("any");
    make_ethernet(any);
    const Buffer right =
        Buffer{2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 9} + be16(0x0800) + ip(original(), {.flags = 0x02});
    EXPECT_EQ(any.frames[0].bytes, right);
    EXPECT_EQ(any.frames[0].wire_length, right.size());
    EXPECT_EQ(any.interfaces[0].link, LinkType::ethernet);
    Buffer copy = right;
    rewrite(any.frames[0].plan, values_between(any.variables, original(), fresh()), copy);
    EXPECT_EQ(Buffer(copy.begin() + 14, copy.end()), ip(fresh(), {.flags = 0x02}));
}

TEST(CaseKeys, AreReadWhereTheyStand) {
    EXPECT_FALSE(read_case_keys("title = \"edge = true\"\n").edge);
    EXPECT_EQ(read_case_keys("edge = true  # it is\n").edge, true);
    EXPECT_EQ(read_case_keys("edge=false\r\n").edge, false);
    EXPECT_TRUE(read_case_keys("keep_addresses = true").keep_addresses);
    EXPECT_FALSE(read_case_keys("[network]\nedge = true\n").edge);
    EXPECT_FALSE(read_case_keys("[files]\nsnaplen = 3\n").partial_capture);
    EXPECT_TRUE(read_case_keys("[capture]\nat = \"x\"\nsnaplen = 3\n").partial_capture);
    EXPECT_FALSE(
        read_case_keys("config = \"\"\"\nedge = true\n[capture]\nsnaplen = 1\n\"\"\"\n").edge);
    EXPECT_TRUE(read_case_keys("config = \"\"\"\n[x]\n\"\"\"\nedge = true\n").edge);
}

}  // namespace
}  // namespace tlstriage::generate::test
