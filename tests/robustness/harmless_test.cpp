// What capturing does to frames though nothing happened: the verdict stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

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

    /// An IPv4 segment without options in the IP header, as two: `bytes` of payload, and the rest.
    void split(std::size_t index, std::size_t bytes) {
        Record first = records.at(index);
        Record second = first;
        const std::size_t payload = tcp + (static_cast<unsigned char>(first[tcp + 12]) >> 4U) * 4U;
        ASSERT_GT(first.size(), payload + bytes);
        first.resize(payload + bytes);
        second.erase(payload, bytes);
        set_length(first);
        set_length(second);
        std::uint64_t sequence = bytes;
        for (std::size_t i = tcp + 7; i >= tcp + 4; --i) {
            sequence += static_cast<unsigned char>(second[i]);
            second[i] = static_cast<char>(sequence);
            sequence >>= 8U;
        }
        records[index] = first;
        records.insert(records.begin() + static_cast<std::ptrdiff_t>(index) + 1, second);
    }

    /// The first frame with these bytes.
    [[nodiscard]] std::size_t find(const std::string& bytes) const {
        const auto found = std::ranges::find_if(
            records, [&](const Record& record) { return record.find(bytes) != record.npos; });
        return static_cast<std::size_t>(found - records.begin());
    }

    [[nodiscard]] std::vector<std::string> verdicts() const {
        return verdicts_of({write("changed.pcap", records)});
    }
    /// As a capture that goes on in another file after so many frames.
    [[nodiscard]] std::vector<std::string> verdicts_cut_at(std::size_t count) const {
        return verdicts_of({write("first.pcap", std::span(records).first(count)),
                            write("second.pcap", std::span(records).subspan(count))});
    }
    [[nodiscard]] std::vector<std::string> original_verdicts() const {
        return verdicts_of({original_});
    }

    std::vector<Record> records;
    static constexpr std::size_t tcp = 16 + 14 + 20;  ///< record, Ethernet and IPv4 headers

  private:
    /// Makes the lengths that the headers state those of the record.
    static void set_length(Record& record) {
        constexpr std::size_t captured = 8;
        constexpr std::size_t on_the_wire = 12;
        constexpr std::size_t ip_length = 16 + 14 + 2;
        for (const std::size_t at : {captured, on_the_wire})
            for (std::size_t i = 0; i < 4; ++i)
                record[at + i] = static_cast<char>((record.size() - 16) >> 8 * i);
        record[ip_length] = static_cast<char>((record.size() - 30) >> 8U);
        record[ip_length + 1] = static_cast<char>(record.size() - 30);
    }

    [[nodiscard]] std::string write(const char* name, std::span<const Record> chosen) const {
        std::string bytes = header_;
        for (const Record& record : chosen)
            bytes += record;
        const std::string path = folder_.file(name);
        write_file(path, bytes);
        return path;
    }

    static std::vector<std::string> verdicts_of(const std::vector<std::string>& paths) {
        const Analysis analysis = analyse(paths);
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
    constexpr std::size_t sequence = Case::tcp + 4;
    constexpr std::size_t acknowledgement = Case::tcp + 8;
    constexpr std::size_t flags = Case::tcp + 13;
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

/// Some stacks send the header of a record by itself.
TEST(RobustnessHarmless, HelloInPiecesAfterPlaintext) {
    const std::string client_hello = "\x16\x03\x01";
    const std::string server_hello = "\x16\x03\x03";
    for (const char* name :
         {"starttls_smtp_ok", "starttls_imap_unknown_ca", "starttls_rdp_self_signed_tls12",
          "starttls_mysql_ok", "starttls_tds_unknown_ca", "server_not_tls_smtp",
          "server_not_tls_mysql", "proxy_connect_starttls_smtp"}) {
        for (const std::string& hello : {client_hello, server_hello}) {
            for (const std::size_t bytes : {1U, 2U, 5U, 9U}) {
                Case changed(name);
                const std::size_t frame = changed.find(hello);
                if (frame == changed.records.size()) continue;
                changed.split(frame, bytes);
                EXPECT_EQ(changed.verdicts(), changed.original_verdicts())
                    << name << ", frame " << frame + 1 << " after " << bytes << " bytes";
            }
        }
    }
}

TEST(RobustnessHarmless, StatusLineInPieces) {
    for (const char* name : {"proxy_connect_authentication_required", "proxy_connect_bad_gateway",
                             "plaintext_to_nginx", "proxy_connect_ok"}) {
        for (const std::size_t bytes : {1U, 6U, 9U, 11U}) {
            Case changed(name);
            std::size_t answer = changed.records.size();
            for (const char* begin : {"HTTP/1.1 2", "HTTP/1.1 4", "HTTP/1.1 5", "HTTP/1.0 4"})
                answer = std::min(answer, changed.find(begin));
            ASSERT_LT(answer, changed.records.size()) << name;
            changed.split(answer, bytes);
            EXPECT_EQ(changed.verdicts(), changed.original_verdicts())
                << name << " after " << bytes << " bytes";
        }
    }
}

/// What is sent again and again goes on in the next file.
TEST(RobustnessHarmless, RepetitionInTheNextFile) {
    for (const char* name : {"elsewhere_sni_filtered_dropped", "loss_stall_path_dies_at_server",
                             "client_hello_lost", "tcp_syn_timeout"}) {
        const Case whole(name);
        const auto right = whole.original_verdicts();
        for (std::size_t count = 1; count < whole.records.size(); ++count)
            EXPECT_EQ(whole.verdicts_cut_at(count), right) << name << ", cut at " << count;
    }
}

}  // namespace
}  // namespace tlstriage::test
