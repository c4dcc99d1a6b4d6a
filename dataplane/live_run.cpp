#include "live_run.h"

#include <chrono>
#include <deque>
#include <exception>
#include <optional>
#include <thread>

#include "consumer.h"
#include "device_clock.h"
#include "eal.h"
#include "pollers.h"
#include "port.h"
#include "window_facts.h"

namespace tlstriage::dataplane {
namespace {

using Clock = std::chrono::steady_clock;

/// Batches of a queue that are consumed in one go.
constexpr std::size_t most_batches = 32;
constexpr auto nap = std::chrono::microseconds(300);
constexpr auto between_counts = std::chrono::milliseconds(500);
/// Of all ports' packet buffers; where frames are large, fewer may wait.
constexpr std::uint64_t most_pool_bytes = std::uint64_t{1} << 30U;
constexpr unsigned least_slots = 8;
constexpr unsigned other_megabytes = 128;  ///< of EAL's memory: rings, devices

Nanoseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
}

/// The polls of a queue on their way to the shards.
struct Lane {
    explicit Lane(RxQueue& from) : queue(from) {}

    /// Takes what waits, if the last of it has been consumed.
    bool refill(Consumer& consumer, std::uint64_t& frames);
    void give_back();

    RxQueue& queue;
    Window window;
    std::vector<FrameBatch*> batches;  ///< that the window lies in
};

engine::Shedding shedding_for(const RxQueue& queue) {
    if (queue.waits()) return engine::Shedding::nothing;
    const unsigned waiting = queue.waiting();
    if (waiting * 4 >= queue.slots() * 3) return engine::Shedding::new_flows;
    if (waiting * 2 >= queue.slots()) return engine::Shedding::settled_data;
    return engine::Shedding::nothing;
}

bool Lane::refill(Consumer& consumer, std::uint64_t& frames) {
    if (!batches.empty()) return true;
    window.shedding = shedding_for(queue);
    std::vector<Piece*> pieces;
    for (FrameBatch* batch = queue.next(); batch != nullptr;
         batch = batches.size() < most_batches ? queue.next() : nullptr) {
        batches.push_back(batch);
        pieces.push_back(&batch->piece());
    }
    if (batches.empty()) return false;
    frames += consumer.take(pieces, 0, frames, window);
    return true;
}

void Lane::give_back() {
    for (FrameBatch* const batch : batches)
        queue.give_back(batch);
    batches.clear();
}

EalPlan eal_plan(const LivePlan& plan, const std::vector<PortPlan>& ports,
                 std::uint64_t buffer_bytes) {
    EalPlan eal{static_cast<unsigned>((buffer_bytes + buffer_bytes / 4) >> 20U) + other_megabytes,
                {},
                plan.eal_options};
    for (const PortPlan& port : ports) {
        if (port.kind != PortPlan::Kind::pci) continue;
        eal.devices.push_back(port.arguments.empty() ? port.device
                                                     : port.device + "," + port.arguments);
    }
    return eal;
}

}  // namespace

struct LiveRun::State {
    State(const LivePlan& given, const Executor& runs_on)
        : plan(given), executor(runs_on), engine(given.limits), consumer(engine, runs_on) {}

    void open();
    bool turn();
    void note_counts();
    void run(LiveControl& control, const OnWindow& on_window);
    void end_window(bool last, const OnWindow& on_window);
    void join_judge();
    [[nodiscard]] Nanoseconds now() const;

    LivePlan plan;
    const Executor& executor;
    LiveCounts counts;
    std::vector<std::string> remarks;
    std::optional<Eal> eal;
    std::deque<Port> ports;
    std::deque<RxQueue> queues;
    engine::Engine engine;
    Consumer consumer;
    std::deque<Lane> lanes;
    ThreadCounts* analysis = nullptr;
    bool recorded = false;  ///< all ports are recordings
    bool draining = false;  ///< the pollers are done
    std::uint64_t frames = 0;
    Nanoseconds consumed_until = 0;
    Nanoseconds drained_until = 0;  ///< all that the devices held then has been consumed
    Nanoseconds lost_at = 0;        ///< frames were found to be lost last; 0: never
    std::uint64_t lost = 0;         ///< by then
    bool loss_ahead = false;        ///< the window began before the place of a loss was consumed
    WindowFacts facts{counts};
    std::optional<std::jthread> judge;
    std::atomic<bool> judged{false};
    std::exception_ptr thrown;
};

void LiveRun::State::open() {
    std::vector<PortPlan> plans;
    for (const std::string& port : plan.ports)
        plans.push_back(plan_port(port));
    unsigned most_queues = std::max(plan.pollers, 1U);
    const auto shape = [&](unsigned slots) {
        return PortShape{most_queues, slots * FrameBatch::buffers};
    };
    const auto all_bytes = [&] {
        std::uint64_t sum = 0;
        for (const PortPlan& port : plans)
            sum += pool_bytes(port, shape(plan.slots));
        return sum;
    };
    while (all_bytes() > most_pool_bytes && plan.slots > least_slots)
        plan.slots /= 2;
    eal.emplace(eal_plan(plan, plans, all_bytes()));
    if (plan.pollers == 0) most_queues = std::max(Pollers::worker_cores(), 1U);
    unsigned queue_count = 0;
    recorded = true;
    for (const PortPlan& port_plan : plans) {
        Port& port = ports.emplace_back(port_plan, shape(plan.slots));
        remarks.insert(remarks.end(), port.remarks().begin(), port.remarks().end());
        recorded &= port.stamps() == Stamps::capture_microseconds;
        PortCounts& of_port = counts.ports.emplace_back();
        of_port.name = port_plan.given;
        of_port.driver = port.driver();
        for (std::uint16_t queue = 0; queue < port.queues(); ++queue, ++queue_count) {
            QueueCounts& of_queue = counts.queues.emplace_back();
            of_queue.port = static_cast<unsigned>(counts.ports.size() - 1);
            of_queue.queue = queue;
            lanes.emplace_back(queues.emplace_back(port, queue, queue_count, plan.slots, of_queue));
        }
    }
    const unsigned pollers = Pollers::count_for(queue_count, plan.pollers);
    for (unsigned i = 0; i < pollers; ++i)
        counts.threads.emplace_back().name = "poll " + std::to_string(i);
    analysis = &counts.threads.emplace_back();
    analysis->name = "analysis";
}

/// Consumes what waits, up to the time that all queues have got to: both directions of a connection
/// may come by different ones. False when there was nothing.
bool LiveRun::State::turn() {
    const auto begin = Clock::now();
    Nanoseconds horizon = RxQueue::always;
    std::vector<Window*> windows;
    for (Lane& lane : lanes) {
        const Nanoseconds polled = draining ? RxQueue::always : lane.queue.polled_until();
        if (lane.refill(consumer, frames)) {
            windows.push_back(&lane.window);
            horizon = std::min(horizon, lane.window.last_time);
        } else {
            horizon = std::min(horizon, polled);
        }
    }
    if (windows.empty()) {
        if (horizon == RxQueue::always) return false;
        consumed_until = std::max(consumed_until, horizon);
        drained_until = std::max(drained_until, horizon);
        return false;
    }
    bool any = false;
    if (lanes.size() == 1) {
        consumer.consume(*windows.front());
    } else {
        consumer.consume_until(windows, horizon);
    }
    for (Lane& lane : lanes) {
        if (lane.batches.empty() || lane.window.last_time > horizon) continue;
        lane.give_back();
        any = true;
    }
    consumed_until = std::max(consumed_until, horizon);
    const Nanoseconds took = since(begin);
    analysis->busy.add(static_cast<std::uint64_t>(took));
    counts.consume.note(took);
    return any;
}

void LiveRun::State::note_counts() {
    for (std::size_t i = 0; i < ports.size(); ++i)
        ports[i].read_losses(counts.ports[i].drops);
    const engine::ShardCounts shards = engine.counts();
    of(counts.drops, Drop::shed_application_data).set(shards.shed_settled);
    of(counts.drops, Drop::shed_new_flow).set(shards.shed_new);
    const std::uint64_t lost_now = totals(counts).lost();
    if (lost_now != lost) lost_at = wall_time();
    lost = lost_now;
    counts.evicted_flows.set(shards.flows_evicted);
    counts.open_flows.set(engine.open_flows());
}

/// The time up to which the analysis has seen all.
Nanoseconds LiveRun::State::now() const {
    return consumed_until != 0 ? consumed_until : wall_time();
}

void LiveRun::State::join_judge() {
    if (!judge) return;
    judge->join();
    judge.reset();
    if (thrown) std::rethrow_exception(thrown);
    engine.forget_period();
}

void LiveRun::State::end_window(bool last, const OnWindow& on_window) {
    note_counts();
    LiveWindow window;
    window.last = last;
    window.facts = facts.take(engine, consumer.counts(), now());
    // A loss is known before the frames around it are consumed: the device may hold many.
    window.facts.live->frames_lost |= loss_ahead;
    loss_ahead = lost_at != 0 && lost_at >= drained_until;
    window.begin = window.facts.live->begin;
    window.end = window.facts.live->end;
    window.facts.threads = executor.threads();
    window.records = engine.end_period({.now = window.end,
                                        .idle_timeout = plan.idle_timeout,
                                        .last = last,
                                        .frames_lost = window.facts.live->frames_lost},
                                       executor.parallel());
    window.facts.live->open_flows = engine.open_flows();
    counts.windows.add(1);
    judged = false;
    judge.emplace([this, &on_window, window = std::move(window)]() mutable {
        const auto begin = Clock::now();
        try {
            on_window(window);
        } catch (...) {
            thrown = std::current_exception();
        }
        counts.judge.note(since(begin));
        judged = true;
    });
}

void LiveRun::State::run(LiveControl& control, const OnWindow& on_window) {
    const auto begin = Clock::now();
    auto window_began = begin;
    auto counted = begin;
    auto last_frame = begin;
    if (!recorded) facts.begin(wall_time());
    Pollers pollers(queues, counts.threads, static_cast<unsigned>(counts.threads.size() - 1));
    const auto all_idle = [&] {
        return std::ranges::all_of(queues, [](const RxQueue& queue) { return queue.idle(); });
    };
    while (!control.stop) {
        const bool worked = turn();
        const auto time = Clock::now();
        if (worked || !all_idle()) last_frame = time;
        if (plan.stop_idle > 0 && since(last_frame) > plan.stop_idle) break;
        if (plan.duration > 0 && since(begin) > plan.duration) break;
        if (judge && judged) join_judge();
        const bool due = since(window_began) > plan.every || control.end_window;
        if (due && !judge) {
            control.end_window = false;
            window_began = time;
            end_window(false, on_window);
        }
        if (time - counted > between_counts) {
            counted = time;
            note_counts();
        }
        if (!worked) std::this_thread::sleep_for(nap);
    }
    pollers.ask_to_stop();
    while (!pollers.done())
        turn();
    pollers.join();
    draining = true;
    while (turn()) {
    }
    join_judge();
    end_window(true, on_window);
    join_judge();
}

LiveRun::LiveRun(const LivePlan& plan, const Executor& executor)
    : state_(std::make_unique<State>(plan, executor)) {
    state_->open();
}

LiveRun::~LiveRun() = default;

LiveCounts& LiveRun::counts() {
    return state_->counts;
}

const std::vector<std::string>& LiveRun::remarks() const {
    return state_->remarks;
}

void LiveRun::run(LiveControl& control, const OnWindow& on_window) {
    state_->run(control, on_window);
}

}  // namespace tlstriage::dataplane
