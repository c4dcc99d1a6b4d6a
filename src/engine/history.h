// What the flows of an archive say about its servers and clients, taken together.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/hash_map.h"
#include "engine/archive.h"
#include "engine/flow_record.h"
#include "engine/limits.h"
#include "engine/lookups.h"
#include "verdict/judge.h"

namespace tlstriage::engine {

/// What a flow asks of the others matters for few flows: those that failed, or closed without data.
/// So every record is to go through ask() first, in any order; then each one, in the order of rows,
/// through add(), which keeps only what was asked for.
class Histories {
  public:
    /// Borrows all of these.
    Histories(const std::vector<Archive>& archives, const Ports& tls_ports,
              const LookupIndex& lookups);

    void ask(const FlowRecord& record, std::uint32_t archive);
    void add(const FlowRecord& record, std::uint32_t archive);

    /// The surroundings of one flow; valid as long as this object.
    [[nodiscard]] verdict::ServerHistory of(const FlowRecord& record, std::uint32_t archive) const;

  private:
    /// Kinds of flows to a server that are told apart; more are not needed to find what differs.
    static constexpr std::size_t max_profiles = 64;
    static constexpr std::size_t max_starts = 16;

    using Key = std::uint64_t;  ///< hash of what identifies it, the archive included

    struct Server {
        bool asked = false;
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
    /// Whom to take a flow for in a race: its client, by the address that it asked for names with.
    struct Racer {
        IpAddress client;
        std::uint64_t looked_up = 0;  ///< hash of the name that led to the server, 0 without
    };
    struct Success {
        Nanoseconds start = 0;
        IpAddress server;
    };

    static bool asks(const FlowRecord& record) { return !record.profile.ok || !record.client_data; }
    [[nodiscard]] static bool are_even(const std::vector<Nanoseconds>& starts);
    [[nodiscard]] Racer racer(const FlowRecord& record, std::uint32_t archive) const;
    /// What other flows have in common with one that they may have overtaken; 0: nothing.
    [[nodiscard]] Key race_of(const FlowRecord& record, std::uint32_t archive) const;
    [[nodiscard]] bool raced(const FlowRecord& record, std::uint32_t archive) const;
    void add_success(const FlowRecord& record, std::uint32_t archive);

    HashMap<Server> servers_;
    // Of what was asked for alone:
    HashMap<Visits> visits_;
    HashMap<bool> without_tls13_;              ///< client at server: it got through without
    HashMap<std::vector<Success>> successes_;  ///< racer and SNI, or looked-up name
    HashMap<bool> racing_names_;               ///< those SNIs or names, the racer apart
    HashMap<Few> domains_of_issuer_;
    HashMap<Few> issuers_of_name_;                ///< server and SNI
    std::vector<std::uint64_t> one_sided_flows_;  ///< by archive
    const std::vector<Archive>& archives_;
    const Ports& tls_ports_;
    const LookupIndex& lookups_;
};

}  // namespace tlstriage::engine
