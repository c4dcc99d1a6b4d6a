// DPDK's part: the same captures through a net_pcap port. EAL can be started once in a process, so
// the program is run as it is by a person.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "capture/walk.h"
#include "support/analysis.h"
#include "support/paths.h"
#include "support/program.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

struct PortRun {
    Finished finished;
    CsvTable flows;
    nlohmann::json facts;
};

PortRun run_port(const std::vector<std::string>& files) {
    const ScratchFolder folder;
    std::vector<std::string> command{built_program("TLSTRIAGE_PROGRAM"), "analyze"};
    command.insert(command.end(), files.begin(), files.end());
    command.insert(command.end(), {"--pmd", "pcap", "--separate", "-q", "-o", folder.path()});
    PortRun run{run_program(command), {}, {}};
    if (run.finished.status != 0) return run;
    run.flows = read_csv(folder.path() / "flows.csv");
    run.facts = nlohmann::json::parse(read_file(folder.path() / "run.json"));
    return run;
}

/// What net_pcap shows as it is: plain files of whole Ethernet frames.
bool suits_port(const std::string& file) {
    if (file.ends_with(".gz") || file.ends_with(".zst")) return false;
    bool suits = true;
    capture::walk(*capture::open({file, ""}), [&](const capture::Record& record, std::uint64_t,
                                                  std::uint64_t) {
        suits = suits && record.link == LinkType::ethernet && record.captured == record.wire_length;
    });
    return suits;
}

bool has_nanoseconds(const std::string& file) {
    bool any = false;
    capture::walk(*capture::open({file, ""}),
                  [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
                      any = any || record.time % 1000 != 0;
                  });
    return any;
}

/// A row as a reader with microseconds only can have it: without spans of time, the flow's id
/// (which is made from its first time stamp), and all but µs of its beginning.
std::vector<CsvTable::Row> in_microseconds(const CsvTable& table) {
    static const std::regex span("\\+-?[0-9.]+");
    std::vector<CsvTable::Row> rows;
    for (CsvTable::Row row : table.rows()) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string& name = table.header()[i];
            if (name.ends_with("_ms") || name == "flow_id" || name == "slowest_step") row[i] = "";
            if (name == "start_time") row[i] = row[i].substr(0, row[i].find('.') + 7);
            if (name == "evidence") row[i] = std::regex_replace(row[i], span, "");
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

CsvTable of_file(const CsvTable& table, const std::string& file) {
    std::string text;
    for (const std::string& name : table.header())
        text += (text.empty() ? "" : ",") + name;
    CsvTable part(text + "\n");
    for (const CsvTable::Row& row : table.rows()) {
        if (table.cell(row, "file") == file) part.add(row);
    }
    return part;
}

TEST(PcapPort, GivesTheRowsOfTheFileItself) {
    std::vector<std::string> files{small_mixed().path};
    for (const std::string& name : case_names()) {
        const std::string file = capture_in(source_root() / "pcaps" / name);
        if (suits_port(file)) files.push_back(file);
    }
    ASSERT_GT(files.size(), 80U);
    const PortRun run = run_port(files);
    ASSERT_EQ(run.finished.status, 0) << run.finished.err;
    for (const std::string& file : files) {
        const CsvTable own = analyse({file}).flows;
        const CsvTable port = of_file(run.flows, file);
        if (has_nanoseconds(file)) {
            EXPECT_TRUE(in_microseconds(port) == in_microseconds(own)) << file;
        } else {
            EXPECT_TRUE(port.rows() == own.rows()) << file;
        }
    }
}

/// Fails when frames come another way than through the port.
TEST(PcapPort, IsAPort) {
    const PortRun run = run_port({small_mixed().path});
    ASSERT_EQ(run.finished.status, 0) << run.finished.err;
    EXPECT_EQ(run.facts["mode"], "net_pcap");
    // A port has no compressed files, other link types or cut frames: it says so.
    const PortRun loopback =
        run_port({source_root() / "pcaps/incomplete_snap_length_96/capture.pcap"});
    ASSERT_EQ(loopback.finished.status, 0) << loopback.finished.err;
    EXPECT_NE(loopback.facts.dump().find("wire length"), std::string::npos);
    const PortRun compressed =
        run_port({source_root() / "pcaps/sni_rejected_nginx/capture.pcap.gz"});
    EXPECT_EQ(compressed.finished.status, 1);
    EXPECT_NE(compressed.finished.err.find("net_pcap"), std::string::npos);
}

}  // namespace
}  // namespace tlstriage::test
