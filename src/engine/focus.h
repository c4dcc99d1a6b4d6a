// A few flows that are meant out of many: which packets concern them, so that the others cost no
// more than being decoded.
#pragma once

#include <bitset>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_set>
#include <vector>

#include "base/address.h"
#include "engine/issuer_sightings.h"
#include "engine/judgement.h"
#include "engine/lookups.h"
#include "wire/packet.h"

namespace tlstriage::engine {

/// Used in two readings of the same traces: the first finds the flows' ends, all lookups and whose
/// certificates are shown where; the second analyses the flows and what their verdicts may rest on.
/// look() may be called from several threads at a time.
class Focus {
  public:
    struct Interest {
        bool analysed = false;  ///< goes to its shard
        bool noted = false;     ///< may be part of the flows, or of what surrounds them
    };

    /// For the first reading: flows by evidence::identity, and by their ends.
    Focus(std::span<const std::uint64_t> identities, std::span<const FlowKey> ends);

    /// Between the readings. False when a flow was not found.
    bool narrow(std::span<const Lookup> lookups);
    /// Then another first reading can look for flows whose beginning was not captured, too, which
    /// costs a hash or two a segment. If that fails, all has to be analysed.
    void look_everywhere() { everywhere_ = true; }
    /// For a third reading, where the second did not do: of all packets, and of the same interest.
    void analyse_all() { analyse_all_ = true; }

    /// Of a decoded packet. What is no TCP segment is of interest always, and so is what carries
    /// lookups.
    Interest look(const wire::Packet& packet) {
        if (!narrowed_) return look_for(packet);
        Interest interest = look_near(packet);
        interest.analysed |= analyse_all_;
        return interest;
    }

    /// After the second reading, whether a verdict would be another one if flows that were not
    /// analysed showed something: only one direction of themselves, or that the certificate's
    /// issuer signs for everybody.
    [[nodiscard]] bool rests_on_others(const JudgedFlow& flow) const;

  private:
    struct Hash {
        std::size_t operator()(const IpAddress& address) const;
    };
    struct Found {
        std::uint64_t identity = 0;
        Endpoint client;
        Endpoint server;
    };

    Interest look_for(const wire::Packet& packet);
    [[nodiscard]] Interest look_near(const wire::Packet& packet) const;
    void found(const wire::Packet& packet, std::uint32_t sequence, bool by_client);
    void be_near(const IpAddress& address);
    [[nodiscard]] bool is_near(const IpAddress& address) const;
    static std::size_t place_of(const IpAddress& address);
    [[nodiscard]] bool shows_issuer(std::uint64_t flow_hash) const {
        return issuer_filter_.test(flow_hash % issuer_filter_.size()) &&
               issuer_flows_.contains(flow_hash);
    }

    bool everywhere_ = false;
    bool narrowed_ = false;
    bool analyse_all_ = false;
    std::unordered_set<std::uint64_t> identities_;
    std::vector<FlowKey> ends_;
    std::mutex mutex_;
    std::vector<Found> found_;
    std::unordered_set<IpAddress, Hash> own_;   ///< the flows' ends
    std::unordered_set<IpAddress, Hash> near_;  ///< of their surroundings, too
    std::bitset<65'536> filter_;                ///< a bit for each of near_, by place_of()
    IssuerSightings issuers_;
    std::unordered_set<std::uint64_t> issuer_flows_;  ///< that tell of issuers, by flow hash
    std::bitset<65'536> issuer_filter_;
};

}  // namespace tlstriage::engine
