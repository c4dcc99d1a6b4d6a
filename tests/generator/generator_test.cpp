// Generated traces against the truth that was written beside them.
#include <gtest/gtest.h>

#include <map>

#include "support/analysis.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

const std::vector<std::string> compared{
    "outcome",    "phase", "cause", "actor",   "alert_sender", "alert",          "rst_sender",
    "fin_sender", "sni",   "alpn",  "version", "cipher",       "client_packets", "server_packets"};

/// The four-tuple: the generator uses each once.
std::string ends_of(const CsvTable& table, const CsvTable::Row& row) {
    std::string ends;
    for (const char* column : {"client_ip", "client_port", "server_ip", "server_port"})
        ends += table.cell(row, column) + " ";
    return ends;
}

/// Other protocols on ports that are not TLS get no row.
bool has_row(const CsvTable& truth, const CsvTable::Row& row) {
    return truth.cell(row, "outcome") != "not_tls" || truth.cell(row, "cause") != "none";
}

std::map<std::string, const CsvTable::Row*> by_ends(const CsvTable& table) {
    std::map<std::string, const CsvTable::Row*> rows;
    for (const CsvTable::Row& row : table.rows())
        EXPECT_TRUE(rows.emplace(ends_of(table, row), &row).second) << ends_of(table, row);
    return rows;
}

void compare(const GeneratedTrace& trace) {
    const CsvTable truth = read_csv(trace.truth);
    const CsvTable flows = analyse({trace.path}).flows;
    const auto ours = by_ends(flows);
    std::size_t expected = 0;
    for (const CsvTable::Row& right : truth.rows()) {
        const auto found = ours.find(ends_of(truth, right));
        ASSERT_EQ(found != ours.end(), has_row(truth, right)) << ends_of(truth, right);
        if (found == ours.end()) continue;
        ++expected;
        for (const std::string& column : compared) {
            ASSERT_EQ(unguarded(flows.cell(*found->second, column)), truth.cell(right, column))
                << column << " of " << ends_of(truth, right) << "from frame "
                << flows.cell(*found->second, "first_frame");
        }
    }
    EXPECT_EQ(flows.rows().size(), expected);
    EXPECT_GT(expected, truth.rows().size() / 2);
}

std::vector<std::string> mixed(const std::vector<std::string>& more) {
    std::vector<std::string> options{"--profile",  "mixed", "--flows", "2000",
                                     "--failures", "0.5",   "--seed",  "23"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

TEST(Generator, PcapIsJudgedAsItIsMeant) {
    compare(generated(mixed({"--disorder", "0"})));
}

TEST(Generator, PcapWithDisorderIsJudgedAsItIsMeant) {
    compare(generated(mixed({"--disorder", "0.05"})));
}

TEST(Generator, PcapngIsJudgedAsItIsMeant) {
    compare(generated(mixed({"--disorder", "0", "--format", "pcapng", "--nanosecond"})));
}

TEST(Generator, PcapngWithDisorderIsJudgedAsItIsMeant) {
    compare(generated(mixed({"--disorder", "0.05", "--format", "pcapng", "--nanosecond"})));
}

}  // namespace
}  // namespace tlstriage::test
