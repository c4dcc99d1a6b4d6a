#include "lab_generator.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <variant>

#include "bulk_flows.h"
#include "lab_copy.h"
#include "lab_set.h"
#include "relink.h"

namespace tlstriage::generate {
namespace {

constexpr std::uint64_t lab_random_stream = 0x1ab;  // flows of the planner have small numbers

struct BulkFlow {
    PlannedFlow planned;
    std::size_t next = 0;
};

std::uint64_t file_bytes(const LabCase& one, CaptureFormat format) {
    return one.captured_bytes() + one.frames.size() * CaptureWriter::overhead(format);
}

// lab.truth.csv: lab.dns.truth.csv
std::string dns_truth_path(const std::string& truth) {
    const std::string suffix = ".truth.csv";
    const bool usual = truth.size() > suffix.size() && truth.ends_with(suffix);
    return (usual ? truth.substr(0, truth.size() - suffix.size()) : truth) + ".dns.truth.csv";
}

bool of_one_link(const std::vector<LabCase>& cases, bool with_bulk) {
    std::set<LinkType> links;
    if (with_bulk) links.insert(LinkType::ethernet);
    for (const LabCase& one : cases) {
        for (const LabInterface& interface : one.interfaces)
            links.insert(interface.link);
    }
    return links.size() == 1;
}

// A slot holds one copy or one flow at a time; when that ends, the next begins there a little
// later. So what is in memory does not grow with the trace.
class LabGenerator {
  public:
    LabGenerator(const GenerateOptions& options, const LabOptions& lab)
        : options_(options),
          lab_(lab),
          set_(read_lab_set(lab.cases, lab.only, lab.edge)),
          rng_(options.plan.seed, lab_random_stream),
          start_(set_.start) {
        if (lab.bulk_share > 0) {
            bulk_ = std::make_unique<BulkFlows>(options, lab.bulk_share, start_);
        }
        if (options.format == CaptureFormat::pcap && !of_one_link(set_.cases, bulk_ != nullptr)) {
            for (LabCase& one : set_.cases)
                make_ethernet(one);
        }
        capture_ = std::make_unique<CaptureWriter>(options.output, options.format,
                                                   options.nanosecond, interfaces());
        truth_ = std::make_unique<LabTruthWriter>(options.truth, columns());
        const auto lookups = dns_columns();
        if (!lookups.empty()) {
            dns_truth_ =
                std::make_unique<LabDnsTruthWriter>(dns_truth_path(options.truth), lookups);
        }
    }

    LabResult run() {
        write_roots();
        fill_slots();
        while (!queue_.empty()) {
            const Event event = queue_.top();
            queue_.pop();
            step(event);
        }
        capture_->close();
        truth_->close();
        if (dns_truth_) dns_truth_->close();
        return summary();
    }

  private:
    struct Event {
        std::int64_t time;
        std::uint32_t slot;
        // The queue's top is its largest: the earliest event, then the lowest slot.
        bool operator<(const Event& other) const {
            return time != other.time ? time > other.time : slot > other.slot;
        }
    };
    using Act = std::variant<std::monostate, LabCopy, BulkFlow>;

    // Of the bulk flows' chains; the lab's are not in its captures.
    void write_roots() const {
        if (options_.roots.empty() || !bulk_) return;
        const File file = open_for_writing(options_.roots);
        std::fputs(bulk_->roots_pem().c_str(), file.get());
    }

    // pcapng: one for the bulk flows, then each case's own, under the case's name.
    std::vector<CaptureInterface> interfaces() {
        std::vector<CaptureInterface> all;
        if (bulk_) all.push_back({1, 262144, "bulk"});
        for (const LabCase& one : set_.cases) {
            first_interface_[&one] = static_cast<std::uint32_t>(all.size());
            for (std::size_t i = 0; i < one.interfaces.size(); ++i) {
                const LabInterface& interface = one.interfaces[i];
                const std::string number = i == 0 ? "" : "/" + std::to_string(i);
                all.push_back({static_cast<std::uint32_t>(interface.link), interface.snap_length,
                               one.name + number});
            }
        }
        if (options_.format == CaptureFormat::pcap) all.front().snap_length = 262144;
        return all;
    }

    std::vector<std::string> columns() const {
        std::vector<std::string> all;
        const auto add = [&](const auto& claims) {
            for (const auto& [column, value] : claims)
                all.push_back(column);
        };
        for (const LabCase& one : set_.cases) {
            for (const LabRow& row : one.rows) {
                add(row.claims);
                if (row.decisive_frame) all.emplace_back("decisive_frame");
            }
        }
        if (bulk_) std::ranges::copy(BulkFlows::columns(), std::back_inserter(all));
        return all;
    }

    std::vector<std::string> dns_columns() const {
        std::vector<std::string> all;
        for (const LabCase& one : set_.cases) {
            for (const auto& claims : one.dns_rows) {
                for (const auto& [column, value] : claims)
                    all.push_back(column);
            }
        }
        return all;
    }

    void fill_slots() {
        const std::uint32_t count = std::max<std::uint32_t>(options_.concurrency, 1);
        acts_.resize(count);
        for (std::uint32_t slot = 0; slot < count; ++slot) {
            constexpr std::int64_t ramp = 2 * second;
            const std::int64_t time = start_ + (slot == 0 ? 0 : rng_.between(0, ramp));
            queue_.push({to_resolution(time), slot});
        }
    }

    std::int64_t to_resolution(std::int64_t time) const {
        return time - time % options_.plan.time_resolution;
    }

    bool wants_more() const {
        const bool enough_flows = options_.flows != 0 && result_.flows >= options_.flows;
        const bool enough_bytes = options_.size != 0 && planned_ >= options_.size;
        return !enough_flows && !enough_bytes;
    }

    // All cases in a random order, then all in another, so that they have equal shares.
    const LabCase* next_case() {
        if (order_.empty()) {
            if (lab_.once && copies_ != 0) return nullptr;
            for (const LabCase& one : set_.cases)
                order_.push_back(&one);
            for (std::size_t i = order_.size(); i > 1; --i)
                std::swap(order_[i - 1], order_[rng_.below(i)]);
        }
        const LabCase* const next = order_.back();
        order_.pop_back();
        return next;
    }

    void begin(std::uint32_t slot, std::int64_t time) {
        if (!wants_more()) return;
        const double bulk_wanted = lab_.bulk_share * static_cast<double>(planned_);
        if (bulk_ && static_cast<double>(bulk_->bytes()) < bulk_wanted) {
            begin_bulk(slot, time);
        } else if (const LabCase* const next = next_case()) {
            begin_copy(*next, slot, time);
        }
    }

    void begin_copy(const LabCase& one, std::uint32_t slot, std::int64_t time) {
        planned_ += file_bytes(one, options_.format);
        result_.flows += one.connections;
        rows_ += one.rows.size();
        const auto& copy = acts_[slot].emplace<LabCopy>(one, ++copies_, time, addresses_, rng_);
        queue_.push({copy.time(), slot});
    }

    void begin_bulk(std::uint32_t slot, std::int64_t time) {
        const std::uint64_t before = bulk_->bytes();
        const auto& bulk = acts_[slot].emplace<BulkFlow>(BulkFlow{bulk_->next(time), 0});
        planned_ += bulk_->bytes() - before;
        ++result_.flows;
        ++rows_;
        queue_.push({bulk.planned.flow.segments.front().time, slot});
    }

    void step(const Event& event) {
        Act& act = acts_[event.slot];
        if (auto* const copy = std::get_if<LabCopy>(&act)) return write_frame(*copy, event);
        if (auto* const flow = std::get_if<BulkFlow>(&act)) return write_frame(*flow, event);
        begin(event.slot, event.time);
    }

    void write_frame(LabCopy& copy, const Event& event) {
        const LabFrame& frame = copy.frame();
        const std::int64_t time = copy.time();
        copy.take(capture_->frames() + 1, capture_->frame(frame.bytes.size()));
        capture_->commit(time, frame.bytes.size(), frame.wire_length,
                         first_interface_[&copy.lab_case()] + frame.interface);
        last_time_ = std::max(last_time_, time);
        if (!copy.finished()) {
            // Frames of a capture may be a little out of order, and stay so.
            queue_.push({std::max(event.time, copy.time()), event.slot});
            return;
        }
        for (const LabTruthRow& row : copy.truth())
            truth_->write(row);
        for (const LabDnsTruthRow& row : copy.dns_truth())
            dns_truth_->write(row);
        pause(event);
    }

    void write_frame(BulkFlow& bulk, const Event& event) {
        Flow& flow = bulk.planned.flow;
        if (bulk.next == 0) truth_->write(BulkFlows::truth(bulk.planned, capture_->frames() + 1));
        const Segment& segment = flow.segments[bulk.next++];
        capture_->commit(segment.time, bulk_->build(flow, segment, capture_->frame()));
        last_time_ = std::max(last_time_, segment.time);
        if (bulk.next < flow.segments.size()) {
            queue_.push({flow.segments[bulk.next].time, event.slot});
            return;
        }
        pause(event);
    }

    void pause(const Event& event) {
        acts_[event.slot].emplace<std::monostate>();
        const double gap = rng_.exponential(20.0 * millisecond);
        const std::int64_t next = event.time + microsecond + static_cast<std::int64_t>(gap);
        queue_.push({to_resolution(next), event.slot});
    }

    LabResult summary() {
        result_.frames = capture_->frames();
        result_.frame_bytes = capture_->frame_bytes();
        result_.file_bytes = capture_->file_bytes();
        result_.seconds = static_cast<double>(last_time_ - start_) / 1e9;
        LabResult result;
        result.trace = result_;
        result.copies = copies_;
        result.bulk_flows = bulk_ ? bulk_->count() : 0;
        result.cases = set_.cases.size();
        result.left_out = set_.edge;
        result.unusable = set_.unusable;
        result.kept = set_.kept;
        result.rows = rows_;
        result.certificates_shifted = last_time_ > set_.latest || start_ < set_.earliest;
        return result;
    }

    GenerateOptions options_;
    LabOptions lab_;
    LabSet set_;
    Rng rng_;
    std::int64_t start_;
    std::unique_ptr<BulkFlows> bulk_;
    std::map<const LabCase*, std::uint32_t> first_interface_;
    std::unique_ptr<CaptureWriter> capture_;
    std::unique_ptr<LabTruthWriter> truth_;
    std::unique_ptr<LabDnsTruthWriter> dns_truth_;  // none without lookups that have rows
    FreshAddresses addresses_;
    std::vector<const LabCase*> order_;  // of the round, the next one last
    std::vector<Act> acts_;
    std::priority_queue<Event> queue_;
    GenerateResult result_;
    std::uint64_t rows_ = 0;
    std::uint64_t copies_ = 0;
    std::uint64_t planned_ = 0;
    std::int64_t last_time_ = 0;
};

}  // namespace

LabResult generate_lab(const GenerateOptions& options, const LabOptions& lab) {
    return LabGenerator(options, lab).run();
}

}  // namespace tlstriage::generate
