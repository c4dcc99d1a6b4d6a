// The rules, each a function over Facts that answers or passes, in the order of verdicts.md §7.
#pragma once

#include <optional>

#include "verdict/facts.h"

namespace tlstriage::verdict {

using Answer = std::optional<Verdict>;

/// A verdict with its fixed parts filled.
Verdict failed(Cause cause, Actor actor, Confidence confidence, Moment decisive);
Verdict incomplete(Cause cause, Moment decisive);
Verdict not_tls(Cause cause, Actor actor, Moment decisive);

// Stated by the wire
Answer server_is_not_tls(const Facts& facts);
Answer fatal_alert(const Facts& facts);
Answer plaintext_to_tls_port(const Facts& facts);
Answer proxy_refused(const Facts& facts);
Answer starttls(const Facts& facts);
/// The server did not offer TLS, and the client left without anything done in the clear.
bool waited_in_vain_for_offer(const evidence::Evidence& evidence);

// Before TLS
Answer tcp_never_connected(const Facts& facts);
Answer nothing_was_said(const Facts& facts);

// What the capture lacks
/// A silence means nothing where memory ended the watch.
Answer given_up_open(const Facts& facts);
Answer capture_lacks(const Facts& facts);
/// The last resort: always answers.
Verdict capture_ended(const Facts& facts);

// During TLS, inferred
Answer client_hello_lost(const Facts& facts);
Answer mtu_black_hole(const Facts& facts);
Answer loss_stall(const Facts& facts);
Answer server_silent(const Facts& facts);
Answer client_silent(const Facts& facts);
Answer client_gave_up(const Facts& facts);
Answer encrypted_refusal(const Facts& facts);
Answer client_left(const Facts& facts);
Answer server_left(const Facts& facts);

/// Whether everything that `asker` sent was acknowledged, as far as the capture shows.
bool is_acknowledged(const Facts& facts, evidence::Side asker);

/// Our own check of the client's certificate beside the server's alert (0: it said nothing), as the
/// reason; none without a flaw. There must be a client's chain.
Word flaw_of_client_certificate(const Facts& facts, std::uint8_t description);
/// The cause for a certificate that the client refused. `description` is its alert, or empty when
/// it left without one.
Verdict certificate_refused(const Facts& facts, std::optional<std::uint8_t> description, Moment at);

// What comes after a rule has answered
/// Fills `reason` from other flows to the same server.
void narrow(const Facts& facts, Verdict& verdict);
/// Who really sent the reset that the verdict rests on (verdicts.md §5).
void question_reset(const Facts& facts, Verdict& verdict);
/// A success that the client did not use, as programs do that check the certificate after it.
Answer refused_after_finished(const Facts& facts);

/// Findings on the server's chain at the time it was sent.
tls::Findings server_findings(const Facts& facts);

}  // namespace tlstriage::verdict
