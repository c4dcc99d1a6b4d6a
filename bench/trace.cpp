#include "trace.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/scratch_folder.h"
#include "wire/decode.h"

namespace tlstriage::bench {
namespace {

constexpr const char* flow_count = "4000";

[[noreturn]] void give_up(const std::string& reason) {
    std::fprintf(stderr, "stages: %s\n", reason.c_str());
    std::exit(1);
}

std::vector<std::uint8_t> generate() {
    const ScratchFolder folder;
    const std::string capture = folder.file("mixed.pcap");
    const std::string command = std::string("'" TLSTRIAGE_TRACEGEN "' --profile mixed --flows ") +
                                flow_count + " -o '" + capture + "' > /dev/null";
    if (std::system(command.c_str()) != 0) give_up("failed: " + command);
    std::ifstream file(capture, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void read_records(Trace& trace) {
    std::size_t position = trace.format.header_length();
    capture::Record record;
    while (trace.format.step(trace.bytes, position, record) == capture::Step::record) {
        trace.records.push_back(record);
        trace.record_bytes += record.captured;
        trace.end = std::max(trace.end, record.time);
    }
    if (position != trace.bytes.size()) give_up("the generated trace is damaged");
}

void decode(Trace& trace) {
    std::uint32_t frame = 0;
    for (const capture::Record& record : trace.records) {
        wire::Packet packet;
        wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
        packet.time = record.time;
        packet.frame = frame++;
        if (packet.outcome == wire::Outcome::tcp) trace.packets.push_back(packet);
    }
}

void split_directions(Trace& trace) {
    std::map<std::pair<Endpoint, Endpoint>, std::size_t> places;
    for (const wire::Packet& packet : trace.packets) {
        const auto [place, fresh] =
            places.try_emplace({packet.source(), packet.destination()}, trace.directions.size());
        if (fresh) trace.directions.emplace_back();
        trace.directions[place->second].push_back(
            flow::load_segment(packet, Moment{packet.time, packet.frame + 1U}));
        trace.payload_bytes += packet.captured;
    }
}

void judge(Trace& trace) {
    trace.engine = std::make_unique<engine::Engine>(engine::Limits{});
    engine::Engine& engine = *trace.engine;
    std::array<std::vector<wire::Packet>, engine::shard_count> by_shard;
    for (const wire::Packet& packet : trace.packets) {
        by_shard[engine::Engine::shard_of(packet.flow_hash)].push_back(packet);
    }
    for (unsigned i = 0; i < engine::shard_count; ++i)
        engine.shard(i).consume(by_shard[i], {});
    engine.archive().see(trace.records.front().time, trace.end);
    engine.end_archive(engine::run_serially);
    engine.judge(engine::run_serially,
                 {.flows = engine::one_by_one(
                      [&](const engine::JudgedBatch&, const engine::JudgedFlow& flow) {
                          trace.flows.push_back({flow.evidence, flow.verdict});
                      }),
                  .end_round = [](std::size_t) {}});
}

Trace make() {
    Trace trace;
    trace.bytes = generate();
    const auto format = capture::Format::detect(trace.bytes);
    if (!format) give_up("the generated trace is no capture");
    trace.format = *format;
    read_records(trace);
    decode(trace);
    split_directions(trace);
    for (const auto& direction : trace.directions)
        collect_messages(direction, trace.messages);
    judge(trace);
    return trace;
}

}  // namespace

const Trace& trace() {
    static const Trace made = make();
    return made;
}

}  // namespace tlstriage::bench
