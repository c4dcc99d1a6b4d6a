// What capturing does to frames though nothing happened: the verdict stays.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/analysis.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// A record of a little-endian pcap with microseconds, with its header.
using Record = std::string;

std::uint32_t load_little(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i)
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i - 1));
    return value;
}

std::uint64_t microseconds(const Record& record) {
    return std::uint64_t{load_little(record, 0)} * 1'000'000 + load_little(record, 4);
}

Record at_time(Record record, std::uint64_t microseconds) {
    const std::uint64_t parts[] = {microseconds / 1'000'000, microseconds % 1'000'000};
    for (std::size_t i = 0; i < 8; ++i)
        record[i] = static_cast<char>(parts[i / 4] >> 8 * (i % 4));
    return record;
}

/// One of pcaps/, to be changed and analysed again.
class Case {
  public:
    explicit Case(const std::string& name) {
        original_ = capture_in(source_root() / "pcaps" / name);
        const std::string bytes = read_file(original_);
        constexpr std::size_t file_header = 24;
        constexpr std::size_t record_header = 16;
        header_ = bytes.substr(0, file_header);
        for (std::size_t at = file_header; at < bytes.size();) {
            const std::size_t size = record_header + load_little(bytes, at + 8);
            records.push_back(bytes.substr(at, size));
            at += size;
        }
    }

    /// A copy of a frame, so much later.
    void repeat(std::size_t index, std::uint64_t microseconds_later) {
        const Record& record = records.at(index);
        records.push_back(at_time(record, microseconds(record) + microseconds_later));
        std::ranges::stable_sort(records, {}, microseconds);
    }

    /// Two frames that were captured the other way round.
    void swap(std::size_t a, std::size_t b) {
        const auto first = microseconds(records.at(a));
        const auto second = microseconds(records.at(b));
        std::swap(records.at(a), records.at(b));
        records[a] = at_time(records[a], first);
        records[b] = at_time(records[b], second);
    }

    [[nodiscard]] std::vector<std::string> verdicts() const {
        std::string bytes = header_;
        for (const Record& record : records)
            bytes += record;
        const std::string path = folder_.file("changed.pcap");
        write_file(path, bytes);
        return verdicts_of(path);
    }
    [[nodiscard]] std::vector<std::string> original_verdicts() const {
        return verdicts_of(original_);
    }

    std::vector<Record> records;

  private:
    static std::vector<std::string> verdicts_of(const std::string& path) {
        const Analysis analysis = analyse({path});
        std::vector<std::string> verdicts;
        for (const auto& row : analysis.flows.rows()) {
            std::string& verdict = verdicts.emplace_back();
            for (const char* column : {"client_port", "outcome", "cause", "actor", "stage", "sni"})
                verdict += analysis.flows.cell(row, column) + ' ';
        }
        std::ranges::sort(verdicts);
        return verdicts;
    }

    ScratchFolder folder_;
    std::filesystem::path original_;
    std::string header_;
};

/// All of them begin with SYN, SYN-ACK, ACK.
constexpr const char* cases[] = {
    "reset_after_client_hello",      "closed_after_client_hello", "server_silent",
    "mtu_black_hole_at_client",      "proxy_socks5_ok",           "starttls_tds_ok",
    "certificate_rejected_go_tls13",
};

TEST(RobustnessHarmless, LateCopiesOfSyns) {
    for (const char* name : cases) {
        for (const std::uint64_t later : {500U, 30'000U, 250'000U}) {
            for (const std::size_t syn : {0U, 1U}) {
                Case changed(name);
                changed.repeat(syn, later);
                EXPECT_EQ(changed.verdicts(), changed.original_verdicts())
                    << name << ", frame " << syn + 1 << ", " << later << " us later";
            }
        }
    }
}

/// Two ports of a tap, or two queues of a card, do not wait for each other.
TEST(RobustnessHarmless, SynBehindItsAnswer) {
    for (const char* name : cases) {
        Case changed(name);
        changed.swap(0, 1);
        EXPECT_EQ(changed.verdicts(), changed.original_verdicts()) << name;
    }
}

/// As a mirror of two ports shows them; IPv6 has no numbers that would tell copies.
TEST(RobustnessHarmless, EveryFrameTwice) {
    for (const char* name : {"raced_dead_ipv6", "incomplete_happy_eyeballs_ipv6_dropped"}) {
        Case changed(name);
        for (std::size_t i = 0; i < changed.records.size(); i += 2)
            changed.repeat(i, 2);
        EXPECT_EQ(changed.verdicts(), changed.original_verdicts()) << name;
    }
}

/// The server still knows an older connection from the same ports: it answers the SYN for that one
/// (RFC 5961), the client clears it away with a reset, and asks again a second later.
TEST(RobustnessHarmless, OldConnectionClearedAway) {
    constexpr std::size_t tcp = 16 + 14 + 20;  // record, Ethernet and IPv4 headers
    constexpr std::size_t sequence = tcp + 4;
    constexpr std::size_t acknowledgement = tcp + 8;
    constexpr std::size_t flags = tcp + 13;
    constexpr std::uint64_t second = 1'000'000;
    for (const char* name : {"access_denied_python", "alpn_mismatch_nginx", "ok_tls13_http2",
                             "certificate_name_mismatch_curl_tls12"}) {
        Case changed(name);
        const Record syn = changed.records.at(0);
        const std::uint64_t asked = microseconds(syn) - second;
        Record answer = at_time(changed.records.at(1), asked + 100);
        answer[flags] = 0x10;
        answer[sequence] = static_cast<char>(answer[sequence] ^ 0x10);
        answer[acknowledgement] = static_cast<char>(answer[acknowledgement] ^ 0x10);
        Record reset = at_time(syn, asked + 150);
        reset[flags] = 0x04;
        std::copy_n(&answer[acknowledgement], 4, &reset[sequence]);
        changed.records.insert(changed.records.begin(), {at_time(syn, asked), answer, reset});
        EXPECT_EQ(changed.verdicts(), changed.original_verdicts()) << name;
    }
}

}  // namespace
}  // namespace tlstriage::test
