// What run.json says of one window of a live run: the counts since the window before.
#pragma once

#include "consumer.h"
#include "live_counts.h"
#include "report/run_facts.h"

namespace tlstriage::dataplane {

class WindowFacts {
  public:
    explicit WindowFacts(const LiveCounts& counts) : counts_(counts) {}

    /// The first window begins then, not with its first packet.
    void begin(Nanoseconds time) { begin_ = time; }

    /// The window ends at `end`, the next one begins there.
    report::RunFacts take(const engine::Engine& engine, const ConsumedCounts& consumed,
                          Nanoseconds end);

  private:
    void take_ports(report::LiveFacts& live);
    void take_drops(report::LiveFacts& live);

    const LiveCounts& counts_;
    std::optional<Nanoseconds> begin_;
    // As of the end of the last window.
    ConsumedCounts consumed_;
    engine::ShardCounts shards_;
    wire::Defragmenter::Counts fragments_;
    std::vector<report::PortFacts> ports_;
    LiveTotals totals_;
};

}  // namespace tlstriage::dataplane
