#include "bulk_flows.h"

#include <algorithm>

namespace tlstriage::generate {
namespace {

// A flow's mean size in the file, as in the bulk profile's defaults.
constexpr double usual_flow_bytes = 100'000;

double mean_of(const GenerateOptions& options, double share) {
    if (options.size == 0) return usual_flow_bytes;
    // So many at least that the share can be met.
    const double limit = static_cast<double>(options.size) * share / 20;
    return std::clamp(limit, 1000.0, usual_flow_bytes);
}

WorldSize world_size(const GenerateOptions& options, double share) {
    WorldSize size;
    size.servers = 500;
    const double flows = static_cast<double>(options.size) * share / usual_flow_bytes;
    size.clients = static_cast<std::uint32_t>(std::clamp(flows / 40, 400.0, 1e6));
    return size;
}

std::map<std::string, std::string> claims_of(const Flow& flow, const Truth& truth) {
    return {{"outcome", truth.verdict.outcome},
            {"phase", truth.verdict.phase},
            {"cause", truth.verdict.cause},
            {"actor", truth.verdict.actor},
            {"alert_sender", truth.verdict.alert_sender},
            {"alert", truth.verdict.alert},
            {"rst_sender", std::string(first_sender(flow, tcp_flag::rst))},
            {"fin_sender", std::string(first_sender(flow, tcp_flag::fin))},
            {"sni", truth.server_name},
            {"alpn", truth.application_protocol},
            {"version", truth.version},
            {"cipher", truth.cipher}};
}

}  // namespace

BulkFlows::BulkFlows(const GenerateOptions& options, double share, std::int64_t start)
    : format_(options.format),
      mean_(mean_of(options, share)),
      rng_(options.plan.seed),
      pool_(rng_),
      world_(world_size(options, share), start / second, rng_),
      planner_(options.plan, world_, pool_),
      builder_(pool_) {}

PlannedFlow BulkFlows::next(std::int64_t start) {
    const auto payload = static_cast<std::uint32_t>(mean_ * (0.3 + rng_.exponential(0.7)));
    PlannedFlow planned = planner_.plan(count_++, start, payload);
    for (const auto& segment : planned.flow.segments) {
        bytes_ += FrameBuilder::length(planned.flow, segment) + CaptureWriter::overhead(format_);
    }
    return planned;
}

std::vector<std::string> BulkFlows::columns() {
    std::vector<std::string> all;
    for (const auto& [column, value] : claims_of({}, {}))
        all.push_back(column);
    return all;
}

LabTruthRow BulkFlows::truth(const PlannedFlow& planned, std::uint64_t first_frame) {
    const Flow& flow = planned.flow;
    const Host& client = flow.host(Side::client);
    const Host& server = flow.host(Side::server);
    LabTruthRow row;
    row.case_name = "bulk";
    row.client_ip = address_text(client, flow.ipv6);
    row.client_port = std::to_string(client.port);
    row.server_ip = address_text(server, flow.ipv6);
    row.server_port = std::to_string(server.port);
    row.start_time = flow.segments.front().time;
    row.first_frame = first_frame;
    row.claims = claims_of(flow, planned.truth);
    return row;
}

}  // namespace tlstriage::generate
