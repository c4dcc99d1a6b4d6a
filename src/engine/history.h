// What the flows of an archive say about its server endpoints, taken together.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"

namespace tlstriage::engine {

class Histories {
  public:
    Histories(const std::vector<Archive>& archives, const Ports& tls_ports);

    void add(const FlowRecord& record, std::uint32_t archive);

    /// The surroundings of one flow.
    [[nodiscard]] verdict::ServerHistory of(const evidence::Evidence& evidence) const;

  private:
    struct Server {
        bool spoke_tls = false;
        bool heard = false;
    };
    struct Key {
        Endpoint endpoint;
        std::uint32_t archive = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };

    std::unordered_map<Key, Server, Hash> servers_;
    std::vector<std::uint64_t> one_sided_flows_;  ///< by archive
    const std::vector<Archive>& archives_;
    const Ports& tls_ports_;
};

}  // namespace tlstriage::engine
