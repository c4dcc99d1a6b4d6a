#include "html/page.h"

#include <fmt/format.h>

#include "html/damaged_file.h"
#include "html/model.h"
#include "html/page_parts.h"
#include "html/page_text.h"
#include "report/files.h"

namespace tlstriage::html {
namespace {

constexpr std::size_t most_list_rows = 500;
constexpr std::size_t most_pinned = 200;

/// The examples of the largest groups, which the page links to.
std::set<std::string, std::less<>> examples_of(const KeptTable& groups) {
    const auto column = std::ranges::find(groups.columns, "example_flow_id");
    const auto at = static_cast<std::size_t>(column - groups.columns.begin());
    std::set<std::string, std::less<>> examples;
    for (const auto& row : groups.rows) {
        if (examples.size() == most_pinned) break;
        examples.insert(row[at]);
    }
    return examples;
}

/// Files of different runs in one folder would make a page that contradicts itself.
void check_same_run(const std::filesystem::path& folder, const Model& model) {
    const std::uint64_t rows = model.flows.rows;
    if (model.run.rows != rows) {
        throw DamagedFile(folder, fmt::format("the flows table has {} rows, run.json says {}: "
                                              "these are not of one run, or one was cut short",
                                              rows, model.run.rows));
    }
    if (model.servers.flows != rows) {
        throw DamagedFile(folder, fmt::format("the flows table has {} rows, the servers table "
                                              "counts {} flows: these are not of one run",
                                              rows, model.servers.flows));
    }
}

Model read_model(const std::filesystem::path& folder, const Limits& limits) {
    RunFile run = read_run(folder);
    KeptTable groups = read_groups(folder, most_list_rows);
    const auto pinned = examples_of(groups);
    Model model{.run = std::move(run),
                .flows = count_flows(folder, limits, pinned),
                .servers = read_servers(folder, most_list_rows),
                .certificates = read_certificates(folder, most_list_rows),
                .names = read_names(folder, most_list_rows),
                .groups = std::move(groups)};
    check_same_run(folder, model);
    return model;
}

}  // namespace

PageFacts write_page(const std::filesystem::path& run, const std::filesystem::path& output,
                     const Limits& limits) {
    const Model model = read_model(run, limits);
    const std::string data = script_safe(to_json(model));
    const std::filesystem::path folder = output.has_parent_path() ? output.parent_path() : ".";
    report::OutputFile file(folder, output.filename().string());
    file.write(page_before_data);
    file.write(data);
    file.write(page_after_data);
    file.commit();
    return {.rows = model.flows.rows,
            .rows_shown = model.flows.troubled.size() + model.flows.others.size(),
            .bytes = page_before_data.size() + data.size() + page_after_data.size()};
}

}  // namespace tlstriage::html
