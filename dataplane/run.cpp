#include "run.h"

#include <optional>
#include <system_error>

#include "eal.h"
#include "pcap_port.h"

namespace tlstriage::dataplane {
namespace {

constexpr Nanoseconds longest_pause = seconds(600);
constexpr unsigned pool_megabytes = 128;

bool begins_archive(const RunPlan& plan, const engine::Archive& archive,
                    const capture::Trace& trace) {
    if (!archive.any || plan.grouping == Grouping::one_archive) return false;
    if (plan.grouping == Grouping::separate) return true;
    return trace.first_packet && *trace.first_packet - archive.last_packet > longest_pause;
}

report::TraceFacts read(const RunPlan& plan, const capture::Trace& trace, std::uint32_t file,
                        Consumer& consumer, const Executor& executor,
                        std::vector<std::string>& remarks, const OnProgress& on_progress) {
    try {
        if (plan.pcap_port) return run_pcap_port(trace.input.path, file, consumer, remarks);
        const auto source = capture::open(trace.input, {.map = plan.map});
        return run_trace(*source, trace.input.name(), file, consumer, executor, plan.shape,
                         on_progress);
    } catch (const std::system_error& error) {
        report::TraceFacts facts;
        facts.name = trace.input.name();
        facts.error = error.what();
        return facts;
    }
}

void fill(report::RunFacts& facts, const engine::Engine& engine, const ConsumedCounts& counts) {
    facts.frames_by_link_type = counts.links;
    facts.outcomes = counts.outcomes;
    facts.reassembled_outcomes = counts.reassembled;
    facts.shards = engine.counts();
    bool any = false;
    for (const engine::Archive& archive : engine.archives()) {
        if (!archive.any) continue;
        facts.capture_first =
            any ? std::min(facts.capture_first, archive.first_packet) : archive.first_packet;
        facts.capture_last =
            any ? std::max(facts.capture_last, archive.last_packet) : archive.last_packet;
        any = true;
    }
    for (const report::TraceFacts& trace : facts.traces) {
        facts.frames += trace.frames;
        facts.bytes += trace.bytes;
    }
}

}  // namespace

RunResult run(const RunPlan& plan, const capture::Inputs& inputs, const Executor& executor,
              const OnProgress& on_progress) {
    std::optional<Eal> eal;
    if (plan.pcap_port) eal.emplace(pool_megabytes);
    auto owned_engine = std::make_unique<engine::Engine>(plan.limits);
    engine::Engine& engine = *owned_engine;
    Consumer consumer(engine, executor);
    RunResult result;
    report::RunFacts& facts = result.facts;
    std::uint64_t stored_before = 0;
    std::uint32_t archive = 0;
    for (const capture::Trace& trace : inputs.traces) {
        if (begins_archive(plan, engine.archive(), trace)) {
            engine.end_archive(executor.parallel());
            ++archive;
        }
        const auto file = static_cast<std::uint32_t>(result.files.size());
        result.files.push_back(trace.input.name());
        facts.traces.push_back(
            read(plan, trace, file, consumer, executor, facts.remarks, [&](std::uint64_t stored) {
                if (on_progress) on_progress(stored_before + stored);
            }));
        facts.traces.back().archive = archive;
        stored_before += trace.stored_size;
    }
    engine.end_archive(executor.parallel());
    for (const capture::Problem& problem : inputs.problems) {
        facts.problems.emplace_back(problem.path, problem.reason);
    }
    facts.ignored = inputs.ignored;
    facts.mode = plan.pcap_port ? "net_pcap" : "file";
    facts.threads = executor.threads();
    facts.fragments = engine.defragmenter().counts();
    fill(facts, engine, consumer.counts());
    result.engine = std::move(owned_engine);
    return result;
}

}  // namespace tlstriage::dataplane
