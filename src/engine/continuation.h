// What a segment is to a flow that is known under its ends: more of it, or the beginning of
// another.
#pragma once

#include "engine/tracked_flow.h"
#include "flow/segment.h"
#include "wire/icmp.h"

namespace tlstriage::engine {

enum class Meaning : std::uint8_t { same_flow, retry, new_flow };

Meaning meaning_of(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane,
                   std::uint32_t file);
/// A SYN with another initial sequence number where the last try got no connection: the same
/// attempt goes on (verdicts.md §1, Nothing came of it).
void restart(evidence::Evidence& evidence, const flow::Segment& segment);
/// Closed by both sides, or reset: what may still come is repetitions. A flow that never got to a
/// byte can be taken up again by another SYN; its streams begin behind the SYNs then.
bool may_rest(const TrackedFlow& flow);
/// An error about a segment that the flow can have sent.
void note_icmp(evidence::Evidence& e, const wire::QuotedSegment& quoted, Moment at);

}  // namespace tlstriage::engine
