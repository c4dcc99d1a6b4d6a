// A flow as a ladder: its steps in order, the verdict on it, and what else it may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "ladder/frame.h"
#include "verdict/verdict.h"

namespace tlstriage::ladder {

enum class StepKind : std::uint8_t {
    segment,
    data,     ///< several segments of one side, or of both, that say nothing of the handshake
    lookup,   ///< a DNS message
    icmp,     ///< an ICMP error
    silence,  ///< a gap with nothing in it
    left_out  ///< steps that are not shown
};

enum class Party : std::uint8_t { client, server, middlebox, router, resolver, nobody };

/// How a step bears on the handshake, for its colour.
enum class Tone : std::uint8_t { plain, quiet, good, doubtful, bad };

/// Texts may hold what came off the wire: make them safe for where they go.
struct Step {
    StepKind kind = StepKind::segment;
    Party from = Party::nobody;  ///< nobody: of both sides, or of neither
    Party to = Party::nobody;
    Tone tone = Tone::plain;
    bool decisive = false;
    Repeat repeat = Repeat::none;
    Moment at;                 ///< of its first frame; of a silence, when it began
    std::uint64_t frames = 1;  ///< that it stands for
    std::uint64_t last_frame = 0;
    std::uint32_t file = 0;
    Nanoseconds lasted = 0;          ///< to its last frame; the length of a silence
    Nanoseconds since_start = 0;     ///< of the flow: before 0 for its lookup
    Nanoseconds since_previous = 0;  ///< the end of the step before
    std::string third;               ///< the address of who is neither client nor server
    std::string title;
    std::vector<std::string> details;
};

/// A name of the verdict (an alternative, a note) with what a person has to know of it.
struct Hint {
    std::string_view name;
    std::string_view text;
};

struct Ladder {
    std::vector<Step> steps;
    std::vector<Hint> candidates;  ///< the verdict's alternatives, and how to tell them apart
    std::vector<Hint> notes;
    std::string_view certainty;  ///< what the verdict's confidence rests on
    std::string explanation;
    std::string next_step;
    std::uint64_t copies = 0;  ///< frames left out: held twice by the capture
    std::uint64_t unkept = 0;  ///< and for their number
};

/// A gap of this length is a step of its own.
constexpr Nanoseconds least_silence = milliseconds(500);
constexpr std::size_t max_steps = 160;

/// `frames` may be empty: the ladder then has what the evidence tells. `capture_end`: the time of
/// the archive's last packet.
Ladder build(const evidence::Evidence& evidence, const verdict::Verdict& verdict,
             Nanoseconds capture_end, const FlowFrames& frames);

}  // namespace tlstriage::ladder
