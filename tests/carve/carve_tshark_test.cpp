// tshark sees the same conversations in what was carved as in the whole trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "capture/capture_bytes.h"
#include "carve/carved.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

const std::string tshark = "/usr/bin/tshark";

/// What tshark says of these fields, a line for each frame.
std::vector<std::string> fields(const std::string& capture, const std::vector<std::string>& names) {
    std::vector<std::string> command{tshark, "-r", capture, "-T", "fields", "-E", "aggregator=;"};
    for (const std::string& name : names)
        command.insert(command.end(), {"-e", name});
    const Finished finished = run_program(command);
    EXPECT_EQ(finished.status, 0) << finished.err;
    std::vector<std::string> lines;
    std::istringstream text(finished.out);
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

/// The conversations; sorted, as numbers of frames and streams differ in another file.
std::vector<std::string> conversations(const std::string& capture) {
    auto lines =
        fields(capture, {"frame.time_epoch", "ip.id", "ip.ttl", "tcp.srcport", "tcp.seq", "tcp.ack",
                         "tcp.flags", "tcp.len", "tls.handshake.type",
                         "tls.handshake.extensions_server_name", "tls.alert_message.level",
                         "tls.alert_message.desc", "dns.qry.name", "icmp.type", "icmpv6.type"});
    std::ranges::sort(lines);
    return lines;
}

/// What is said beside the packets.
std::vector<std::string> said_beside(const std::string& capture) {
    return fields(
        capture, {"frame.interface_name", "frame.interface_description", "frame.packet_flags",
                  "frame.packet_id", "frame.drop_count", "frame.interface_queue", "frame.comment"});
}

/// Lines of `carved` that are not in `whole`.
std::string strangers(const std::vector<std::string>& whole,
                      const std::vector<std::string>& carved) {
    std::vector<std::string> lines;
    std::ranges::set_difference(carved, whole, std::back_inserter(lines));
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

TEST(CarveTshark, SeesTheSameConversations) {
    if (!std::filesystem::exists(tshark)) GTEST_SKIP() << "no tshark here";
    const ScratchFolder folder;
    const std::string key = folder.file("key");
    write_anonymization_key(key);
    const auto whole = conversations(every_case());
    EXPECT_GT(whole.size(), 5000U);
    const std::vector<std::vector<std::string>> ways{
        {}, {"--keep-data"}, {"--anonymize", "--anonymize-key", key}};
    std::size_t frames = 0;
    for (const auto& way : ways) {
        const std::string carved = folder.file("carved.pcapng");
        std::vector<std::string> arguments{
            every_case(), "--where", "flow_id!=", "-o", carved, "-q"};
        arguments.insert(arguments.end(), way.begin(), way.end());
        ASSERT_EQ(run_carve(arguments).status, 0);
        const auto seen = conversations(carved);
        EXPECT_GT(seen.size(), whole.size() * 9 / 10);
        EXPECT_EQ(strangers(whole, seen), "") << (way.empty() ? "cut" : way.front());
        EXPECT_TRUE(frames == 0 || frames == seen.size());
        frames = seen.size();
    }
}

/// The packets of a pcap with microseconds as a pcapng with all that it can say beside them.
std::string with_options(const std::string& pcap, capture::test::Order order) {
    using namespace capture::test;
    const std::string bytes = read_file(pcap);
    const auto u32 = [&](std::size_t at) {
        return load_native<std::uint32_t>(as_bytes(bytes).subspan(at).data());
    };
    const auto words = [&](std::uint16_t code, std::string_view value) {
        return option(code, Buffer(value.begin(), value.end()), order);
    };
    Buffer made =
        section(order) + interface(101, words(2, "idle"), order) +
        interface(1,
                  words(2, "eth7") + words(3, "mirror of rack 4") +
                      words(11, std::string_view("\0tcp port 443", 13)) + words(12, "Linux 6.1"),
                  order);
    std::uint32_t number = 1;
    for (std::size_t at = 24; at < bytes.size(); at += 16 + u32(at + 8), ++number) {
        Packet packet;
        packet.order = order;
        packet.interface = 1;
        packet.ticks = u32(at) * std::uint64_t{1'000'000} + u32(at + 4);
        const Bytes data = as_bytes(bytes).subspan(at + 16, u32(at + 8));
        packet.data.assign(data.begin(), data.end());
        const auto number32 = [&](std::uint16_t code, std::uint32_t value) {
            return option(code, Writer(order).u32(value).buffer, order);
        };
        const auto number64 = [&](std::uint16_t code, std::uint64_t value) {
            return option(code, Writer(order).u64(value).buffer, order);
        };
        packet.options = words(1, "packet " + std::to_string(number)) + number32(2, number % 3) +
                         words(3, std::string_view("\x02\x11\x22\x33\x44", 5)) +
                         number64(4, 100 + number) + number64(5, 0x0102030400000000 + number) +
                         number32(6, 40 + number);
        made = made + enhanced_packet(packet);
    }
    return std::string(as_text(made));
}

TEST(CarveTshark, SeesWhatTheSourceSaysBeside) {
    if (!std::filesystem::exists(tshark)) GTEST_SKIP() << "no tshark here";
    const std::string pcap = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    for (const auto order : {capture::test::Order::little, capture::test::Order::big}) {
        const ScratchFolder folder;
        const std::string source = folder.file("source.pcapng");
        const std::string carved = folder.file("carved.pcapng");
        write_file(source, with_options(pcap, order));
        const auto before = said_beside(source);
        ASSERT_EQ(before.size(), 11U);
        EXPECT_EQ(before[7],
                  "eth7\tmirror of rack 4\t0x00000002\t72623859706101768\t108\t48\tpacket 8");
        const std::vector<std::string> choice{source, "--cause", "certificate_expired", "-q", "-o"};
        const auto carve = [&](const std::vector<std::string>& more) {
            std::vector<std::string> arguments = choice;
            arguments.insert(arguments.end(), more.begin(), more.end());
            EXPECT_EQ(run_carve(arguments).status, 0);
            return said_beside(carved);
        };
        std::size_t verdicts = 0;
        const auto after = carve({carved, "--keep-data"});
        ASSERT_EQ(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i) {
            if (after[i] == before[i]) continue;
            EXPECT_TRUE(after[i].starts_with(before[i] + ";tlstriage: failed, certificate_expired"))
                << after[i];
            ++verdicts;
        }
        EXPECT_EQ(verdicts, 1U);
        // The verdict that is there is not written again.
        std::filesystem::rename(carved, source);
        EXPECT_EQ(carve({carved, "--keep-data"}), after);
        for (const std::string& line : carve({carved, "--anonymize"})) {
            EXPECT_TRUE(line.starts_with("unknown\t\t0x0000000")) << line;
            EXPECT_EQ(line.find("packet "), line.npos) << line;
        }
        const std::string bytes = read_file(carved);
        for (const char* const text : {"eth7", "rack 4", "port 443", "Linux 6.1"})
            EXPECT_EQ(bytes.find(text), bytes.npos) << text;
    }
}

}  // namespace
}  // namespace tlstriage::test
