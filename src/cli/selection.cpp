#include "cli/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "capture/walk.h"
#include "cli/console.h"
#include "report/safe_text.h"
#include "wire/decode.h"
#include "wire/icmp.h"

namespace tlstriage::cli {
namespace {

constexpr auto group = "Which flows";

/// The flow of a frame; equal ends for none. Fragments are not put together here.
FlowKey ends_of(const capture::Record& record) {
    wire::Packet packet;
    const wire::Outcome outcome =
        wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
    if (outcome == wire::Outcome::tcp) {
        return FlowKey::between(packet.source(), packet.destination());
    }
    if (outcome == wire::Outcome::icmp_error) {
        const auto quoted = wire::quoted_segment(packet);
        if (quoted) return FlowKey::between(quoted->source, quoted->destination);
    }
    return {};
}

/// What frame `number` of a trace is; empty when it ends before.
std::optional<report::Selection::Frame> find_frame(const capture::Trace& trace,
                                                   std::uint64_t number) {
    std::optional<report::Selection::Frame> found;
    const auto source = capture::open(trace.input);
    capture::walk(*source, [&](const capture::Record& record, std::uint64_t frame, std::uint64_t) {
        if (frame == number) found = {.at = {record.time, frame}, .ends = ends_of(record)};
        return frame < number;
    });
    return found;
}

void choose_frame(report::Selection& selection, std::uint64_t number,
                  const capture::Inputs& inputs) {
    bool any = false;
    for (const capture::Trace& trace : inputs.traces) {
        if (trace.input.path == "-") {
            throw std::invalid_argument("--frame needs a file, as standard input is read once");
        }
        if (const auto frame = find_frame(trace, number)) {
            selection.choose_frame(*frame);
            any = true;
        }
    }
    if (!any) throw std::invalid_argument(fmt::format("no capture has a frame {}", number));
}

void choose_flow(report::Selection& selection, const std::string& id,
                 const capture::Inputs& inputs) {
    if (id != "-") return selection.choose_flow(id);
    const auto is_standard_input = [](const capture::Trace& trace) {
        return trace.input.path == "-";
    };
    if (std::ranges::any_of(inputs.traces, is_standard_input)) {
        throw std::invalid_argument(
            "standard input can be the capture or the rows of --flow -, not both");
    }
    selection.choose_rows(std::cin);
}

}  // namespace

bool SelectionOptions::empty() const {
    return where.empty() && flows.empty() && causes.empty() && names.empty() && clients.empty() &&
           servers.empty() && frames.empty();
}

std::string SelectionOptions::text() const {
    std::string text;
    const auto add = [&text](std::string_view option, const std::vector<std::string>& values) {
        for (const std::string& value : values)
            text += fmt::format("{}{} {}", text.empty() ? "" : " ", option, shell_word(value));
    };
    add("--where", where);
    add("--flow", flows);
    add("--cause", causes);
    add("--sni", names);
    add("--client", clients);
    add("--server", servers);
    for (const std::uint64_t frame : frames)
        add("--frame", {std::to_string(frame)});
    return text;
}

const char* const selection_help = R"(
--where takes conditions, all of which must hold, separated by commas (a backslash before one that
belongs to a value). A condition is a column of flows.csv, an operator and a value:
  =  !=        the cell is the value; * stands for any text, ? for one character, | for or
  ~  !~        the value is somewhere in the cell
  <  <=  >  >= numbers, and times (2026-11-23, 2026-11-23T22:08, 2026-11-23T22:08:06.5Z)
The short forms may be given several times: one of each kind must hold, of all kinds given.)";

void define_selection(CLI::App& command, SelectionOptions& options) {
    const auto add = [&](const std::string& name, auto& value, const std::string& meaning,
                         const std::string& type) {
        command.add_option(name, value, meaning)
            ->option_text(type)
            ->allow_extra_args(false)
            ->group(group);
    };
    add("--where", options.where, "Conditions on columns of flows.csv (see below)",
        "COLUMN=VALUE,...");
    add("--flow", options.flows,
        "A flow_id; - takes rows of a flows.csv, or ids, from standard input", "ID");
    add("--cause", options.causes, "Flows of that cause", "CAUSE");
    add("--sni", options.names, "Flows to that server name; * and ? are wildcards", "NAME");
    add("--client", options.clients, "Flows of that client", "ADDRESS[:PORT]");
    add("--server", options.servers, "Flows to that server", "ADDRESS[:PORT]");
    add("--frame", options.frames, "The flow that frame N of a capture is about", "N");
}

report::Selection selection_of(const SelectionOptions& options, const capture::Inputs& inputs) {
    report::Selection selection;
    try {
        for (const std::string& text : options.where)
            selection.add_where(text);
        for (const std::string& name : options.causes)
            selection.choose_cause(name);
        for (const std::string& pattern : options.names)
            selection.choose_sni(pattern);
        for (const std::string& end : options.clients)
            selection.choose_client(end);
        for (const std::string& end : options.servers)
            selection.choose_server(end);
        for (const std::string& id : options.flows)
            choose_flow(selection, id, inputs);
        for (const std::uint64_t number : options.frames)
            choose_frame(selection, number, inputs);
    } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError(error.what());
    }
    return selection;
}

}  // namespace tlstriage::cli
