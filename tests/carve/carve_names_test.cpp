// carve --anonymize=names: the same rows, and none of the names.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "carve/carved.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// What is told of addresses and names.
const std::set<std::string> told{"flow_id",  "client_ip",    "server_ip",   "icmp",
                                 "sni",      "cert_subject", "cert_issuer", "cert_names",
                                 "dns_name", "explanation",  "next_step"};

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return text;
}

std::set<std::string> names_of(const CsvTable& flows) {
    std::set<std::string> names;
    for (const CsvTable::Row& row : flows.rows()) {
        for (const char* const column : {"sni", "dns_name", "cert_names"}) {
            std::istringstream words(flows.cell(row, column));
            for (std::string word; words >> word;)
                if (word.find('.') != word.npos) names.insert(lowered(word));
        }
    }
    return names;
}

/// Labels behind their lengths (RFC 1035 §3.1).
std::string on_the_wire(const std::string& name) {
    std::string bytes;
    std::istringstream labels(name);
    for (std::string label; std::getline(labels, label, '.');)
        bytes += static_cast<char>(label.size()) + label;
    return bytes;
}

/// Neither as it is on the wire nor as text. Loopback stays.
void expect_no_address(const std::string& bytes, const CsvTable& flows) {
    std::set<std::string> addresses;
    for (const CsvTable::Row& row : flows.rows())
        addresses.insert({flows.cell(row, "client_ip"), flows.cell(row, "server_ip")});
    for (const std::string& address : addresses) {
        if (address.starts_with("127.") || address == "::1") continue;
        EXPECT_EQ(bytes.find(address), std::string::npos) << address;
        // 0a 01 00 02 begins ENUMERATED 0, INTEGER in the ASN.1 of LDAP and RDP.
        if (address == "10.1.0.2") continue;
        std::array<char, 16> raw{};
        const bool v4 = inet_pton(AF_INET, address.c_str(), raw.data()) == 1;
        EXPECT_TRUE(v4 || inet_pton(AF_INET6, address.c_str(), raw.data()) == 1) << address;
        EXPECT_EQ(bytes.find(std::string(raw.data(), v4 ? 4 : 16)), std::string::npos) << address;
    }
}

TEST(CarveNames, EveryCaseHasTheSameRowAndNoneOfItsNames) {
    const ScratchFolder folder;
    const std::string key = folder.file("key");
    write_anonymization_key(key);
    const std::string pcaps = source_root() / "pcaps";
    const std::string carved = folder.file("other.pcapng");
    const Finished finished = run_carve(
        {pcaps, "--where", "flow_id!=", "-o", carved, "--anonymize=names", "--anonymize-key", key});
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.err.find("What stays:"), std::string::npos) << finished.err;
    EXPECT_EQ(finished.err.find("text of a replaced name"), std::string::npos) << finished.err;
    const Analysis whole = analyse({pcaps});
    EXPECT_GT(whole.flows.rows().size(), 500U);
    const Analysis other = analyse({carved});
    std::string wrong;
    for (const std::string& line : differing_cells(whole.flows, other.flows, told))
        wrong += line + "\n";
    ASSERT_EQ(wrong, "");
    expect_no_address(read_file(carved), whole.flows);
    const std::string bytes = lowered(read_file(carved));
    const std::set<std::string> names = names_of(whole.flows);
    EXPECT_GE(names.size(), 100U);
    for (const std::string& name : names) {
        EXPECT_EQ(bytes.find(name), std::string::npos) << name;
        EXPECT_EQ(bytes.find(on_the_wire(name)), std::string::npos) << name;
    }
}

/// What was found on certificates is carried beside them, and outlives the judging.
TEST(CarveNames, CarvedFlowsCanBeExplained) {
    const ScratchFolder folder;
    const std::string carved = folder.file("other.pcapng");
    ASSERT_EQ(run_carve({source_root() / "pcaps" / "certificate_expired_tls12", "--sni",
                         "good.test", "--anonymize=names", "-o", carved})
                  .status,
              0);
    const Finished finished =
        run_program({built_program("TLSTRIAGE_PROGRAM"), "explain", carved, "--no-progress"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.out.find("! expired"), std::string::npos) << finished.out;
    EXPECT_EQ(finished.out.find("good.test"), std::string::npos) << finished.out;
}

std::set<std::string> field(const std::string& capture, const char* name) {
    const Finished finished = run_program(
        {"/usr/bin/tshark", "-r", capture, "-T", "fields", "-E", "occurrence=f", "-e", name});
    std::set<std::string> values;
    std::istringstream lines(finished.out);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) values.insert(line);
    return values;
}

TEST(CarveNames, TsharkSeesOneNameInDnsHelloAndCertificate) {
    if (!std::filesystem::exists("/usr/bin/tshark")) GTEST_SKIP() << "no tshark here";
    const ScratchFolder folder;
    const auto pseudonyms = [&](const std::string& name, const char* field_name) {
        const std::string carved = folder.file(name + ".pcapng");
        const std::string key = folder.file("key");
        write_anonymization_key(key);
        EXPECT_EQ(run_carve({source_root() / "pcaps" / name, "--where", "flow_id!=", "-o", carved,
                             "-q", "--anonymize=names", "--anonymize-key", key})
                      .status,
                  0);
        return field(carved, field_name);
    };
    const std::string tls = "certificate_expired_tls12";
    const auto asked = pseudonyms(tls, "tls.handshake.extensions_server_name");
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.begin()->size(), 9U);
    EXPECT_NE(*asked.begin(), "good.test");
    EXPECT_EQ(pseudonyms(tls, "x509ce.dNSName"), asked);
    EXPECT_TRUE(pseudonyms("dns_slow", "dns.qry.name").contains(*asked.begin()));
}

TEST(CarveNames, KeysWouldShowThem) {
    const ScratchFolder folder;
    const std::string capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const auto status = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{capture, "--frame", "1", "-o", folder.file("x.pcapng")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_carve(arguments).status;
    };
    EXPECT_EQ(status({"--anonymize=names", "--keylog", capture}), 2);
    EXPECT_EQ(status({"--anonymize=everything"}), 2);
    EXPECT_EQ(status({"--anonymize=addresses"}), 0);
}

}  // namespace
}  // namespace tlstriage::test
