#include "engine/history.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tlstriage::engine {

std::size_t Histories::Hash::operator()(const Key& key) const {
    return XXH3_64bits_withSeed(key.endpoint.address.bytes.data(), 16,
                                std::uint64_t{key.archive} << 16U | key.endpoint.port);
}

Histories::Histories(const std::vector<std::unique_ptr<evidence::Evidence>>& evidence,
                     const std::vector<Archive>& archives, const Ports& tls_ports)
    : one_sided_flows_(archives.size()), archives_(archives), tls_ports_(tls_ports) {
    for (const auto& e : evidence) {
        Server& server = servers_[{e->server, e->archive}];
        const auto& from_server = e->of_server();
        const auto& from_client = e->of_client();
        server.heard |= from_server.first_segment.seen();
        server.spoke_tls |= from_server.first_record.seen();
        const bool one_sided =
            !from_server.first_segment.seen() && from_client.acknowledgement.seen();
        if (one_sided || !from_client.first_segment.seen()) ++one_sided_flows_[e->archive];
    }
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
