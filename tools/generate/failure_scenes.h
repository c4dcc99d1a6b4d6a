// How each kind of failure plays out on the wire.
#pragma once

#include <cstdint>

#include "exchange.h"
#include "truth.h"

namespace tlstriage::generate {

void syn_timeout(Scene& scene, Verdict& verdict);
void connection_refused(Scene& scene, Verdict& verdict);
void reset_before_hello(Scene& scene, Verdict& verdict);
void closed_before_hello(Scene& scene, Verdict& verdict);
void tcp_probe(Scene& scene, Verdict& verdict);
void plaintext_to_tls_port(Scene& scene, Verdict& verdict);
void http_instead_of_tls(Scene& scene, Verdict& verdict);
void ssh_instead_of_tls(Scene& scene, Verdict& verdict);
void reset_after_client_hello(Scene& scene, Verdict& verdict);
void closed_after_client_hello(Scene& scene, Verdict& verdict);
void server_silent(Scene& scene, Verdict& verdict);
void client_gave_up(Scene& scene, Verdict& verdict);
void key_exchange_failed(Scene& scene, Verdict& verdict);
void encrypted_rejection(Scene& scene, Verdict& verdict);

// A fatal alert in place of the ServerHello.
void alert_after_hello(Scene& scene, Verdict& verdict, std::uint8_t description);
// A fatal alert in the clear in answer to the server's flight.
void alert_after_certificate(Scene& scene, Verdict& verdict, std::uint8_t description);

template <std::uint8_t description>
void server_alert(Scene& scene, Verdict& verdict) {
    alert_after_hello(scene, verdict, description);
}

template <std::uint8_t description>
void client_alert(Scene& scene, Verdict& verdict) {
    alert_after_certificate(scene, verdict, description);
}

}  // namespace tlstriage::generate
