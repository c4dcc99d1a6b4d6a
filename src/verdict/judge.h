// Evidence to verdict: pure, the rules of verdicts.md.
#pragma once

#include "evidence/evidence.h"
#include "verdict/verdict.h"

namespace tlstriage::verdict {

/// What the rest of the archive says about a flow's surroundings.
struct ServerHistory {
    Nanoseconds capture_end = 0;    ///< time of the archive's last packet
    bool spoke_tls = false;         ///< this server endpoint sent TLS records in some flow
    bool tls_port = false;          ///< its port is one of --tls-ports
    bool ever_heard = true;         ///< some packet came from this endpoint
    bool others_one_sided = false;  ///< other flows of the archive show one direction only
};

/// Whether a flow is an attempt at TLS and so gets a row (verdicts.md §1).
bool is_attempt(const evidence::Evidence& evidence, const ServerHistory& history);

/// The one cause, with everything else a row says about it. Expects is_attempt(), but answers for
/// any evidence.
Verdict judge(const evidence::Evidence& evidence, const ServerHistory& history);

}  // namespace tlstriage::verdict
