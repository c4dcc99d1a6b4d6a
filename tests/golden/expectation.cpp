#include "golden/expectation.h"

#include <algorithm>
#include <set>

namespace tlstriage::test {
namespace {

using nlohmann::json;

bool is_claim(const std::string& member) {
    static const std::set<std::string> others{"why", "also_right", "decode_as"};
    return !others.contains(member) && !member.starts_with("until_");
}

std::string as_cell(const json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_string()) return value.get<std::string>();
    return value.dump();
}

/// A cell as expected.json would write it.
std::string as_claimed(const json& value, std::string cell) {
    if (value.is_boolean() && cell.empty()) return "no";
    return cell;
}

/// The row of a flow: by its client's end and its first frame.
const CsvTable::Row* find(const CsvTable& table, const json& flow) {
    for (const CsvTable::Row& row : table.rows()) {
        const auto same = [&](const char* column) {
            return table.cell(row, column) == as_cell(flow.at(column));
        };
        if (same("client_ip") && same("client_port") && same("first_frame")) return &row;
    }
    return nullptr;
}

std::vector<std::string> compare(const json& flow, const CsvTable& table,
                                 const CsvTable::Row& row) {
    std::vector<std::string> lines;
    const std::string where = "frame " + as_cell(flow.at("first_frame")) + ": ";
    for (const auto& [member, value] : flow.items()) {
        if (!is_claim(member)) continue;
        if (!table.has(member)) {
            lines.push_back(where + "no column " + member);
            continue;
        }
        const std::string ours = as_claimed(value, table.cell(row, member));
        if (ours != as_cell(value)) {
            lines.push_back(where + member + " is '" + ours + "', right is '" + as_cell(value) +
                            "'");
        }
    }
    return lines;
}

/// Those that were given up as soon as they proved to be something else are counted apart.
std::size_t connections_without_row(const report::RunFacts& facts) {
    std::uint64_t count = facts.without_row;
    for (const std::uint64_t of_protocol : facts.shards.ignored_flows)
        count += of_protocol;
    return count;
}

json overlaid(json flow, const std::string& member) {
    if (!flow.contains(member)) return flow;
    const json other = flow[member];
    flow.erase("confidence");  // of the other answer only as far as that says it
    flow.update(other);
    return flow;
}

std::vector<std::string> judge(const json& flow, const CsvTable& table,
                               const std::string& overlay) {
    const CsvTable::Row* const row = find(table, flow);
    if (row == nullptr) return {"no row for the flow of frame " + as_cell(flow.at("first_frame"))};
    auto lines = compare(overlaid(flow, overlay), table, *row);
    if (!lines.empty() && compare(overlaid(flow, "also_right"), table, *row).empty()) return {};
    return lines;
}

}  // namespace

std::vector<std::string> differences(const json& expected, const Analysis& analysis,
                                     const std::string& overlay) {
    std::vector<std::string> lines;
    const auto count = [&](const char* what, std::size_t right, std::size_t ours) {
        if (right == ours) return;
        lines.push_back(std::to_string(ours) + " " + what + ", right is " + std::to_string(right));
    };
    count("rows", expected.at("flows").size(), analysis.flows.rows().size());
    count("connections without a row", expected.at("not_rows").get<std::size_t>(),
          connections_without_row(analysis.result.facts));
    for (const json& flow : expected.at("flows")) {
        std::ranges::copy(judge(flow, analysis.flows, overlay), std::back_inserter(lines));
    }
    return lines;
}

std::string until_member(const json& expected) {
    for (const json& flow : expected.at("flows")) {
        for (const auto& [member, value] : flow.items()) {
            if (member.starts_with("until_")) return member;
        }
    }
    return {};
}

}  // namespace tlstriage::test
