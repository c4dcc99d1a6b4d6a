#include "html/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "html/damaged_file.h"
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
    for (const auto& row : groups.rows)
        examples.insert(row[at]);
    return examples;
}

/// A cause of failed or incomplete flows: summary.csv does not say which are.
bool troubles(const FlowTotals& flows, std::string_view cause) {
    return std::ranges::any_of(flows.causes, [&](const CauseTotal& total) {
        return total.cause == cause &&
               (outcomes[total.outcome] == "failed" || outcomes[total.outcome] == "incomplete");
    });
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

Model read_model(const std::filesystem::path& folder, const Limits& limits,
                 const std::optional<Choice>& choice) {
    RunFile run = read_run(folder);
    const auto pinned = examples_of(
        read_groups(folder, most_pinned, [](std::string_view cause) { return cause != "none"; }));
    FlowTotals flows = count_flows(folder, limits, pinned);
    KeptTable groups = read_groups(folder, most_list_rows,
                                   [&](std::string_view cause) { return troubles(flows, cause); });
    Model model{.run = std::move(run),
                .flows = std::move(flows),
                .servers = read_servers(folder, most_list_rows),
                .certificates = read_certificates(folder, most_list_rows),
                .names = read_names(folder, most_list_rows),
                .groups = std::move(groups),
                .choice = choice};
    check_same_run(folder, model);
    return model;
}

}  // namespace

PageFacts write_page(const std::filesystem::path& run, const std::filesystem::path& output,
                     const Limits& limits, const std::optional<Choice>& choice) {
    const Model model = read_model(run, limits, choice);
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
