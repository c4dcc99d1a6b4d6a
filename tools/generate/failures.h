// Connections that fail, each kind with the verdict that its packets deserve.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "exchange.h"
#include "truth.h"

namespace tlstriage::generate {

// Who has to take part for a failure of that kind to come about.
struct Casting {
    enum class ServerRole : std::uint8_t { any, faulty, ssh, http };
    ServerRole server = ServerRole::any;
    CertificateFault fault = CertificateFault::none;  // for ServerRole::faulty
    std::uint16_t server_version = 0;                 // the highest one; 0: any
    const ClientShape& (*client)() = nullptr;         // null: a current one
    std::string_view protocol{};                      // offered in ALPN in place of HTTP
    bool unknown_name = false;                        // the SNI is not the server's name
};

struct FailureKind {
    std::string_view name;
    Casting casting;
    std::string_view outcome;
    std::string_view phase;
    std::string_view cause;
    std::string_view actor;
    // Fills in alert_sender and alert of the verdict.
    void (*play)(Scene& scene, Verdict& verdict);
};

std::span<const FailureKind> failure_kinds();

}  // namespace tlstriage::generate
