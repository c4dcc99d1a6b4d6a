// What a segment is to a flow that is known under its ends: more of it, or the beginning of
// another.
#pragma once

#include "engine/tracked_flow.h"
#include "flow/segment.h"
#include "wire/icmp.h"

namespace tlstriage::engine {

enum class SynMeaning : std::uint8_t { same_flow, retry, new_flow };

SynMeaning meaning_of_syn(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane);
/// A SYN with another initial sequence number where the last try got no connection: the same
/// attempt goes on (verdicts.md §1, Nothing came of it).
void restart(evidence::Evidence& evidence, const flow::Segment& segment);
/// A SYN-ACK with another number, where the capture shows the server's direction alone.
bool answers_another(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane);
/// Whether a packet of another file continues this flow: its numbers follow on those seen.
bool fits(const TrackedFlow& flow, const flow::Segment& segment, std::uint8_t lane);
/// Closed by both sides, or reset: what may still come is repetitions. A flow that never got to a
/// byte can be taken up again by another SYN; its streams begin behind the SYNs then.
bool may_rest(const TrackedFlow& flow);
/// An error about a segment that the flow can have sent.
void note_icmp(evidence::Evidence& e, const wire::QuotedSegment& quoted, Moment at);

}  // namespace tlstriage::engine
