#include "ladder/json.h"

#include <nlohmann/json.hpp>

#include "report/columns.h"
#include "report/safe_text.h"

namespace tlstriage::ladder {
namespace {

using Json = nlohmann::ordered_json;
using report::printable;

std::string_view name(StepKind kind) {
    switch (kind) {
        case StepKind::segment: return "segment";
        case StepKind::data: return "data";
        case StepKind::lookup: return "lookup";
        case StepKind::icmp: return "icmp";
        case StepKind::silence: return "silence";
        case StepKind::left_out: return "left_out";
    }
    return {};
}

std::string_view name(Party party) {
    switch (party) {
        case Party::client: return "client";
        case Party::server: return "server";
        case Party::middlebox: return "middlebox";
        case Party::router: return "router";
        case Party::resolver: return "resolver";
        case Party::nobody: return {};
    }
    return {};
}

std::string_view name(Repeat repeat) {
    switch (repeat) {
        case Repeat::none: return {};
        case Repeat::retransmission: return "retransmission";
        case Repeat::out_of_order: return "out_of_order";
        case Repeat::keep_alive: return "keep_alive";
        case Repeat::duplicate_acknowledgement: return "duplicate_acknowledgement";
    }
    return {};
}

double in_milliseconds(Nanoseconds span) {
    return static_cast<double>(span) / 1e6;
}

Json step_json(const Step& step, const report::Row& row) {
    Json json{{"kind", name(step.kind)}};
    if (step.at.frame != 0) {
        json["frame"] = step.at.frame;
        json["last_frame"] = step.last_frame;
        json["file"] = printable(row.files[step.file]);
    }
    report::Buffer time;
    report::append_time(step.at.time, time);
    json["time"] = time.text();
    json["since_start_ms"] = in_milliseconds(step.since_start);
    json["since_previous_ms"] = in_milliseconds(step.since_previous);
    if (step.lasted != 0) json["lasted_ms"] = in_milliseconds(step.lasted);
    if (step.frames > 1) json["segments"] = step.frames;
    if (step.from != Party::nobody) json["from"] = name(step.from);
    if (step.to != Party::nobody) json["to"] = name(step.to);
    if (!step.third.empty()) json["address"] = step.third;
    if (step.repeat != Repeat::none) json["repeat"] = name(step.repeat);
    if (step.decisive) json["decisive"] = true;
    json["title"] = printable(step.title);
    if (!step.details.empty()) {
        json["details"] = Json::array();
        for (const std::string& detail : step.details)
            json["details"].push_back(printable(detail));
    }
    return json;
}

Json hints_json(const std::vector<Hint>& hints) {
    Json json = Json::array();
    for (const Hint& hint : hints)
        json.push_back({{"name", hint.name}, {"text", hint.text}});
    return json;
}

Json row_json(const report::Row& row) {
    report::Buffer cells;
    report::append_row(report::TableFormat::jsonl, row, report::flow_columns, cells);
    return Json::parse(cells.view());
}

}  // namespace

std::string to_json(const report::Row& row, const Ladder& ladder, const std::string& carve) {
    Json json{{"row", row_json(row)}, {"steps", Json::array()}};
    for (const Step& step : ladder.steps)
        json["steps"].push_back(step_json(step, row));
    json["certainty"] = ladder.certainty;
    json["candidates"] = hints_json(ladder.candidates);
    json["notes"] = hints_json(ladder.notes);
    json["copies"] = ladder.copies;
    json["unkept"] = ladder.unkept;
    json["carve"] = printable(carve);
    return json.dump(2);
}

}  // namespace tlstriage::ladder
