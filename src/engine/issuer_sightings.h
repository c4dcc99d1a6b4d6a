// Which flows show certificates of which issuer, as single segments tell without a flow table.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "tls/certificate.h"
#include "tls/leaf_sighting.h"
#include "wire/packet.h"

namespace tlstriage::engine {

/// A list of flows for each issuer, until their subjects are of several owners: then it signs for
/// many, most likely, and a few flows show that. And a list of flows whose certificates no single
/// segment shows. Bounded, whatever the trace; what does not fit is known to be missing. Which
/// flows are listed may depend on the order in which packets come.
class IssuerSightings {
  public:
    static constexpr std::size_t most_issuers = 1024;
    static constexpr std::size_t most_flows = 512;   ///< in a list, but for those of new owners
    static constexpr std::size_t enough_owners = 6;  ///< of an issuer's subjects

    /// Of a TCP segment or a fragment. May be called from several threads.
    void look(const wire::Packet& packet) {
        if (packet.outcome == wire::Outcome::fragment) {
            note_fragment(packet);
        } else if (tls::may_show_leaf(packet.data())) {
            look_closely(packet);
        }
    }

    /// All that are listed, by wire::flow_hash().
    [[nodiscard]] std::vector<std::uint64_t> flows() const;
    /// Whether those are all that may show a leaf of this one's issuer.
    [[nodiscard]] bool has_all_of_issuer(const tls::Certificate& leaf) const;

  private:
    struct List {
        std::vector<std::uint64_t> flows;
        std::vector<std::uint64_t> owners;
        bool whole = true;

        void add(std::uint64_t flow, std::uint64_t owner);
    };

    void look_closely(const wire::Packet& packet);
    void note_fragment(const wire::Packet& packet);

    std::mutex mutex_;
    std::unordered_map<std::uint64_t, List> issuers_;  ///< by the hash of their DER
    bool all_issuers_ = true;
    List unread_;
};

}  // namespace tlstriage::engine
