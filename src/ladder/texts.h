// What a frame of a flow says, in words.
#pragma once

#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "ladder/frame.h"
#include "verdict/verdict.h"

namespace tlstriage::ladder {

/// Texts may hold what came off the wire: make them safe for where they go.
struct Words {
    std::vector<std::string> title;  ///< parts
    std::vector<std::string> details;
};

/// What an event adds to the words of its frame.
void add_event(const evidence::Event& event, const evidence::Evidence& evidence,
               const verdict::Verdict& verdict, Words& words);

/// A reset's origin: how its TTL compares with what that side sent before.
void add_reset(const Frame& frame, const evidence::Evidence& evidence, Words& words);

/// "1,448 bytes".
std::string bytes_text(std::uint64_t count);

}  // namespace tlstriage::ladder
