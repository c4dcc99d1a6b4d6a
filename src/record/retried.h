// A connection that one part tried in vain, and the next one goes on trying.
#pragma once

#include "evidence/evidence.h"

namespace tlstriage::record {

/// Whether `later`, which begins with the client's SYN, is another try of `before`, which never got
/// an answer but a reset (verdicts.md §1, Nothing came of it).
bool is_retried(const evidence::Evidence& before, const evidence::Evidence& later);

/// Puts what came before in front of `later`.
void prepend(const evidence::Evidence& before, evidence::Evidence& later);

}  // namespace tlstriage::record
