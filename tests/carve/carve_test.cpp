// Flows that were carved out of captures: analysing them gives the same rows.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <map>

#include "carve/carved.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += "  " + line + "\n";
    return text;
}

std::string pcaps() {
    return source_root() / "pcaps";
}

/// All cases, from as many files into one, with application data cut.
TEST(Carve, EveryCaseHasTheSameRowsAfterwards) {
    const ScratchFolder folder;
    const std::string carved = folder.file("all.pcapng");
    const Finished finished = run_carve({pcaps(), "--where", "flow_id!=", "-o", carved});
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.err.find("Application data was cut"), std::string::npos) << finished.err;
    const Analysis whole = analyse({pcaps()});
    EXPECT_GT(whole.flows.rows().size(), 500U);
    const auto wrong = differing_cells(whole.flows, analyse({carved}).flows);
    EXPECT_TRUE(wrong.empty()) << text_of(wrong);
}

/// Each alone, out of a trace whose other flows tell what its verdict rests on.
TEST(Carve, OneFlowOfManyHasTheSameRowAfterwards) {
    const Analysis whole = analyse({every_case()});
    const ScratchFolder folder;
    const std::string carved = folder.file("one.pcapng");
    constexpr std::size_t step = 25;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < whole.flows.rows().size(); i += step, ++tried) {
        const std::string id = whole.flows.cell(whole.flows.rows()[i], "flow_id");
        const Finished finished = run_carve({every_case(), "--flow", id, "-o", carved, "-q"});
        ASSERT_EQ(finished.status, 0) << finished.err;
        const auto wrong = differing_cells(rows_of(whole.flows, {id}), analyse({carved}).flows);
        EXPECT_TRUE(wrong.empty()) << id << "\n" << text_of(wrong);
    }
    EXPECT_GE(tried, 20U);
}

/// Where flows are named by id only what concerns them is analysed, and frames are looked for only
/// where that saw them; by a condition all is.
TEST(Carve, ByIdTheFramesAreTheSameAsByACondition) {
    const ScratchFolder folder;
    const std::string by_id = folder.file("id.pcap");
    const std::string by_condition = folder.file("condition.pcap");
    const auto compare = [&](const std::string& trace, std::size_t step,
                             const std::vector<std::string>& besides) {
        const Analysis whole = analyse({trace});
        for (std::size_t i = 0; i < whole.flows.rows().size(); i += step) {
            const std::string id = whole.flows.cell(whole.flows.rows()[i], "flow_id");
            std::vector<std::string> arguments{trace, "-q", "-o", by_id, "--flow", id};
            arguments.insert(arguments.end(), besides.begin(), besides.end());
            ASSERT_EQ(run_carve(arguments).status, 0) << id;
            arguments[3] = by_condition;
            arguments[4] = "--where";
            arguments[5] = "flow_id=" + id;
            ASSERT_EQ(run_carve(arguments).status, 0) << id;
            ASSERT_EQ(read_file(by_id), read_file(by_condition)) << trace << " " << id;
        }
    };
    compare(every_case(), 7, {});
    compare(every_case(), 101, {"--context", "30", "--keep-data"});
    compare(small_mixed().path, 41, {"--threads", "3"});
    compare(small_mixed_pcapng().path, 41, {"--stream"});
}

/// Flows whose reason is what other flows to the server did.
TEST(Carve, WhatAVerdictRestsOnTravels) {
    const Analysis whole = analyse({every_case()});
    std::set<std::string> ids;
    for (const CsvTable::Row& row : whole.flows.rows()) {
        static const std::set<std::string> by_others{
            "sni_missing",         "sni_not_served",   "no_shared_version",  "no_shared_cipher",
            "no_shared_signature", "tls_interception", "default_certificate"};
        if (by_others.contains(whole.flows.cell(row, "reason")))
            ids.insert(whole.flows.cell(row, "flow_id"));
    }
    ASSERT_GE(ids.size(), 4U);
    const ScratchFolder folder;
    const std::string carved = folder.file("reasons.pcapng");
    std::vector<std::string> arguments{every_case(), "-o", carved, "-q"};
    for (const std::string& id : ids)
        arguments.insert(arguments.end(), {"--flow", id});
    ASSERT_EQ(run_carve(arguments).status, 0);
    const auto wrong = differing_cells(rows_of(whole.flows, ids), analyse({carved}).flows);
    EXPECT_TRUE(wrong.empty()) << text_of(wrong);
}

TEST(Carve, MixedTrafficHasTheSameRowsAfterwards) {
    for (const GeneratedTrace* trace : {&small_mixed(), &small_mixed_pcapng()}) {
        const ScratchFolder folder;
        const std::string carved = folder.file("mixed.pcapng");
        ASSERT_EQ(run_carve({trace->path, "--where", "flow_id!=", "-o", carved, "-q"}).status, 0);
        const auto wrong = differing_cells(analyse({trace->path}).flows, analyse({carved}).flows);
        EXPECT_TRUE(wrong.empty()) << text_of(wrong);
    }
}

/// Addresses of the rows, real -> other.
std::map<std::string, std::string> replaced_addresses(const CsvTable& whole,
                                                      const CsvTable& carved) {
    std::map<std::string, std::string> replaced;
    for (std::size_t i = 0; i < whole.rows().size(); ++i) {
        for (const std::string column : {"client_ip", "server_ip"})
            replaced[whole.cell(whole.rows()[i], column)] = carved.cell(carved.rows()[i], column);
    }
    return replaced;
}

/// As it is on the wire.
std::string bytes_of(const std::string& address) {
    std::array<char, 16> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
    EXPECT_EQ(inet_pton(AF_INET6, address.c_str(), bytes.data()), 1) << address;
    return {bytes.data(), 16};
}

/// Whose certificates hold the address that the flow went to: the program says so.
const std::set<std::string> show_addresses{"ok_tls12_ip_name", "starttls_rdp_ok",
                                           "starttls_rdp_self_signed_tls12",
                                           "starttls_tds_unknown_ca"};

TEST(Carve, WithoutRealAddressesTheRowsAreTheSame) {
    const ScratchFolder folder;
    const std::string key = folder.file("key");
    write_anonymization_key(key);
    std::vector<std::string> arguments;
    for (const std::string& name : case_names()) {
        if (!show_addresses.contains(name)) arguments.push_back(source_root() / "pcaps" / name);
    }
    const Analysis whole = analyse(arguments);
    const std::string carved = folder.file("other.pcapng");
    arguments.insert(arguments.end(),
                     {"--where", "flow_id!=", "-o", carved, "--anonymize", "--anonymize-key", key});
    const Finished finished = run_carve(arguments);
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.err.find("What stays:"), std::string::npos) << finished.err;
    EXPECT_EQ(finished.err.find("frames were left out"), std::string::npos) << finished.err;
    const Analysis other = analyse({carved});
    const auto wrong =
        differing_cells(whole.flows, other.flows,
                        {"flow_id", "client_ip", "server_ip", "icmp", "explanation", "next_step"});
    ASSERT_TRUE(wrong.empty()) << text_of(wrong);
    const std::string bytes = read_file(carved);
    std::size_t searched = 0;
    for (const auto& [real, now] : replaced_addresses(whole.flows, other.flows)) {
        // Loopback stays; and 0a 01 00 02 begins ENUMERATED 0, INTEGER in the ASN.1 of LDAP and
        // RDP.
        if (real.starts_with("127.") || real == "::1" || real == "10.1.0.2") continue;
        ++searched;
        EXPECT_NE(real, now);
        EXPECT_EQ(bytes.find(bytes_of(real)), std::string::npos) << real;
    }
    EXPECT_GE(searched, 8U);
}

TEST(Carve, APcapHoldsThePacketsAndSaysWhatItLacks) {
    const ScratchFolder folder;
    const std::string carved = folder.file("small.pcap");
    const auto capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const Finished finished = run_carve({capture, "--cause", "certificate_expired", "-o", carved});
    ASSERT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.err.find("A pcap can't carry"), std::string::npos) << finished.err;
    const auto wrong = differing_cells(analyse({capture}).flows, analyse({carved}).flows);
    EXPECT_TRUE(wrong.empty()) << text_of(wrong);
}

/// The ClientHello's random, in hex: it comes behind record and message header and version.
std::string first_client_random(const std::string& capture) {
    for (std::size_t at = 0; at + 43 < capture.size(); ++at) {
        if (capture[at] != 0x16 || capture[at + 1] != 3 || capture[at + 5] != 1 ||
            capture[at + 9] != 3) {
            continue;
        }
        std::string hex;
        for (std::size_t i = at + 11; i < at + 43; ++i) {
            const auto byte = static_cast<std::uint8_t>(capture[i]);
            hex += "0123456789abcdef"[byte >> 4U];
            hex += "0123456789abcdef"[byte & 15U];
        }
        return hex;
    }
    return {};
}

TEST(Carve, KeysOfTheFlowsAloneAreInTheFile) {
    const ScratchFolder folder;
    const auto capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const std::string random = first_client_random(read_file(capture));
    ASSERT_EQ(random.size(), 64U);
    const std::string wanted = "CLIENT_RANDOM " + random + " 0123456789\n";
    write_file(folder.file("keys"),
               "# a comment\nCLIENT_RANDOM " + std::string(64, '0') + " 666\n" + wanted);
    const std::string carved = folder.file("keys.pcapng");
    const Finished finished =
        run_carve({capture, "--where", "flow_id!=", "-o", carved, "--keylog", folder.file("keys")});
    ASSERT_EQ(finished.status, 0) << finished.err;
    const std::string bytes = read_file(carved);
    EXPECT_NE(bytes.find(wanted), std::string::npos);
    EXPECT_EQ(bytes.find(" 666"), std::string::npos);
}

TEST(Carve, DataStaysWhenAskedFor) {
    const ScratchFolder folder;
    const auto& trace = small_mixed().path;
    const auto size = [&](std::vector<std::string> more) {
        const std::string carved = folder.file("data.pcapng");
        more.insert(more.begin(), {trace, "--where", "outcome=ok", "-o", carved, "-q"});
        EXPECT_EQ(run_carve(more).status, 0);
        return read_file(carved).size();
    };
    EXPECT_LT(size({}), size({"--keep-data"}));
}

TEST(Carve, APipeIsAsGoodAsAFile) {
    const ScratchFolder folder;
    const std::string capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const std::string of_file = folder.file("file.pcapng");
    const std::string of_pipe = folder.file("pipe.pcapng");
    const std::string program = built_program("TLSTRIAGE_PROGRAM");
    const auto carve = [&](const std::string& from, const std::string& to,
                           const std::string& input) {
        return run_program({program, "carve", from, "--frame", "1", "-o", to}, input).status;
    };
    EXPECT_EQ(carve(capture, of_file, ""), 0);
    EXPECT_EQ(carve("-", of_pipe, capture), 0);
    EXPECT_EQ(read_file(of_pipe), read_file(of_file));
}

TEST(Carve, SaysWhatIsWrong) {
    const ScratchFolder folder;
    const std::string carved = folder.file("none.pcapng");
    const std::string capture = capture_in(source_root() / "pcaps/certificate_expired_tls12");
    const auto status = [&](std::vector<std::string> more) {
        more.insert(more.end(), {"-o", carved});
        return run_carve(more).status;
    };
    EXPECT_EQ(status({capture}), 2) << "no selection";
    EXPECT_EQ(status({capture, "--cause", "weather"}), 2);
    EXPECT_EQ(status({capture, "--where", "colour=red"}), 2);
    EXPECT_EQ(status({capture, "--frame", "100000"}), 2);
    EXPECT_EQ(status({capture, "--cause", "unreachable"}), 1) << "no such flow";
    EXPECT_EQ(status({capture, "--frame", "1", "--keep-data", "--cut-data"}), 2);
    EXPECT_EQ(status({capture, "--frame", "1", "--anonymize", "--anonymize-key", capture}), 2);
    EXPECT_FALSE(std::filesystem::exists(carved));
    EXPECT_EQ(status({capture, "--frame", "1"}), 0);
    EXPECT_TRUE(std::filesystem::exists(carved));
}

}  // namespace
}  // namespace tlstriage::test
