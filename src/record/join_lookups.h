// Lookups of several parts as those of one capture.
#pragma once

#include <vector>

#include "record/run_record.h"

namespace tlstriage::record {

/// A question of one piece that another repeats or answers is one lookup, by the rules of
/// engine::LookupCollector. Takes the lookups out of the parts; as their archive they have the
/// number of their piece before, and that of the whole's archive behind.
std::vector<engine::Lookup> join_lookups(std::vector<RecordedRun>& parts,
                                         const std::vector<std::uint32_t>& archive_of_piece);

}  // namespace tlstriage::record
