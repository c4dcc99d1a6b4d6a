// Lookups of several parts as those of one capture.
#pragma once

#include <vector>

#include "record/run_record.h"

namespace tlstriage::record {

/// A question of one part that another repeats or answers is one lookup, by the rules of
/// engine::LookupCollector. Takes the lookups out of the parts.
std::vector<engine::Lookup> join_lookups(std::vector<RecordedRun>& parts);

}  // namespace tlstriage::record
