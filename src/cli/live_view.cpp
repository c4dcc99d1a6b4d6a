#include "cli/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace tlstriage::cli {
namespace {

using dataplane::LiveCounts;
using dataplane::StepTimes;

constexpr auto between_looks = std::chrono::seconds(1);

template <class Clock>
Nanoseconds now_by() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
        .count();
}

report::Histogram histogram_of(const StepTimes& times) {
    report::Histogram histogram;
    histogram.bounds.assign(StepTimes::bounds.begin(), StepTimes::bounds.end());
    for (const dataplane::Counter& bucket : times.buckets)
        histogram.counts.push_back(bucket.get());
    histogram.sum = static_cast<Nanoseconds>(times.sum.get());
    return histogram;
}

/// By cause and port, and, of what no port can be blamed for, by cause.
std::vector<report::Metrics::Drop> drops_of(const LiveCounts& counts) {
    std::vector<report::Metrics::Drop> drops;
    for (std::size_t i = 0; i < dataplane::drop_infos.size(); ++i) {
        const std::string cause(dataplane::drop_infos[i].name);
        if (static_cast<dataplane::Drop>(i) >= dataplane::Drop::shed_application_data) {
            drops.push_back({.port = {}, .cause = cause, .frames = counts.drops[i].get()});
            continue;
        }
        for (std::size_t port = 0; port < counts.ports.size(); ++port) {
            std::uint64_t frames = counts.ports[port].drops[i].get();
            for (const dataplane::QueueCounts& queue : counts.queues) {
                if (queue.port == port) frames += queue.drops[i].get();
            }
            drops.push_back({.port = counts.ports[port].name, .cause = cause, .frames = frames});
        }
    }
    return drops;
}

std::vector<report::Metrics::Queue> queues_of(const LiveCounts& counts) {
    std::vector<report::Metrics::Queue> queues;
    for (const dataplane::QueueCounts& queue : counts.queues) {
        queues.push_back({.port = counts.ports[queue.port].name,
                          .queue = queue.queue,
                          .packets = queue.packets.get(),
                          .bytes = queue.bytes.get(),
                          .cut_frames = queue.cut_frames.get(),
                          .merged_frames = queue.merged_frames.get(),
                          .depth = queue.depth.get(),
                          .size = queue.size});
    }
    return queues;
}

/// Failed flows by cause, most first.
void count_failures(const report::FlowTally& window, LiveStatus& status) {
    for (const auto& [kind, count] : window.flows()) {
        if (kind.first != verdict::Outcome::failed) continue;
        status.failed += count;
        status.failures.emplace_back(verdict::name(kind.second), count);
    }
    std::ranges::stable_sort(status.failures, std::greater{},
                             [](const auto& failure) { return failure.second; });
}

}  // namespace

LiveView::LiveView(const LiveCounts& counts, const ViewPlan& plan)
    : counts_(counts),
      window_(plan.workers),
      started_(now_by<std::chrono::system_clock>()),
      busy_ratios_(counts.threads.size()),
      last_look_(look()),
      line_(plan.status_line) {
    if (plan.metrics) server_.emplace(*plan.metrics, [this] { return page(); });
    watcher_ = std::thread([this] { watch(); });
}

LiveView::~LiveView() {
    server_.reset();
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    watcher_.join();
}

void LiveView::add(const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
    window_[batch.worker].add(flow.verdict, report::measure(flow.evidence));
}

void LiveView::end_window(Nanoseconds end) {
    report::FlowTally sum;
    for (report::FlowTally& part : window_) {
        sum.merge(part);
        part = {};
    }
    const std::lock_guard lock(mutex_);
    all_.merge(sum);
    last_window_ = std::move(sum);
    last_window_end_ = end;
    window_ended_ = true;
}

std::string LiveView::page() const {
    report::Metrics metrics;
    metrics.version = TLSTRIAGE_VERSION;
    metrics.queues = queues_of(counts_);
    metrics.drops = drops_of(counts_);
    metrics.work = {{"consume", histogram_of(counts_.consume)},
                    {"judge", histogram_of(counts_.judge)},
                    {"write", histogram_of(counts_.write)}};
    metrics.open_flows = counts_.open_flows.get();
    metrics.evicted_flows = counts_.evicted_flows.get();
    metrics.windows_failed = counts_.windows_lost.get();
    metrics.windows_waiting = counts_.windows_waiting.get();
    metrics.started = started_;
    const std::lock_guard lock(mutex_);
    metrics.windows_written = counts_.windows_written.get();
    metrics.flows = all_;
    metrics.last_window = last_window_end_;
    for (std::size_t i = 0; i < counts_.threads.size(); ++i) {
        metrics.threads.push_back({.name = counts_.threads[i].name,
                                   .busy = static_cast<Nanoseconds>(counts_.threads[i].busy.get()),
                                   .busy_ratio = busy_ratios_[i]});
    }
    return report::to_prometheus(metrics);
}

LiveView::Look LiveView::look() const {
    const dataplane::LiveTotals totals = dataplane::totals(counts_);
    Look look{.time = now_by<std::chrono::steady_clock>(),
              .packets = totals.packets,
              .bytes = totals.bytes,
              .busy = {}};
    for (const dataplane::ThreadCounts& thread : counts_.threads)
        look.busy.push_back(thread.busy.get());
    return look;
}

void LiveView::print(const std::function<void()>& printing) {
    const std::lock_guard lock(line_mutex_);
    line_.wipe();
    printing();
}

void LiveView::watch() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, between_looks, [this] { return ending_; })) {
        lock.unlock();
        take_a_look();
        lock.lock();
    }
}

void LiveView::take_a_look() {
    const Look now = look();
    const Look before = std::exchange(last_look_, now);
    {
        const std::lock_guard lock(mutex_);
        const auto span = static_cast<double>(std::max<Nanoseconds>(1, now.time - before.time));
        for (std::size_t i = 0; i < now.busy.size(); ++i) {
            busy_ratios_[i] =
                std::clamp(static_cast<double>(now.busy[i] - before.busy[i]) / span, 0.0, 1.0);
        }
    }
    if (line_.enabled()) show(before, now);
}

void LiveView::show(const Look& before, const Look& now) {
    const double span = static_cast<double>(std::max<Nanoseconds>(1, now.time - before.time)) / 1e9;
    LiveStatus status;
    status.packets_per_second = static_cast<double>(now.packets - before.packets) / span;
    status.bits_per_second = static_cast<double>(now.bytes - before.bytes) * 8 / span;
    for (const std::uint64_t frames : dataplane::totals(counts_).drops)
        status.drops += frames;
    status.open_flows = counts_.open_flows.get();
    {
        const std::lock_guard lock(mutex_);
        status.window_ended = window_ended_;
        count_failures(last_window_, status);
    }
    const std::lock_guard lock(line_mutex_);
    line_.show(status);
}

}  // namespace tlstriage::cli
