#include "generator.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "frame_builder.h"

namespace tlstriage::generate {
namespace {

// 2025-10-09 08:53:20 UTC. Validity periods are laid around it.
constexpr std::int64_t capture_second = 1'760'000'000;

std::uint64_t planned_bytes(const Flow& flow, CaptureFormat format) {
    std::uint64_t bytes = 0;
    for (const auto& segment : flow.segments) {
        bytes += FrameBuilder::length(flow, segment) + CaptureWriter::overhead(format);
    }
    return bytes;
}

WorldSize world_size(const GenerateOptions& options) {
    WorldSize size;
    const bool mixed = options.plan.profile == Profile::mixed;
    size.servers = mixed ? 60 : 500;
    size.odd_ports = mixed;
    size.clients = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(options.flows / 40, mixed ? 40 : 400, 1'000'000));
    return size;
}

// A slot holds one flow at a time; when that ends, the next one begins there a little later. So the
// number of flows in memory never exceeds the concurrency.
class Generator {
  public:
    explicit Generator(const GenerateOptions& options)
        : options_(options),
          rng_(options.plan.seed),
          pool_(rng_),
          world_(world_size(options), capture_second, rng_),
          planner_(options.plan, world_, pool_),
          builder_(pool_),
          capture_(options.output, options.format, options.nanosecond),
          truth_(options.truth) {}

    GenerateResult run() {
        write_roots();
        fill_slots();
        while (!queue_.empty()) {
            const Event event = queue_.top();
            queue_.pop();
            step(event);
        }
        capture_.close();
        truth_.close();
        result_.frames = capture_.frames();
        result_.frame_bytes = capture_.frame_bytes();
        result_.file_bytes = capture_.file_bytes();
        result_.seconds = static_cast<double>(last_time_ - first_start()) / 1e9;
        return result_;
    }

  private:
    struct Slot {
        std::optional<Flow> flow;
        std::size_t next = 0;
    };
    struct Event {
        std::int64_t time;
        std::uint32_t slot;
        // The queue's top is its largest: the earliest event, then the lowest slot.
        bool operator<(const Event& other) const {
            return time != other.time ? time > other.time : slot > other.slot;
        }
    };

    static constexpr std::int64_t first_start() { return capture_second * second; }

    void write_roots() const {
        if (options_.roots.empty()) return;
        const File file = open_for_writing(options_.roots);
        std::fputs(world_.roots_pem().c_str(), file.get());
    }

    void fill_slots() {
        constexpr std::int64_t ramp = 2 * second;
        slots_.resize(options_.concurrency);
        for (std::uint32_t slot = 0; slot < options_.concurrency; ++slot) {
            queue_.push({first_start() + ramp / options_.concurrency * slot, slot});
        }
    }

    bool wants_more() const {
        const bool enough_flows = options_.flows != 0 && result_.flows >= options_.flows;
        const bool enough_bytes = options_.size != 0 && planned_ >= options_.size;
        return !enough_flows && !enough_bytes;
    }

    // What is left of the size, shared by the flows that are left; some get more, some less.
    std::uint32_t choose_payload() {
        if (options_.plan.profile != Profile::bulk) return 0;
        constexpr double fallback = 100'000;
        double share = fallback;
        if (options_.size != 0 && options_.flows != 0) {
            const double left = static_cast<double>(options_.size - planned_);
            share = left / static_cast<double>(options_.flows - result_.flows);
        }
        constexpr double payload_share = 0.89;  // the rest is headers and acknowledgements
        constexpr double overhead = 6000;       // handshake and requests
        const double mean = std::max(share * payload_share - overhead, 1000.0);
        const double chosen = mean * (0.3 + rng_.exponential(0.7));
        return static_cast<std::uint32_t>(std::min(chosen, 1e9));
    }

    void begin(std::uint32_t index, std::int64_t time) {
        if (!wants_more()) return;
        PlannedFlow planned = planner_.plan(result_.flows, time, choose_payload());
        ++result_.flows;
        planned_ += planned_bytes(planned.flow, options_.format);
        truth_.write(planned.flow, planned.truth);
        Slot& slot = slots_[index];
        slot.flow.emplace(std::move(planned.flow));
        slot.next = 0;
        queue_.push({slot.flow->segments.front().time, index});
    }

    void step(const Event& event) {
        Slot& slot = slots_[event.slot];
        if (!slot.flow) {
            begin(event.slot, event.time);
            return;
        }
        const Segment& segment = slot.flow->segments[slot.next++];
        capture_.commit(segment.time, builder_.build(*slot.flow, segment, capture_.frame()));
        last_time_ = segment.time;
        if (slot.next < slot.flow->segments.size()) {
            queue_.push({slot.flow->segments[slot.next].time, event.slot});
            return;
        }
        slot.flow.reset();
        const double gap = rng_.exponential(20.0 * millisecond);
        queue_.push({event.time + microsecond + static_cast<std::int64_t>(gap), event.slot});
    }

    GenerateOptions options_;
    Rng rng_;
    RandomPool pool_;
    World world_;
    Planner planner_;
    FrameBuilder builder_;
    CaptureWriter capture_;
    TruthWriter truth_;
    std::vector<Slot> slots_;
    std::priority_queue<Event> queue_;
    GenerateResult result_;
    std::uint64_t planned_ = 0;
    std::int64_t last_time_ = first_start();
};

}  // namespace

GenerateResult generate(const GenerateOptions& options) {
    return Generator(options).run();
}

}  // namespace tlstriage::generate
