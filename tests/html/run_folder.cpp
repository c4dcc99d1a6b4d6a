#include "html/run_folder.h"

#include <sstream>

#include "report/columns.h"
#include "report/inventory_columns.h"
#include "report/name_columns.h"
#include "report/summary_columns.h"
#include "support/csv.h"

namespace tlstriage::test {
namespace {

using Names = std::vector<std::string>;

/// The columns that the program writes.
template <class Columns>
Names names_of(const Columns& columns) {
    Names names;
    std::apply([&](const auto&... column) { (..., names.emplace_back(column.name)); }, columns);
    return names;
}

std::string table(const Names& names, const std::vector<MadeRow>& rows) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    text += "\r\n";
    for (const MadeRow& row : rows) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto cell = row.find(names[i]);
            text += std::string(i == 0 ? "" : ",") +
                    (cell == row.end() ? "" : quoted_cell(cell->second));
        }
        text += "\r\n";
    }
    return text;
}

std::vector<MadeRow> servers_of(const std::vector<MadeRow>& flows) {
    std::map<std::pair<std::string, std::string>, std::map<std::string, int>> counts;
    for (const MadeRow& flow : flows) {
        auto& server = counts[{flow.at("server_ip"), flow.at("server_port")}];
        ++server["flows"];
        ++server[flow.at("outcome")];
    }
    std::vector<MadeRow> rows;
    for (const auto& [server, count] : counts) {
        MadeRow row{{"server_ip", server.first}, {"server_port", server.second}};
        for (const auto& [column, flows_of_it] : count)
            row[column] = std::to_string(flows_of_it);
        rows.push_back(row);
    }
    return rows;
}

std::string run_json(std::size_t rows) {
    std::ostringstream text;
    text << R"({"tlstriage": "0.1.0", "inputs": {"traces": [)"
         << R"({"name": "a.pcap", "bytes": 10, "frames": 2, "archive": 0, "dropped": 0},)"
         << R"({"name": "it's b.pcap", "bytes": 10, "frames": 2, "archive": 1, "dropped": 3,)"
         << R"( "damage": [{"offset": 5, "bytes": 7, "reason": "no record"}]}],)"
         << R"("not_read": [{"path": "c.pcap", "reason": "not there"}], "ignored": []},)"
         << R"("capture": {"first_packet": "2026-11-23T22:00:00.000000000Z",)"
         << R"("last_packet": "2026-11-23T23:00:00.000000000Z", "bytes": 20, "frames": 4},)"
         << R"("flows": {"tcp_connections": 9, "rows": )" << rows << "}}\n";
    return text.str();
}

}  // namespace

std::string quoted_cell(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

void RunFolder::add_flow(MadeRow row) {
    const MadeRow usual{{"flow_id", "f" + std::to_string(flows_.size())},
                        {"file", "a.pcap"},
                        {"first_frame", "1"},
                        {"last_frame", "9"},
                        {"start_time", "2026-11-23T22:08:06.000000001Z"},
                        {"duration_ms", "2.500"},
                        {"client_ip", "192.0.2.1"},
                        {"client_port", "50000"},
                        {"server_ip", "198.51.100.2"},
                        {"server_port", "443"},
                        {"outcome", "ok"},
                        {"cause", "none"}};
    row.insert(usual.begin(), usual.end());
    flows_.push_back(std::move(row));
}

void RunFolder::write(const std::map<std::string, std::vector<MadeRow>>& rows) const {
    const auto rows_of = [&](const std::string& name) {
        const auto found = rows.find(name);
        return found == rows.end() ? std::vector<MadeRow>{} : found->second;
    };
    write_file(file("flows.csv"), table(names_of(report::flow_columns), flows_));
    write_file(file("servers.csv"), table(names_of(report::server_columns), servers_of(flows_)));
    write_file(file("summary.csv"), table(names_of(report::summary_columns), rows_of("summary")));
    write_file(file("certificates.csv"),
               table(names_of(report::certificate_columns), rows_of("certificates")));
    write_file(file("dns.csv"), table(names_of(report::name_columns), rows_of("dns")));
    write_file(file("run.json"), run_json(flows_.size()));
}

}  // namespace tlstriage::test
