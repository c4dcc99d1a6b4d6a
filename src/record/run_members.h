// Items of the blocks `run` and `flows`.
#pragma once

#include "engine/evidence_store.h"
#include "record/members.h"
#include "record/run_record.h"

namespace tlstriage::record {

template <>
constexpr std::uint64_t last_of<engine::Grouping> =
    static_cast<std::uint64_t>(engine::Grouping::separate);

/// What stands beside the packed evidence of a flow.
void visit(auto& io, MaybeConst<engine::EvidenceStore::Entry> auto& e) {
    io(e.file, e.archive, e.last, e.side_packets, e.side_bytes);
}

inline std::vector<std::uint16_t> list_of(const engine::Ports& ports) {
    std::vector<std::uint16_t> list;
    for (std::size_t port = 0; port < ports.size(); ++port) {
        if (ports[port]) list.push_back(static_cast<std::uint16_t>(port));
    }
    return list;
}

void visit(auto& io, MaybeConst<Settings> auto& s) {
    io(s.grouping, s.all_flows);
    std::vector<std::uint16_t> ports = list_of(s.tls_ports);
    io(ports);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(s)>>) {
        s.tls_ports.reset();
        for (const std::uint16_t port : ports)
            s.tls_ports.set(port);
    }
}

}  // namespace tlstriage::record
