// What the flows of an archive say about its servers and clients, taken together.
#pragma once

#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"

namespace tlstriage::engine {

/// Add the records of all flows in the order of rows, then ask.
class Histories {
  public:
    Histories(const std::vector<Archive>& archives, const Ports& tls_ports);

    void add(const FlowRecord& record, std::uint32_t archive);

    /// The surroundings of one flow; valid as long as this object.
    [[nodiscard]] verdict::ServerHistory of(const FlowRecord& record, std::uint32_t archive) const;

  private:
    /// Kinds of flows to a server that are told apart; more are not needed to find what differs.
    static constexpr std::size_t max_profiles = 64;
    static constexpr std::size_t max_starts = 16;

    using Key = std::uint64_t;  ///< hash of what identifies it, the archive included

    struct Server {
        bool spoke_tls = false;
        bool heard = false;
        std::uint8_t hops = 0;
        bool hops_vary = false;
        std::vector<verdict::Profile> profiles;
    };
    /// A client at a server with one SNI.
    struct Visits {
        bool sent_data = false;
        std::vector<Nanoseconds> starts;  ///< the first max_starts
    };
    /// Up to three different values: enough to say `several`.
    struct Few {
        std::array<std::uint64_t, 3> values{};
        unsigned count = 0;

        void add(std::uint64_t value);
    };

    [[nodiscard]] static bool are_even(const std::vector<Nanoseconds>& starts);
    [[nodiscard]] bool raced(const FlowRecord& record, std::uint32_t archive) const;

    std::unordered_map<Key, Server> servers_;
    std::unordered_map<Key, Visits> visits_;
    std::unordered_map<Key, bool> without_tls13_;  ///< client at server: it got through without
    std::unordered_map<Key, std::vector<Nanoseconds>> successes_;  ///< client and SNI: starts
    std::unordered_map<Key, Few> domains_of_issuer_;
    std::unordered_map<Key, Few> issuers_of_name_;  ///< server and SNI
    std::vector<std::uint64_t> one_sided_flows_;    ///< by archive
    const std::vector<Archive>& archives_;
    const Ports& tls_ports_;
};

}  // namespace tlstriage::engine
