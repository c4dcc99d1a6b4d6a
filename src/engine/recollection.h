// What a live run remembers of the flows of its last windows.
#pragma once

#include <deque>
#include <vector>

#include "engine/evidence_store.h"
#include "engine/flow_record.h"

namespace tlstriage::engine {

/// FlowRecords in order of time. Those beyond `most` are forgotten first to last.
class Recollection {
  public:
    explicit Recollection(std::size_t most) : most_(most) {}

    /// The flows of a store that are over.
    void add(const EvidenceStore& store);
    /// Flows that began before `time`.
    void forget(Nanoseconds time);
    [[nodiscard]] const std::deque<FlowRecord>& records() const { return records_; }

  private:
    std::size_t most_;
    std::deque<FlowRecord> records_;
};

}  // namespace tlstriage::engine
