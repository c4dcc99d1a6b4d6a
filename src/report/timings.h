// How long the steps of a flow took, in capture time (verdicts.md §6).
#pragma once

#include <optional>
#include <string_view>

#include "evidence/evidence.h"

namespace tlstriage::report {

/// Empty where a step was not seen from both its ends.
struct Timings {
    std::optional<Nanoseconds> tcp_connect;
    std::optional<Nanoseconds> client_hello;
    std::optional<Nanoseconds> server_hello;
    std::optional<Nanoseconds> certificate;
    std::optional<Nanoseconds> finished;
    std::optional<Nanoseconds> handshake;

    /// The column name of the longest step, without `_ms`; empty when no step is known.
    [[nodiscard]] std::string_view slowest_step() const;
};

Timings measure(const evidence::Evidence& evidence);

}  // namespace tlstriage::report
