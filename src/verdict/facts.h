// What the rules ask of a flow, derived once from its evidence.
#pragma once

#include <optional>

#include "evidence/evidence.h"
#include "evidence/tls13.h"
#include "verdict/judge.h"

namespace tlstriage::verdict {

/// How a side ended the connection.
enum class Ending : std::uint8_t { none, fin, rst, close_notify };

struct End {
    Ending how = Ending::none;
    evidence::Side side = evidence::Side::client;
    Moment at;

    [[nodiscard]] bool seen() const { return how != Ending::none; }
    [[nodiscard]] bool by(evidence::Side s) const { return seen() && side == s; }
};

struct Facts {
    const evidence::Evidence& evidence;
    const ServerHistory& history;
    const evidence::SideEvidence& client;
    const evidence::SideEvidence& server;
    bool tls13 = false;
    evidence::Tls13View tls13_view;                  ///< only with tls13
    std::optional<std::uint16_t> version;            ///< that the server chose
    Moment established;                              ///< TCP; not seen when the capture lacks it
    Moment handshake_done;                           ///< both sides finished, as far as can be seen
    bool session_usable = false;                     ///< verdicts.md §6, What makes `ok`
    End first_end;                                   ///< the first FIN, RST or clear close_notify
    const evidence::AlertEvidence* fatal = nullptr;  ///< first alert that ended the handshake
    Stage stage = Stage::syn;

    [[nodiscard]] bool certificate_wanted() const { return evidence.certificate_request.seen(); }
    [[nodiscard]] bool client_hello_seen() const { return evidence.client_hellos > 0; }
    [[nodiscard]] bool server_hello_seen() const { return evidence.server_hello.has_value(); }
    /// Both sides sent at least one segment.
    [[nodiscard]] bool two_sided() const {
        return client.first_segment.seen() && server.first_segment.seen();
    }
    [[nodiscard]] Nanoseconds since(Moment at) const { return history.capture_end - at.time; }
};

Facts derive(const evidence::Evidence& evidence, const ServerHistory& history);

constexpr Actor actor_of(evidence::Side side) {
    return side == evidence::Side::client ? Actor::client : Actor::server;
}

}  // namespace tlstriage::verdict
