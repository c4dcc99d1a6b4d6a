#include "run.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "eal.h"
#include "pcap_port.h"
#include "read_ahead.h"
#include "read_parts.h"

namespace tlstriage::dataplane {
namespace {

constexpr unsigned pool_megabytes = 128;
/// More traces read side by side than these are not walked ahead, which takes each of them a second
/// set of arrays.
constexpr std::size_t most_walked_ahead = 4;

report::TraceFacts unreadable(const capture::Trace& trace, const std::system_error& error) {
    report::TraceFacts facts;
    facts.name = trace.input.name();
    facts.error = error.what();
    return facts;
}

/// Reads the traces in order of their first packet; those whose times overlap, together, packet by
/// packet in order of time (output.md, One archive or several).
class Reading {
  public:
    Reading(const RunPlan& plan, const capture::Inputs& inputs, const Executor& executor,
            engine::Engine& engine, Consumer& consumer, RunResult& result)
        : plan_(plan),
          traces_(inputs.traces),
          executor_(executor),
          engine_(engine),
          consumer_(consumer),
          result_(result) {}

    void run(const OnProgress& on_progress) {
        while (!active_.empty() || next_ < traces_.size()) {
            if (active_.empty() || next_overlaps()) {
                open_next();
            } else {
                consume();
            }
            if (on_progress) on_progress(stored_position());
        }
    }

  private:
    [[nodiscard]] bool begins_archive(const capture::Trace& trace) const {
        if (!engine_.archive().any || plan_.grouping == Grouping::one_archive) return false;
        if (plan_.grouping == Grouping::separate) return true;
        return trace.first_packet &&
               *trace.first_packet - engine_.archive().last_packet > engine::longest_pause;
    }

    /// The time up to which all open traces are known.
    [[nodiscard]] Nanoseconds horizon() const {
        Nanoseconds earliest = std::numeric_limits<Nanoseconds>::max();
        for (const auto& reader : active_)
            earliest = std::min(earliest, reader->window().last_time);
        return earliest;
    }

    [[nodiscard]] bool next_overlaps() const {
        if (next_ == traces_.size() || plan_.grouping == Grouping::separate) return false;
        const auto& first = traces_[next_].first_packet;
        return first && *first <= horizon();
    }

    void open_next() {
        const capture::Trace& trace = traces_[next_++];
        if (active_.empty() && begins_archive(trace)) {
            engine_.end_archive(executor_.parallel());
            ++archive_;
        }
        const auto file = static_cast<std::uint32_t>(result_.files.size());
        result_.files.push_back(trace.input.name());
        result_.facts.traces.emplace_back();
        result_.places.emplace_back();
        try {
            if (plan_.pcap_port) {
                keep(file, run_pcap_port(trace.input.path, file, consumer_, result_.facts.remarks));
                stored_ += trace.stored_size;
                return;
            }
            auto reader = std::make_unique<TraceReader>(take_source(next_ - 1), trace.input.name(),
                                                        file, consumer_, executor_, plan_.shape);
            go_on(std::move(reader), file);
        } catch (const std::system_error& error) {
            keep(file, unreadable(trace, error));
        }
    }

    [[nodiscard]] std::unique_ptr<capture::Source> open(const capture::Trace& trace) const {
        capture::OpenOptions options{.map = plan_.map, .around = {}, .in_parts = {}};
        if (executor_.threads() > 1) {
            // All that read ahead share an eighth of the memory, and the threads.
            const std::size_t memory = plan_.limits.memory / 8;
            const std::size_t share = memory / executor_.threads();
            const auto open_at_once =
                static_cast<unsigned>(std::min<std::size_t>(executor_.threads(), traces_.size()));
            const PartsShape parts =
                shape_of_parts(executor_.threads() / open_at_once, memory / open_at_once);
            options.around = [share](std::unique_ptr<capture::ByteReader> below) {
                return read_ahead(std::move(below), share);
            };
            options.in_parts = [parts](const std::string& path) { return read_parts(path, parts); };
        }
        return capture::open(trace.input, options);
    }

    /// Opens the traces that come next too, as many as there are threads: compressed ones are
    /// unpacked meanwhile. Throws what opening trace `index` threw.
    std::unique_ptr<capture::Source> take_source(std::size_t index) {
        const std::size_t end = std::min(traces_.size(), index + executor_.threads());
        for (; opened_ < end; ++opened_) {
            Opened& one = ahead_.emplace_back();
            try {
                one.source = open(traces_[opened_]);
            } catch (const std::system_error&) {
                one.thrown = std::current_exception();
            }
        }
        Opened one = std::move(ahead_.front());
        ahead_.pop_front();
        if (one.thrown) std::rethrow_exception(one.thrown);
        return std::move(one.source);
    }

    /// Meanwhile the traces whose windows come to their end are walked ahead, where there are other
    /// threads that can do so.
    void consume() {
        const Nanoseconds done = horizon();
        const bool alone = active_.size() == 1;
        const auto ends = [&](TraceReader& reader) {
            return alone || reader.window().last_time <= done;
        };
        const bool walks_ahead = executor_.threads() > 1 && active_.size() <= most_walked_ahead;
        std::vector<Window*> windows;
        std::vector<std::function<void()>> ahead;
        for (const auto& reader : active_) {
            windows.push_back(&reader->window());
            if (walks_ahead && ends(*reader)) {
                ahead.emplace_back([&reader = *reader] { reader.walk_ahead(); });
            }
        }
        if (alone) {
            consumer_.consume(*windows.front(), ahead);
        } else {
            consumer_.consume_until(windows, done, ahead);
        }
        for (auto& reader : std::exchange(active_, {})) {
            if (ends(*reader)) {
                const std::uint32_t file = reader->window().file;
                go_on(std::move(reader), file);
            } else {
                active_.push_back(std::move(reader));
            }
        }
    }

    /// To its next window, or to its end.
    void go_on(std::unique_ptr<TraceReader> reader, std::uint32_t file) {
        if (reader->next_window()) {
            active_.push_back(std::move(reader));
            return;
        }
        stored_ += reader->stored_position();
        result_.windows.all += reader->counts().all;
        result_.windows.walked_ahead += reader->counts().walked_ahead;
        result_.places[file] = reader->take_places();
        keep(file, reader->finish());
    }

    void keep(std::uint32_t file, report::TraceFacts facts) {
        facts.archive = archive_;
        facts.first_packet = traces_[file].first_packet;
        result_.facts.traces[file] = std::move(facts);
    }

    [[nodiscard]] std::uint64_t stored_position() const {
        std::uint64_t sum = stored_;
        for (const auto& reader : active_)
            sum += reader->stored_position();
        return sum;
    }

    struct Opened {
        std::unique_ptr<capture::Source> source;
        std::exception_ptr thrown;
    };

    const RunPlan& plan_;
    const std::vector<capture::Trace>& traces_;
    const Executor& executor_;
    engine::Engine& engine_;
    Consumer& consumer_;
    RunResult& result_;
    std::size_t next_ = 0;
    std::size_t opened_ = 0;    ///< traces so far
    std::deque<Opened> ahead_;  ///< those of them from `next_` on
    std::uint32_t archive_ = 0;
    std::uint64_t stored_ = 0;  ///< bytes of the traces that are done
    std::vector<std::unique_ptr<TraceReader>> active_;
};

void fill(report::RunFacts& facts, const engine::Engine& engine, const ConsumedCounts& counts) {
    facts.frames_by_link_type = counts.links;
    facts.outcomes = counts.outcomes;
    facts.reassembled_outcomes = counts.reassembled;
    facts.shards = engine.counts();
    facts.see_archives(engine.archives());
    facts.count_traces();
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
    Reading(plan, inputs, executor, engine, consumer, result).run(on_progress);
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
