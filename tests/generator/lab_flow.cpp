#include "generator/lab_flow.h"

#include <set>
#include <sstream>

namespace tlstriage::test {
namespace {

constexpr const char* not_claimed = "?";

std::map<std::string, std::string> named_values(const std::string& text) {
    std::map<std::string, std::string> values;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ';');) {
        const auto equals = part.find('=');
        if (equals != std::string::npos) values[part.substr(0, equals)] = part.substr(equals + 1);
    }
    return values;
}

LabFlow read_flow(const CsvTable& truth, const CsvTable::Row& row) {
    static const std::set<std::string> places{"case",        "copy",        "client_ip",
                                              "client_port", "server_ip",   "server_port",
                                              "start_time",  "first_frame", "also_right"};
    LabFlow flow;
    flow.case_name = truth.cell(row, "case");
    flow.copy = std::stoull(truth.cell(row, "copy"));
    flow.client_ip = truth.cell(row, "client_ip");
    flow.client_port = truth.cell(row, "client_port");
    flow.server_ip = truth.cell(row, "server_ip");
    flow.server_port = truth.cell(row, "server_port");
    flow.first_frame = truth.cell(row, "first_frame");
    flow.also_right = named_values(truth.cell(row, "also_right"));
    for (const std::string& column : truth.header()) {
        const std::string& value = truth.cell(row, column);
        if (!places.contains(column) && value != not_claimed) flow.claims[column] = value;
    }
    return flow;
}

std::vector<std::string> compare(const LabFlow& flow,
                                 const std::map<std::string, std::string>& claims,
                                 const CsvTable& flows, const CsvTable::Row& row) {
    std::vector<std::string> lines;
    for (const auto& [column, right] : claims) {
        if (!flows.has(column)) continue;
        const std::string ours(unguarded(flows.cell(row, column)));
        const bool both_no = right == "no" && ours.empty();  // as expected.json's false
        if (ours == right || both_no) continue;
        lines.push_back(flow.case_name + ", copy " + std::to_string(flow.copy) + ", frame " +
                        flow.first_frame + ": " + column + " is '" + ours + "', right is '" +
                        right + "'");
    }
    return lines;
}

}  // namespace

std::vector<LabFlow> read_lab_truth(const std::filesystem::path& path) {
    const CsvTable truth = read_csv(path);
    std::vector<LabFlow> flows;
    for (const CsvTable::Row& row : truth.rows())
        flows.push_back(read_flow(truth, row));
    return flows;
}

LabRows::LabRows(const CsvTable& flows) {
    for (const CsvTable::Row& row : flows.rows()) {
        rows_[{flows.cell(row, "client_ip"), flows.cell(row, "client_port"),
               flows.cell(row, "server_ip"), flows.cell(row, "server_port"),
               flows.cell(row, "first_frame")}] = &row;
    }
}

const CsvTable::Row* LabRows::find(const LabFlow& flow) const {
    const auto found = rows_.find(
        {flow.client_ip, flow.client_port, flow.server_ip, flow.server_port, flow.first_frame});
    return found == rows_.end() ? nullptr : found->second;
}

std::vector<std::string> claim_differences(const LabFlow& flow, const CsvTable& flows,
                                           const CsvTable::Row& row) {
    auto lines = compare(flow, flow.claims, flows, row);
    if (lines.empty() || flow.also_right.empty()) return lines;
    auto other = flow.claims;
    other.erase("confidence");  // of the other answer only as far as that says it
    for (const auto& [column, value] : flow.also_right)
        other[column] = value;
    return compare(flow, other, flows, row).empty() ? std::vector<std::string>{} : lines;
}

}  // namespace tlstriage::test
