#include "html/model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <unordered_map>

#include "html/flow_columns.h"
#include "html/headline.h"
#include "html/page_text.h"

namespace tlstriage::html {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t ok = 0;
constexpr std::size_t not_tls = 3;

/// {"version", "first_packet", ..., "traces": count, "shown_traces": [{"name", ...}], "losses": []}
Json run_json(const RunFile& run) {
    constexpr std::size_t most_traces = 200;
    constexpr std::size_t most_losses = 200;
    Json json{{"version", run.version},         {"first_packet", run.first_packet},
              {"last_packet", run.last_packet}, {"bytes", run.bytes},
              {"frames", run.frames},           {"connections", run.connections},
              {"traces", run.traces.size()},    {"shown_traces", Json::array()},
              {"losses", Json::array()},        {"remarks", run.remarks}};
    std::uint64_t losses = run.not_read.size();
    for (const std::string& path :
         std::span(run.not_read).first(std::min(run.not_read.size(), most_losses)))
        json["losses"].push_back(path);
    std::uint64_t dropped = 0;
    for (const RunTrace& trace : run.traces) {
        dropped += trace.dropped;
        if (json["shown_traces"].size() < most_traces) {
            json["shown_traces"].push_back(
                {{"name", trace.name}, {"bytes", trace.bytes}, {"frames", trace.frames}});
        }
        losses += trace.losses.size();
        for (const std::string& loss : trace.losses) {
            if (json["losses"].size() < most_losses)
                json["losses"].push_back(trace.name + ": " + loss);
        }
    }
    json["dropped"] = dropped;
    json["loss_count"] = losses;
    return json;
}

/// [{"outcome", "cause", "flows", "reasons": [[word, flows]], "line": [flows by bucket]}]
Json causes_json(const FlowTotals& flows) {
    Json json = Json::array();
    for (std::size_t i = 0; i < flows.causes.size(); ++i) {
        const CauseTotal& cause = flows.causes[i];
        json.push_back({{"outcome", outcomes[cause.outcome]},
                        {"cause", cause.cause},
                        {"flows", cause.flows},
                        {"reasons", cause.reasons.sorted()},
                        {"line", flows.time_line.counts(i)}});
    }
    return json;
}

/// [{"step", "flows", "slowest": flows, "counts": [...], "p50": ns, ..., "exact": bool}]
Json steps_json(const FlowTotals& flows) {
    Json json = Json::array();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Spans& spans = flows.spans[i];
        Json step{{"step", steps[i]},
                  {"flows", spans.size()},
                  {"slowest", flows.slowest[i]},
                  {"counts", spans.counts()},
                  {"exact", spans.exact()}};
        if (spans.size() > 0) {
            step["p50"] = spans.quantile(0.50);
            step["p95"] = spans.quantile(0.95);
            step["p99"] = spans.quantile(0.99);
            step["longest"] = spans.longest();
        }
        json.push_back(std::move(step));
    }
    return json;
}

Json tally_json(const Tally& tally) {
    return {{"words", tally.sorted()}, {"others", tally.others()}};
}

Json table_json(const KeptTable& table) {
    return {{"columns", table.columns}, {"rows", table.rows}, {"total", table.total}};
}

/// Rows of flows as the page holds them. A cell of a column that repeats is a number: its place in
/// `strings`; other cells are texts. Behind the columns: the place of the inputs of its command.
class FlowRows {
  public:
    explicit FlowRows(const RunFile& run) : inputs_(run) {}

    void add(const FlowSample& sample) {
        for (const FlowSample::Cells* const cells : sample.rows()) {
            Json row = Json::array();
            for (std::size_t i = 0; i < cells->size(); ++i) {
                if (flow_columns[i].repeats == Repeats::yes) {
                    row.push_back(place_of((*cells)[i]));
                } else {
                    row.push_back((*cells)[i]);
                }
            }
            row.push_back(place_of(inputs_.of((*cells)[place(Flow::file)])));
            rows_.push_back(std::move(row));
        }
    }

    Json json() && {
        Json columns = Json::array();
        Json repeating = Json::array();
        for (const FlowColumn& column : flow_columns) {
            columns.push_back(column.name);
            repeating.push_back(column.repeats == Repeats::yes);
        }
        columns.push_back("inputs");
        repeating.push_back(true);
        return {{"columns", std::move(columns)},
                {"repeating", std::move(repeating)},
                {"strings", std::move(strings_)},
                {"rows", std::move(rows_)}};
    }

  private:
    std::size_t place_of(const std::string& text) {
        const auto [found, fresh] = places_.emplace(text, strings_.size());
        if (fresh) strings_.push_back(text);
        return found->second;
    }

    CommandInputs inputs_;
    Json strings_ = Json::array();
    Json rows_ = Json::array();
    std::unordered_map<std::string, std::size_t> places_;
};

Json flows_json(const Model& model) {
    FlowRows rows(model.run);
    rows.add(model.flows.troubled);
    rows.add(model.flows.others);
    Json json = std::move(rows).json();
    const auto& counts = model.flows.by_outcome;
    json["troubled_total"] = model.flows.rows - counts[ok] - counts[not_tls];
    json["troubled_shown"] = model.flows.troubled.size();
    json["others_total"] = counts[ok] + counts[not_tls];
    json["others_shown"] = model.flows.others.size();
    return json;
}

/// What words mean: events of the column `evidence`, and reasons.
Json vocabulary_json() {
    Json json{{"events", Json::object()}, {"reasons", Json::object()}};
#define EVENT(symbol, text) json["events"][#symbol] = text;
#include "evidence/events.def"
#undef EVENT
#define WORD(symbol, text) \
    if (!std::string_view(text).empty()) json["reasons"][#symbol] = text;
#include "verdict/words.def"
#undef WORD
    return json;
}

}  // namespace

std::string to_json(const Model& model) {
    const FlowTotals& flows = model.flows;
    const Headline headline =
        headline_of(flows, model.servers, model.choice ? "chosen flow" : "flow");
    Json json{{"headline", {{"title", headline.title}, {"text", headline.text}}},
              {"run", run_json(model.run)}};
    if (model.choice) {
        json["choice"] = {{"text", page_text(model.choice->text, most_of_cell)},
                          {"of", model.choice->of}};
    }
    json["totals"] = {{"flows", flows.rows}};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        json["totals"][std::string(outcomes[i])] = flows.by_outcome[i];
    json["causes"] = causes_json(flows);
    if (!flows.time_line.empty()) {
        // Milliseconds, as a browser counts time.
        json["time"] = {{"start", flows.time_line.start() / milliseconds(1)},
                        {"width", flows.time_line.width() / milliseconds(1)}};
    }
    json["steps"] = steps_json(flows);
    json["step_bounds"] = Spans::bounds;
    json["versions"] = tally_json(flows.versions);
    json["ciphers"] = tally_json(flows.ciphers);
    json["groups"] = tally_json(flows.groups);
    json["alpns"] = tally_json(flows.alpns);
    json["alerts"] = tally_json(flows.alerts);
    json["actors"] = tally_json(flows.actors);
    json["servers"] = table_json(model.servers.table);
    json["servers"]["failing"] = model.servers.failing_servers;
    json["certificates"] = table_json(model.certificates.table);
    json["certificates"]["bounds"] = CertificateTable::bounds;
    json["certificates"]["by_days_left"] = model.certificates.by_days_left;
    json["names"] = table_json(model.names);
    json["failures"] = table_json(model.groups);
    json["flows"] = flows_json(model);
    json["vocabulary"] = vocabulary_json();
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tlstriage::html
