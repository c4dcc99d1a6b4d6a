#include "replay.h"

#include <rte_cycles.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/prefetch.h"
#include "capture/walk.h"
#include "file_run.h"

namespace tlstriage::dataplane {
namespace {

using capture::Step;

/// One of the interleaved walks: from a boundary to where the next one begins.
struct Chain {
    capture::Format format;
    std::size_t position = 0;
    std::size_t end = 0;
    std::uint64_t frames = 0;

    /// One record further; false at the end, or where nothing can be read.
    bool advance(Bytes trace) {
        if (position >= end) return false;
        capture::Record record;
        switch (format.step(trace, position, record)) {
            case Step::record:
            case Step::frame_without_packet: ++frames; break;
            case Step::skipped: break;
            case Step::control: {
                bool damaged = false;
                const std::size_t length = format.apply(trace.subspan(position), damaged);
                if (length == 0) return false;
                position += length;
                break;
            }
            default: return false;
        }
        prefetch(trace.data() + position);
        return true;
    }
};

std::uint64_t walk_chains(Bytes trace, std::span<Chain> chains) {
    std::uint64_t frames = 0;
    for (bool any = true; any;) {
        any = false;
        for (Chain& chain : chains)
            any |= chain.advance(trace);
    }
    for (const Chain& chain : chains)
        frames += chain.frames;
    return frames;
}

/// The format as it is behind the control blocks at the beginning; `position` is there.
std::optional<capture::Format> format_of(Bytes trace, std::size_t& position) {
    auto format = capture::Format::detect(trace.first(std::min<std::size_t>(trace.size(), 4096)));
    if (!format) return format;
    position = format->header_length();
    capture::Record record;
    for (std::size_t at = position; format->step(trace, at, record) == Step::control;) {
        bool damaged = false;
        const std::size_t length = format->apply(trace.subspan(at), damaged);
        if (length == 0) break;
        position = at += length;
    }
    return format;
}

}  // namespace

WalkedRecords walk_records(const MemoryTrace& trace) {
    WalkedRecords walked;
    const auto source = trace.source();
    const capture::WalkResult result =
        capture::walk(*source, [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
            walked.captured += record.captured;
            walked.longest_frame = std::max(walked.longest_frame, record.captured);
        });
    walked.frames = result.frames;
    walked.whole = result.damages.empty() && !result.cut && result.error.empty();
    return walked;
}

std::uint64_t walk_interleaved(const MemoryTrace& trace, const Executor& executor) {
    const Bytes bytes = trace.bytes();
    std::size_t begin = 0;
    const auto format = format_of(bytes, begin);
    if (!format) return 0;
    const unsigned per_thread = WindowShape{}.chains;
    const std::size_t wanted = std::size_t{per_thread} * executor.threads();
    std::vector<Chain> chains;
    for (std::size_t i = 0; i < wanted; ++i) {
        if (i > 0) begin = format->find_boundary(bytes, bytes.size() / wanted * i, 0);
        if (!chains.empty() && begin <= chains.back().position) continue;
        if (!chains.empty()) chains.back().end = begin;
        chains.push_back({.format = *format, .position = begin, .end = bytes.size()});
    }
    std::atomic<std::uint64_t> frames{0};
    const std::size_t groups = (chains.size() + per_thread - 1) / per_thread;
    executor.run(groups, [&](std::size_t group, unsigned) {
        const std::size_t first = group * per_thread;
        const std::size_t count = std::min<std::size_t>(per_thread, chains.size() - first);
        frames += walk_chains(bytes, std::span(chains).subspan(first, count));
    });
    return frames;
}

double counter_frequency() {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t ticks = rte_rdtsc();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::uint64_t passed = rte_rdtsc() - ticks;
    const std::chrono::duration<double> span = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(passed) / span.count();
}

ReplayCosts replay_file(const MemoryTrace& trace, engine::Engine& engine,
                        const Executor& executor) {
    ReplayCosts costs;
    Consumer consumer(engine, executor);
    TraceReader reader(trace.source(), {}, 0, consumer, executor, WindowShape{});
    const auto next = [&] {
        const Timed timed(costs.scatter);
        return reader.next_window();
    };
    while (next()) {
        const Timed timed(costs.shards);
        consumer.consume(reader.window());
    }
    const Timed timed(costs.shards);
    engine.end_archive(executor.parallel());
    return costs;
}

}  // namespace tlstriage::dataplane
