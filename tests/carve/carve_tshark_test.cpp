// tshark sees the same conversations in what was carved as in the whole trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "carve/carved.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

const std::string tshark = "/usr/bin/tshark";

/// A line for each frame, sorted: numbers of frames and streams differ in another file.
std::vector<std::string> view(const std::string& capture) {
    std::vector<std::string> command{tshark, "-r", capture, "-T", "fields"};
    for (const char* const field :
         {"frame.time_epoch", "ip.id", "ip.ttl", "tcp.srcport", "tcp.seq", "tcp.ack", "tcp.flags",
          "tcp.len", "tls.handshake.type", "tls.handshake.extensions_server_name",
          "tls.alert_message.level", "tls.alert_message.desc", "dns.qry.name", "icmp.type",
          "icmpv6.type"}) {
        command.insert(command.end(), {"-e", field});
    }
    const Finished finished = run_program(command);
    EXPECT_EQ(finished.status, 0) << finished.err;
    std::vector<std::string> lines;
    std::istringstream text(finished.out);
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
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
    const auto whole = view(every_case());
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
        const auto seen = view(carved);
        EXPECT_GT(seen.size(), whole.size() * 9 / 10);
        EXPECT_EQ(strangers(whole, seen), "") << (way.empty() ? "cut" : way.front());
        EXPECT_TRUE(frames == 0 || frames == seen.size());
        frames = seen.size();
    }
}

}  // namespace
}  // namespace tlstriage::test
