// Which frames belong to the chosen flows.
#pragma once

#include <span>
#include <vector>

#include "base/hash_map.h"
#include "carve/chosen_flow.h"
#include "plain/dns.h"
#include "wire/packet.h"

namespace tlstriage::carve {

class Belonging {
  public:
    using Index = std::uint32_t;
    static constexpr Index none = ~Index{0};

    struct Found {
        bool wanted = false;
        Index flow = none;  ///< the one that it is a segment of, or an error about
    };

    /// Borrows `flows`. `lookups`: all of the run. `context`: how long before and after a flow all
    /// that its ends sent each other belongs to it; negative for none of it.
    Belonging(std::span<const ChosenFlow> flows, std::span<const engine::Lookup> lookups,
              Nanoseconds context);

    /// A decoded frame of a trace, or a datagram that its last fragment made whole.
    Found find(const wire::Packet& packet, std::uint32_t file, std::uint32_t archive, Moment at);

  private:
    /// Frames by a hash of what they must have, within a time.
    struct Span {
        std::uint32_t archive = 0;
        Nanoseconds begin = 0;
        Nanoseconds end = 0;
    };
    using Spans = HashMap<std::vector<Span>>;

    void add_lookup(const ChosenFlow& flow, std::span<const engine::Lookup> lookups);
    [[nodiscard]] Index segment(const wire::Packet& packet, std::uint32_t file,
                                std::uint32_t archive, Moment at) const;
    [[nodiscard]] Index icmp_error(const wire::Packet& packet, std::uint32_t archive,
                                   Moment at) const;
    bool lookup(const wire::Packet& packet, std::uint32_t archive, Moment at);
    static bool within(const Spans& spans, std::uint64_t key, std::uint32_t archive,
                       Nanoseconds time);

    std::span<const ChosenFlow> flows_;
    Nanoseconds context_;
    HashMap<std::vector<Index>> by_ends_;  ///< by flow hash, in the order of their beginning
    Spans lookups_;                        ///< by client and name
    Spans resolvers_;                      ///< DNS over TCP, by client and resolver
    Spans neighbours_;                     ///< by the two addresses, for the context
    plain::DnsMessage message_;            ///< scratch
};

}  // namespace tlstriage::carve
