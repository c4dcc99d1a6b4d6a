#include "report/run_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::report {
namespace {

using Json = nlohmann::ordered_json;

std::string time_text(Nanoseconds time) {
    Buffer out;
    append_time(time, out);
    return out.text();
}

Json damage_json(const std::vector<capture::Damage>& damage) {
    Json list = Json::array();
    for (const auto& d : damage) {
        list.push_back({{"offset", d.offset}, {"bytes", d.bytes}, {"reason", printable(d.reason)}});
    }
    return list;
}

Json trace_json(const TraceFacts& trace) {
    Json json{{"name", printable(trace.name)},
              {"bytes", trace.bytes},
              {"frames", trace.frames},
              {"archive", trace.archive},
              {"dropped", trace.dropped}};
    if (!trace.damage.empty()) json["damage"] = damage_json(trace.damage);
    if (!trace.error.empty()) json["error"] = printable(trace.error);
    return json;
}

Json outcomes_json(const wire::OutcomeCounts& counts, wire::OutcomeKind kind) {
    Json json = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto& info = wire::outcome_infos[i];
        if (info.kind == kind && counts[i] > 0) json[std::string(info.name)] = counts[i];
    }
    return json;
}

Json flows_json(const RunFacts& facts) {
    Json other = Json::object();
    for (std::size_t i = 0; i < facts.shards.ignored_flows.size(); ++i) {
        if (facts.shards.ignored_flows[i] > 0) {
            other[std::string(sense::protocol_names[i])] = facts.shards.ignored_flows[i];
        }
    }
    return {{"tcp_connections", facts.shards.flows},
            {"rows", facts.rows},
            {"without_row", facts.without_row},
            {"not_tls_by_protocol", other},
            {"evicted", facts.shards.flows_evicted},
            {"duplicate_packets", facts.shards.duplicate_packets}};
}

Json inputs_json(const RunFacts& facts) {
    Json json{{"traces", Json::array()}, {"not_read", Json::array()}, {"ignored", Json::array()}};
    for (const TraceFacts& trace : facts.traces)
        json["traces"].push_back(trace_json(trace));
    for (const auto& [path, reason] : facts.problems) {
        json["not_read"].push_back({{"path", printable(path)}, {"reason", printable(reason)}});
    }
    for (const std::string& path : facts.ignored)
        json["ignored"].push_back(printable(path));
    return json;
}

void add_live(const LiveFacts& live, Json& json) {
    json["window"] = {{"begin", time_text(live.begin)}, {"end", time_text(live.end)}};
    json["ports"] = Json::array();
    for (const PortFacts& port : live.ports) {
        json["ports"].push_back({{"name", printable(port.name)},
                                 {"driver", printable(port.driver)},
                                 {"packets", port.packets},
                                 {"bytes", port.bytes},
                                 {"cut_frames", port.cut_frames},
                                 {"merged_frames", port.merged_frames}});
    }
    json["drops"] = Json::object();
    for (const auto& [cause, frames] : live.drops)
        json["drops"][cause] = frames;
    json["frames_lost"] = live.frames_lost;
    json["open_flows"] = live.open_flows;
    json["windows_lost"] = live.windows_lost;
}

}  // namespace

void RunFacts::see_archives(const std::vector<engine::Archive>& archives) {
    engine::Archive all;
    for (const engine::Archive& archive : archives) {
        if (archive.any) all.see(archive.first_packet, archive.last_packet);
    }
    capture_first = all.first_packet;
    capture_last = all.last_packet;
}

void RunFacts::count_traces() {
    bytes = frames = 0;
    for (const TraceFacts& trace : traces) {
        frames += trace.frames;
        bytes += trace.bytes;
    }
}

bool RunFacts::lossy() const {
    return !problems.empty() || std::ranges::any_of(traces, [](const TraceFacts& trace) {
        return !trace.damage.empty() || !trace.error.empty();
    });
}

std::string to_json(const RunFacts& facts) {
    Json json{{"tlstriage", facts.version}, {"mode", facts.mode}, {"threads", facts.threads}};
    if (facts.live) {
        add_live(*facts.live, json);
    } else {
        json["inputs"] = inputs_json(facts);
    }
    if (!facts.remarks.empty()) json["remarks"] = facts.remarks;
    json["capture"] = {{"first_packet", time_text(facts.capture_first)},
                       {"last_packet", time_text(facts.capture_last)},
                       {"bytes", facts.bytes},
                       {"frames", facts.frames}};
    Json links = Json::object();
    for (const auto& [link, frames] : facts.frames_by_link_type)
        links[std::to_string(link)] = frames;
    json["frames_by_link_type"] = links;
    json["frames"] = {
        {"used", outcomes_json(facts.outcomes, wire::OutcomeKind::used)},
        {"left_alone", outcomes_json(facts.outcomes, wire::OutcomeKind::left_alone)},
        {"undecodable", outcomes_json(facts.outcomes, wire::OutcomeKind::undecodable)}};
    json["fragments"] = {{"seen", facts.fragments.fragments},
                         {"datagrams_reassembled", facts.fragments.reassembled},
                         {"datagrams_given_up", facts.fragments.given_up}};
    json["flows"] = flows_json(facts);
    json["lookups"] = {{"failed", facts.names_failed}, {"slow", facts.names_slow}};
    json["time"] = {
        {"wall_seconds", facts.wall_seconds},
        {"cpu_seconds", facts.cpu_seconds},
        {"frames_per_second",
         facts.wall_seconds > 0 ? static_cast<double>(facts.frames) / facts.wall_seconds : 0},
        {"bytes_per_second",
         facts.wall_seconds > 0 ? static_cast<double>(facts.bytes) / facts.wall_seconds : 0}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tlstriage::report
