// Evidence to verdict: pure, the rules of verdicts.md.
#pragma once

#include <span>

#include "evidence/evidence.h"
#include "verdict/verdict.h"

namespace tlstriage::verdict {

/// What other flows to the same server compare with: how one fared there, and what of it may be
/// why. Hashes are 0 where there is nothing.
struct Profile {
    const evidence::HelloShape* shape = nullptr;  ///< null: no ClientHello
    const tls::Chain* chain = nullptr;            ///< the server's, null when it was not seen
    std::uint64_t server_name = 0;                ///< hash of the SNI
    std::uint32_t hello_bytes = 0;                ///< of the ClientHello, with what came before it
    std::uint16_t version = 0;                    ///< that the server chose
    std::uint16_t cipher_suite = 0;
    std::uint16_t group = 0;
    bool ok = false;            ///< the session was usable
    bool proxy_header = false;  ///< a PROXY header preceded TLS

    friend bool operator==(const Profile&, const Profile&) = default;
};

/// What the rest of the archive says about a flow's surroundings.
struct ServerHistory {
    Nanoseconds capture_end = 0;          ///< time of the archive's last packet
    bool spoke_tls = false;               ///< this server endpoint sent TLS records in some flow
    bool tls_port = false;                ///< its port is one of --tls-ports
    bool ever_heard = true;               ///< some packet came from this endpoint
    bool others_one_sided = false;        ///< other flows of the archive show one direction only
    std::uint8_t server_hops = 0;         ///< of all its payload, where that agrees; 0: not known
    std::span<const Profile> profiles{};  ///< of flows to the same server, each kind once
    bool client_sent_data = false;        ///< this client sent data there, with the same SNI, ever
    bool comes_evenly = false;            ///< this client comes there at even intervals
    bool client_got_through_without_tls13 = false;  ///< it did, to this server
    bool raced = false;  ///< the same client completed TLS to the same name at that time
    bool issuer_intercepts = false;  ///< the leaf's issuer signs what one CA would not
};

/// The profile of a flow for the history of others.
Profile profile_of(const evidence::Evidence& evidence, bool usable);

/// Whether a usable TLS session came about, as far as the flow's own packets tell (verdicts.md §6).
bool is_usable_session(const evidence::Evidence& evidence);

/// Whether a flow is an attempt at TLS and so gets a row (verdicts.md §1).
bool is_attempt(const evidence::Evidence& evidence, const ServerHistory& history);

/// The one cause, with everything else a row says about it. Expects is_attempt(), but answers for
/// any evidence.
Verdict judge(const evidence::Evidence& evidence, const ServerHistory& history);

}  // namespace tlstriage::verdict
