// What a live run remembers of the flows of its last windows.
#pragma once

#include <deque>
#include <vector>

#include "engine/evidence_store.h"
#include "engine/flow_record.h"

namespace tlstriage::engine {

/// FlowRecords in order of time. Of those that differ in their start and client port alone the
/// latest few are kept: earlier ones tell no more, so that a busy server costs no more than a quiet
/// one. Those beyond `most` are forgotten first to last.
class Recollection {
  public:
    /// Enough to see whether a client comes at even intervals.
    static constexpr unsigned most_alike = 16;

    explicit Recollection(std::size_t most) : most_(most) {}

    /// The flows of a store that are over.
    void add(const EvidenceStore& store);
    /// Flows that began before `time`, and those of which there are many.
    void forget(Nanoseconds time);
    [[nodiscard]] const std::deque<FlowRecord>& records() const { return records_; }

  private:
    void forget_alike();

    std::size_t most_;
    std::deque<FlowRecord> records_;
};

}  // namespace tlstriage::engine
