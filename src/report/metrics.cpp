#include "report/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/safe_text.h"

namespace tlstriage::report {
namespace {

/// Upper bounds of a handshake step: from a data centre's round trip to a client that gives up.
constexpr std::array step_bounds{Nanoseconds{100'000}, Nanoseconds{300'000}, milliseconds(1),
                                 milliseconds(3),      milliseconds(10),     milliseconds(30),
                                 milliseconds(100),    milliseconds(300),    milliseconds(1'000),
                                 milliseconds(3'000),  milliseconds(10'000), milliseconds(30'000)};

/// The fraction by itself: a time since 1970 in nanoseconds is more than a double holds.
double in_seconds(Nanoseconds span) {
    const Nanoseconds whole = span / nanoseconds_per_second;
    const Nanoseconds rest = span % nanoseconds_per_second;
    return static_cast<double>(whole) + static_cast<double>(rest) / 1e9;
}

/// Of a label, between its quotes: backslash, quote and line feed escaped, as the format asks;
/// other controls and what is not UTF-8 written out, so that a terminal may show the page.
std::string label_value(std::string_view value) {
    std::string text;
    for (const char c : printable(value)) {
        if (c == '\\' || c == '"') text += '\\';
        text += c;
    }
    return text;
}

/// One metric's lines, under its help and type.
class Family {
  public:
    Family(std::string& page, std::string_view name, std::string_view type, std::string_view help)
        : page_(page), name_(name) {
        page_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    }

    /// `labels` as they stand between the braces; may be empty.
    template <class Value>
    void sample(std::string_view labels, Value value, std::string_view suffix = "") {
        page_ += name_;
        page_ += suffix;
        if (!labels.empty()) page_ += fmt::format("{{{}}}", labels);
        page_ += fmt::format(" {}\n", value);
    }

    void histogram(const std::string& labels, const Histogram& histogram) {
        std::uint64_t up_to = 0;
        for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
            up_to += histogram.counts[i];
            const std::string bound = i < histogram.bounds.size()
                                          ? fmt::format("{}", in_seconds(histogram.bounds[i]))
                                          : "+Inf";
            sample(fmt::format("{},le=\"{}\"", labels, bound), up_to, "_bucket");
        }
        sample(labels, in_seconds(histogram.sum), "_sum");
        sample(labels, up_to, "_count");
    }

  private:
    std::string& page_;
    std::string_view name_;
};

std::string label(std::string_view name, std::string_view value) {
    return fmt::format("{}=\"{}\"", name, label_value(value));
}

std::string queue_labels(const Metrics::Queue& queue) {
    return fmt::format("{},queue=\"{}\"", label("port", queue.port), queue.queue);
}

void add_queues(const Metrics& metrics, std::string& page) {
    const auto add = [&](std::string_view name, std::string_view type, std::string_view help,
                         std::uint64_t Metrics::Queue::*value) {
        Family family(page, name, type, help);
        for (const Metrics::Queue& queue : metrics.queues)
            family.sample(queue_labels(queue), queue.*value);
    };
    add("tlstriage_packets_total", "counter",
        "Frames taken from the port, whatever became of them.", &Metrics::Queue::packets);
    add("tlstriage_bytes_total", "counter", "Bytes of these frames.", &Metrics::Queue::bytes);
    add("tlstriage_cut_frames_total", "counter",
        "Frames shorter than their IP header says: the ring or a snap length cut them.",
        &Metrics::Queue::cut_frames);
    add("tlstriage_merged_frames_total", "counter",
        "Frames longer than the link can carry: an offload (GRO, LRO, TSO) merged them.",
        &Metrics::Queue::merged_frames);
    add("tlstriage_queue_depth", "gauge", "Batches of frames that wait for the analysis.",
        &Metrics::Queue::depth);
    add("tlstriage_queue_slots", "gauge", "Batches of frames that may wait at most.",
        &Metrics::Queue::size);
}

void add_drops(const Metrics& metrics, std::string& page) {
    Family family(page, "tlstriage_drops_total", "counter",
                  "Frames that were not analysed, by cause.");
    for (const Metrics::Drop& drop : metrics.drops) {
        std::string labels = label("cause", drop.cause);
        if (!drop.port.empty()) labels += "," + label("port", drop.port);
        family.sample(labels, drop.frames);
    }
}

void add_flows(const Metrics& metrics, std::string& page) {
    {
        Family family(page, "tlstriage_flows_total", "counter",
                      "Flows of TLS that ended, by outcome and cause.");
        for (const auto& [kind, count] : metrics.flows.flows()) {
            family.sample(fmt::format(R"(outcome="{}",cause="{}")", verdict::name(kind.first),
                                      verdict::name(kind.second)),
                          count);
        }
    }
    Family family(page, "tlstriage_step_seconds", "histogram",
                  "How long the steps of handshakes took.");
    for (std::size_t i = 0; i < FlowTally::steps.size(); ++i)
        family.histogram(label("step", FlowTally::steps[i]), metrics.flows.step_times()[i]);
}

void add_work(const Metrics& metrics, std::string& page) {
    {
        Family family(page, "tlstriage_core_busy_seconds_total", "counter",
                      "Time that a thread worked.");
        for (const Metrics::Thread& thread : metrics.threads)
            family.sample(label("thread", thread.name), in_seconds(thread.busy));
    }
    {
        Family family(page, "tlstriage_core_busy_ratio", "gauge",
                      "Share of the last second that a thread worked.");
        for (const Metrics::Thread& thread : metrics.threads)
            family.sample(label("thread", thread.name), thread.busy_ratio);
    }
    Family family(page, "tlstriage_work_seconds", "histogram",
                  "How long the program's own stages took, each time.");
    for (const Metrics::Work& work : metrics.work)
        family.histogram(label("stage", work.stage), work.times);
}

template <class Value>
void add_one(std::string& page, std::string_view name, std::string_view type, std::string_view help,
             Value value, std::string_view labels = "") {
    Family(page, name, type, help).sample(labels, value);
}

}  // namespace

void Histogram::note(Nanoseconds span) {
    const auto bucket = std::ranges::lower_bound(bounds, span) - bounds.begin();
    ++counts[static_cast<std::size_t>(bucket)];
    sum += std::max<Nanoseconds>(span, 0);
}

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += other.counts[i];
    sum += other.sum;
}

FlowTally::FlowTally() {
    for (Histogram& times : times_) {
        times.bounds.assign(step_bounds.begin(), step_bounds.end());
        times.counts.assign(step_bounds.size() + 1, 0);
    }
}

void FlowTally::add(const verdict::Verdict& verdict, const Timings& timings) {
    ++flows_[{verdict.outcome, verdict.cause}];
    const std::array<std::optional<Nanoseconds>, steps.size()> spans{
        timings.tcp_connect, timings.client_hello, timings.server_hello,
        timings.certificate, timings.finished,     timings.handshake};
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (spans[i]) times_[i].note(*spans[i]);
    }
}

void FlowTally::merge(const FlowTally& other) {
    for (const auto& [kind, count] : other.flows_)
        flows_[kind] += count;
    for (std::size_t i = 0; i < times_.size(); ++i)
        times_[i].add(other.times_[i]);
}

std::string to_prometheus(const Metrics& metrics) {
    std::string page;
    add_one(page, "tlstriage_build_info", "gauge", "The program that runs; always 1.", 1,
            label("version", metrics.version));
    add_one(page, "tlstriage_start_time_seconds", "gauge",
            "When the run began, in seconds since 1970.", in_seconds(metrics.started));
    add_queues(metrics, page);
    add_drops(metrics, page);
    add_flows(metrics, page);
    add_one(page, "tlstriage_open_flows", "gauge", "TCP connections that are being followed.",
            metrics.open_flows);
    add_one(page, "tlstriage_evicted_flows_total", "counter",
            "TCP connections given up for want of memory.", metrics.evicted_flows);
    {
        Family family(page, "tlstriage_windows_total", "counter",
                      "Windows that ended, by whether their files were written.");
        family.sample("result=\"written\"", metrics.windows_written);
        family.sample("result=\"failed\"", metrics.windows_failed);
    }
    add_one(page, "tlstriage_windows_waiting", "gauge",
            "Windows that are judged, and not on disk yet.", metrics.windows_waiting);
    add_one(page, "tlstriage_last_window_timestamp_seconds", "gauge",
            "End of the last window that was judged, in seconds since 1970; 0 before the first.",
            in_seconds(metrics.last_window));
    add_work(metrics, page);
    return page;
}

}  // namespace tlstriage::report
