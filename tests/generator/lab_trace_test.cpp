// Whole traces of the cases in pcaps/.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "capture/walk.h"
#include "generate/lab_generator.h"
#include "generate/lab_set.h"
#include "generator/lab_flow.h"
#include "generator/packets.h"
#include "support/paths.h"
#include "wire/decode.h"

namespace tlstriage::generate::test {
namespace {

using tlstriage::test::LabFlow;
using tlstriage::test::read_file;
using tlstriage::test::read_lab_truth;
using tlstriage::test::ScratchFolder;

std::string cases_folder() {
    return tlstriage::test::source_root() / "pcaps";
}

/// A TCP packet of a trace, with all that tests ask of it.
struct Seen {
    std::uint64_t frame = 0;
    std::int64_t time = 0;
    Endpoint source;
    Endpoint destination;
    bool good_checksum = false;
};

bool good_checksum(const wire::Packet& packet) {
    const std::size_t length = packet.payload - packet.transport + packet.payload_length;
    const std::size_t addresses = packet.is_v4() ? 12 : 8;
    const std::size_t width = packet.is_v4() ? 8 : 32;
    const Buffer pseudo{packet.network + addresses, packet.network + addresses + width};
    const Buffer segment{packet.tcp(), packet.tcp() + length};
    return internet_checksum(pseudo + be32(length) + be32(6) + segment) == 0;
}

std::vector<Seen> tcp_packets(const std::string& path) {
    std::vector<Seen> packets;
    const auto source = capture::open({path, {}});
    const auto result = capture::walk(
        *source, [&](const capture::Record& record, std::uint64_t number, std::uint64_t) {
            wire::Packet packet;
            wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
            if (packet.outcome != wire::Outcome::tcp) return;
            const bool whole = packet.captured == packet.payload_length;
            packets.push_back({number, record.time, packet.source(), packet.destination(),
                               whole && good_checksum(packet)});
        });
    EXPECT_EQ(result.error, "");
    EXPECT_TRUE(result.damages.empty());
    return packets;
}

/// A trace in a folder of its own, its truth beside it.
class Trace {
  public:
    explicit Trace(const LabOptions& lab, const GenerateOptions& wanted = {}) {
        GenerateOptions options = wanted;
        options.plan.profile = Profile::lab;
        options.plan.failures = 0;
        options.plan.time_resolution = options.nanosecond ? 1 : 1000;
        options.output = scratch_.file("lab.pcap");
        options.truth = scratch_.file("lab.truth.csv");
        LabOptions from = lab;
        from.cases = cases_folder();
        result = generate_lab(options, from);
    }
    std::string path() const { return scratch_.file("lab.pcap"); }
    std::vector<LabFlow> truth() const { return read_lab_truth(scratch_.file("lab.truth.csv")); }
    std::string bytes() const {
        return read_file(path()) + read_file(scratch_.file("lab.truth.csv"));
    }

    LabResult result;

  private:
    ScratchFolder scratch_;
};

LabOptions once() {
    LabOptions lab;
    lab.once = true;
    return lab;
}

GenerateOptions pcapng() {
    GenerateOptions options;
    options.format = CaptureFormat::pcapng;
    options.concurrency = 8;
    return options;
}

std::size_t good(const std::vector<Seen>& packets) {
    return static_cast<std::size_t>(std::ranges::count(packets, true, &Seen::good_checksum));
}

TEST(LabTrace, EveryCaseCanBeCopied) {
    const LabSet set = read_lab_set(cases_folder(), {}, true);
    EXPECT_EQ(set.cases.size(), tlstriage::test::case_names().size());
    EXPECT_TRUE(set.unusable.empty()) << set.unusable.front();
    EXPECT_GE(set.start, set.earliest);
    EXPECT_LT(set.start, set.latest);
}

TEST(LabTrace, OnceHoldsEachCaseWithItsPacketsAndNoAddressTwice) {
    LabOptions lab = once();
    lab.edge = true;
    const Trace trace(lab, pcapng());
    const LabSet set = read_lab_set(cases_folder(), {}, true);
    std::size_t frames = 0;
    std::size_t right = 0;
    std::size_t packets = 0;
    for (const LabCase& one : set.cases) {
        frames += one.frames.size();
        const auto capture = tlstriage::test::capture_in(cases_folder() + "/" + one.name);
        const auto originals = tcp_packets(capture);
        packets += originals.size();
        right += good(originals);
    }
    EXPECT_EQ(trace.result.copies, set.cases.size());
    EXPECT_EQ(trace.result.trace.frames, frames);
    const auto ours = tcp_packets(trace.path());
    EXPECT_EQ(ours.size(), packets);
    EXPECT_EQ(good(ours), right);
    EXPECT_GT(right, packets * 9 / 10);

    std::map<std::string, std::string> case_of;
    for (const LabFlow& flow : trace.truth()) {
        if (std::ranges::find(set.kept, flow.case_name) != set.kept.end()) continue;
        for (const std::string& address : {flow.client_ip, flow.server_ip}) {
            const auto [found, is_new] = case_of.emplace(address, flow.case_name);
            EXPECT_EQ(found->second, flow.case_name) << address;
        }
    }
}

TEST(LabTrace, TruthNamesTheFirstFrameOfEachFlow) {
    LabOptions lab;
    lab.bulk_share = 0.3;
    GenerateOptions options;
    options.flows = 400;
    options.concurrency = 40;
    const Trace trace(lab, options);
    std::map<std::string, Seen> by_frame;
    for (const Seen& packet : tcp_packets(trace.path()))
        by_frame[std::to_string(packet.frame)] = packet;
    const auto truth = trace.truth();
    EXPECT_GT(truth.size(), 350U);
    for (const LabFlow& flow : truth) {
        const auto found = by_frame.find(flow.first_frame);
        ASSERT_TRUE(found != by_frame.end()) << flow.case_name << ' ' << flow.first_frame;
        const std::set<std::string> seen{std::to_string(found->second.source.port),
                                         std::to_string(found->second.destination.port)};
        EXPECT_EQ(seen, (std::set<std::string>{flow.client_port, flow.server_port}))
            << flow.case_name;
    }
}

TEST(LabTrace, FramesAreInOrderOfTime) {
    GenerateOptions options;
    options.flows = 300;
    options.concurrency = 50;
    const auto packets = tcp_packets(Trace({}, options).path());
    const bool in_order = std::ranges::is_sorted(packets, {}, &Seen::time);
    EXPECT_TRUE(in_order);
    // Interleaved: many connections take turns.
    std::size_t turns = 0;
    for (std::size_t i = 1; i < packets.size(); ++i) {
        const auto key = [](const Seen& seen) {
            return FlowKey::between(seen.source, seen.destination);
        };
        turns += key(packets[i]) == key(packets[i - 1]) ? 0 : 1;
    }
    EXPECT_GT(turns, packets.size() / 10);
}

TEST(LabTrace, SameSeedSameBytes) {
    LabOptions lab;
    lab.bulk_share = 0.5;
    GenerateOptions options;
    options.flows = 100;
    options.concurrency = 10;
    const std::string first = Trace(lab, options).bytes();
    EXPECT_EQ(Trace(lab, options).bytes(), first);
    options.plan.seed = 2;
    EXPECT_NE(Trace(lab, options).bytes(), first);
}

TEST(LabTrace, SizeAndShareAreMet) {
    for (const double share : {0.0, 0.3, 0.8}) {
        LabOptions lab;
        lab.bulk_share = share;
        GenerateOptions options;
        options.size = 4'000'000;
        options.concurrency = 30;
        const Trace trace(lab, options);
        const auto size = static_cast<double>(trace.result.trace.file_bytes);
        EXPECT_NEAR(size, 4e6, 4e5);
        std::uint64_t lab_bytes = 0;
        const LabSet set = read_lab_set(cases_folder(), {}, false);
        for (const LabCase& one : set.cases)
            lab_bytes += one.captured_bytes() + one.frames.size() * 16;
        const double copies = static_cast<double>(trace.result.copies);
        const double lab_share =
            copies * static_cast<double>(lab_bytes) / static_cast<double>(set.cases.size()) / size;
        EXPECT_NEAR(lab_share, 1 - share, 0.08);
    }
}

TEST(LabTrace, OnlyWhatIsAskedForAndNoEdgeUnasked) {
    LabOptions lab = once();
    lab.only = {"ok_tls13_*", "tcp_probe"};
    const Trace some(lab, pcapng());
    for (const LabFlow& flow : some.truth()) {
        EXPECT_TRUE(flow.case_name.starts_with("ok_tls13_") || flow.case_name == "tcp_probe");
        EXPECT_FALSE(flow.case_name.find("one_sided") != std::string::npos) << flow.case_name;
    }
    EXPECT_TRUE(std::ranges::find(some.result.left_out, "ok_tls13_one_sided_client") !=
                some.result.left_out.end());
    lab.only = {"no_such_case"};
    EXPECT_THROW(Trace(lab, pcapng()), std::runtime_error);
}

TEST(LabTruth, RowsAreHeldAgainstTheirClaims) {
    using tlstriage::test::claim_differences;
    using tlstriage::test::CsvTable;
    LabFlow flow;
    flow.client_ip = "240.0.0.1";
    flow.client_port = "1234";
    flow.server_ip = "240.0.0.2";
    flow.server_port = "443";
    flow.first_frame = "7";
    flow.claims = {{"outcome", "failed"}, {"resumed", "no"}, {"not_a_column", "x"}};
    const CsvTable flows(
        "client_ip,client_port,server_ip,server_port,first_frame,outcome,resumed\n"
        "240.0.0.1,1234,240.0.0.2,443,7,ok,\n");
    const tlstriage::test::LabRows rows(flows);
    const auto* const row = rows.find(flow);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(claim_differences(flow, flows, *row).size(), 1U);
    flow.also_right = {{"outcome", "ok"}};
    EXPECT_TRUE(claim_differences(flow, flows, *row).empty());
    flow.first_frame = "8";
    EXPECT_EQ(rows.find(flow), nullptr);
}

}  // namespace
}  // namespace tlstriage::generate::test
