// The sentences a colleague would say: `explanation` and `next_step`.
#pragma once

#include <string>

#include "evidence/evidence.h"
#include "report/buffer.h"
#include "verdict/verdict.h"

namespace tlstriage::report {

/// Texts may hold names off the wire: make them safe for where they go.
std::string explanation(const evidence::Evidence& evidence, const verdict::Verdict& verdict);
std::string next_step(const evidence::Evidence& evidence, const verdict::Verdict& verdict);

/// The explanation of a flow that is ok, as most are: nothing in it is off the wire.
void append_success(const evidence::Evidence& evidence, Buffer& out);

/// What the server (or for plaintext_to_tls_port the client) speaks, as the `server_speaks` column
/// has it: "http 400", "ssh" …; empty when it is TLS or silent.
std::string speaks(const evidence::SideEvidence& side);
/// The server's, as the `server_speaks` column has it, with what the dialogue tells besides.
std::string server_speaks(const evidence::Evidence& evidence);

}  // namespace tlstriage::report
