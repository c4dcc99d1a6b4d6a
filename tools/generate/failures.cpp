#include "failures.h"

#include <array>

#include "failure_scenes.h"
#include "tls_names.h"

namespace tlstriage::generate {
namespace {

using Role = Casting::ServerRole;
using tls_version::tls12;
using tls_version::tls13;
using enum CertificateFault;

constexpr Casting anybody{};
constexpr Casting on_tls12{.server_version = tls12};
constexpr Casting on_tls13{.server_version = tls13};

constexpr Casting with_fault(CertificateFault fault, std::uint16_t version = tls12) {
    return {.server = Role::faulty, .fault = fault, .server_version = version};
}

constexpr std::string_view failed = "failed";
constexpr std::string_view before = "before_tls";
constexpr std::string_view during = "during_tls";

// Cause and actor by the letter of the verdict contract, sections 2 and 3. Each kind is as frequent
// as any other.
constexpr std::array kinds{
    FailureKind{"syn_timeout", anybody, failed, before, "syn_timeout", "network", syn_timeout},
    FailureKind{"connection_refused", anybody, failed, before, "connection_refused", "server",
                connection_refused},
    FailureKind{"reset_before_hello", anybody, failed, before, "reset_before_hello", "server",
                reset_before_hello},
    FailureKind{"closed_before_hello", anybody, failed, before, "closed_before_hello", "server",
                closed_before_hello},
    FailureKind{"tcp_probe", anybody, "not_tls", before, "tcp_probe", "client", tcp_probe},
    FailureKind{"plaintext_to_tls_port", anybody, failed, before, "plaintext_to_tls_port", "client",
                plaintext_to_tls_port},
    FailureKind{"server_not_tls_http",
                {.server = Role::http},
                failed,
                during,
                "server_not_tls",
                "server",
                http_instead_of_tls},
    FailureKind{"server_not_tls_ssh",
                {.server = Role::ssh},
                failed,
                during,
                "server_not_tls",
                "server",
                ssh_instead_of_tls},

    FailureKind{"protocol_version",
                {.client = tls10_client},
                failed,
                during,
                "protocol_version",
                "server",
                server_alert<alert::protocol_version>},
    FailureKind{"no_shared_parameters",
                {.client = rsa_only_client},
                failed,
                during,
                "no_shared_parameters",
                "server",
                server_alert<alert::handshake_failure>},
    FailureKind{"sni_rejected",
                {.unknown_name = true},
                failed,
                during,
                "sni_rejected",
                "server",
                server_alert<alert::unrecognized_name>},
    FailureKind{"alpn_mismatch",
                {.protocol = "spdy/3.1"},
                failed,
                during,
                "alpn_mismatch",
                "server",
                server_alert<alert::no_application_protocol>},
    FailureKind{"internal_error", anybody, failed, during, "internal_error", "server",
                server_alert<alert::internal_error>},

    FailureKind{"reset_after_client_hello", anybody, failed, during, "reset_after_client_hello",
                "server", reset_after_client_hello},
    FailureKind{"closed_after_client_hello", anybody, failed, during, "closed_after_client_hello",
                "server", closed_after_client_hello},
    FailureKind{"server_silent", anybody, failed, during, "server_silent", "server", server_silent},
    FailureKind{"client_gave_up", anybody, failed, during, "client_gave_up", "client",
                client_gave_up},

    // A specific alert, and a certificate that has this fault.
    FailureKind{"unknown_ca", with_fault(unknown_ca), failed, during, "certificate_unknown_ca",
                "client", client_alert<alert::unknown_ca>},
    FailureKind{"self_signed", with_fault(self_signed), failed, during, "certificate_self_signed",
                "client", client_alert<alert::unknown_ca>},
    FailureKind{"incomplete_chain", with_fault(incomplete_chain), failed, during,
                "certificate_incomplete_chain", "client", client_alert<alert::unknown_ca>},
    FailureKind{"expired", with_fault(expired), failed, during, "certificate_expired", "client",
                client_alert<alert::certificate_expired>},
    // OpenSSL's client sends this alert in the clear in TLS 1.3 too.
    FailureKind{"expired_tls13", with_fault(expired, tls13), failed, during, "certificate_expired",
                "client", client_alert<alert::certificate_expired>},
    // A vague alert, and a certificate with one fault or with none.
    FailureKind{"not_yet_valid", with_fault(not_yet_valid), failed, during,
                "certificate_not_yet_valid", "client", client_alert<alert::bad_certificate>},
    FailureKind{"name_mismatch", with_fault(name_mismatch), failed, during,
                "certificate_name_mismatch", "client", client_alert<alert::certificate_unknown>},
    FailureKind{"bad_certificate", on_tls12, failed, during, "certificate_rejected", "client",
                client_alert<alert::bad_certificate>},
    FailureKind{"certificate_unknown", on_tls12, failed, during, "certificate_rejected", "client",
                client_alert<alert::certificate_unknown>},

    // Before ClientKeyExchange (a bad signature in ServerKeyExchange), so not key_exchange_failed.
    FailureKind{"decrypt_error", on_tls12, failed, during, "decrypt_error", "client",
                client_alert<alert::decrypt_error>},
    // Between ClientKeyExchange and Finished.
    FailureKind{"key_exchange_failed", on_tls12, failed, during, "key_exchange_failed", "server",
                key_exchange_failed},
    FailureKind{"encrypted_rejection", on_tls13, failed, during, "encrypted_rejection", "client",
                encrypted_rejection},
};

}  // namespace

std::span<const FailureKind> failure_kinds() {
    return kinds;
}

}  // namespace tlstriage::generate
