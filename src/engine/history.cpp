#include "engine/history.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tlstriage::engine {

std::size_t Histories::Hash::operator()(const Key& key) const {
    return XXH3_64bits_withSeed(key.endpoint.address.bytes.data(), 16,
                                std::uint64_t{key.archive} << 16U | key.endpoint.port);
}

Histories::Histories(const std::vector<Archive>& archives, const Ports& tls_ports)
    : one_sided_flows_(archives.size()), archives_(archives), tls_ports_(tls_ports) {}

void Histories::add(const FlowRecord& record, std::uint32_t archive) {
    Server& server = servers_[{record.server, archive}];
    server.heard |= record.heard;
    server.spoke_tls |= record.spoke_tls;
    if (record.one_sided) ++one_sided_flows_[archive];
}

verdict::ServerHistory Histories::of(const evidence::Evidence& evidence) const {
    const auto found = servers_.find({evidence.server, evidence.archive});
    const Server server = found == servers_.end() ? Server{} : found->second;
    return {.capture_end = archives_[evidence.archive].last_packet,
            .spoke_tls = server.spoke_tls,
            .tls_port = tls_ports_[evidence.server.port],
            .ever_heard = server.heard,
            .others_one_sided = one_sided_flows_[evidence.archive] > 0};
}

}  // namespace tlstriage::engine
