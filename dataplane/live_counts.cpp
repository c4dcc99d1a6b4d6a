#include "live_counts.h"

namespace tlstriage::dataplane {
namespace {

void add(const DropCounters& counters, LiveTotals& sum) {
    for (std::size_t i = 0; i < counters.size(); ++i)
        sum.drops[i] += counters[i].get();
}

}  // namespace

std::uint64_t LiveTotals::lost() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t frames : drops)
        sum += frames;
    return sum - dropped(Drop::shed_application_data) - dropped(Drop::shed_new_flow);
}

LiveTotals totals(const LiveCounts& counts) {
    LiveTotals sum;
    for (const PortCounts& port : counts.ports)
        add(port.drops, sum);
    for (const QueueCounts& queue : counts.queues) {
        sum.packets += queue.packets.get();
        sum.bytes += queue.bytes.get();
        sum.cut_frames += queue.cut_frames.get();
        sum.merged_frames += queue.merged_frames.get();
        sum.depth += queue.depth.get();
        sum.size += queue.size;
        add(queue.drops, sum);
    }
    add(counts.drops, sum);
    return sum;
}

}  // namespace tlstriage::dataplane
