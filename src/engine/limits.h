// What bounds a run and what it takes for TLS.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "tls/trust_store.h"

namespace tlstriage::engine {

/// TCP ports, as a set.
using Ports = std::bitset<65536>;

/// Ports that are TLS by assignment or custom (verdicts.md §1).
inline Ports default_tls_ports() {
    Ports ports;
    for (const int port :
         {443,  465,  563,  636,  853,  989,  990,  992,  993,  994,  995,  2376, 3269,
          5061, 5223, 5349, 5671, 5986, 6443, 6514, 6697, 8443, 8883, 9443, 10250}) {
        ports.set(static_cast<std::size_t>(port));
    }
    return ports;
}

/// Shards of a run. Fixed, so that what memory evicts does not depend on the number of threads.
constexpr unsigned shard_count = 16;

class Focus;

struct Limits {
    std::size_t memory = std::size_t{4} << 30U;  ///< bytes for flow tables and handshake buffers
    Ports tls_ports = default_tls_ports();
    bool all_flows = false;     ///< keep evidence of flows that are not TLS
    bool keep_borders = false;  ///< keep what joins flows to archives before and after
    std::shared_ptr<const tls::TrustStore> trust;  ///< what certificates are checked against
    Focus* focus = nullptr;                        ///< where only a few flows are meant
};

}  // namespace tlstriage::engine
