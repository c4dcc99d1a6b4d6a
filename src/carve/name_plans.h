// What is to be written instead of the names in the TCP streams of the chosen flows.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <unordered_map>

#include "carve/chosen_flow.h"
#include "carve/name_tools.h"
#include "carve/stream_plan.h"
#include "wire/packet.h"

namespace tlstriage::carve {

/// Fed with all segments that will be written, in their order, before the first of them is. Flows
/// are given by their index.
class NamePlans {
  public:
    /// Borrows all of these.
    NamePlans(std::span<const ChosenFlow> flows, NameMap& names, AddressMap& addresses);
    ~NamePlans();
    NamePlans(NamePlans&&) = delete;
    NamePlans& operator=(NamePlans&&) = delete;

    void segment(std::uint32_t flow, const wire::Packet& packet, Moment at);
    /// Of a connection to a resolver; others are left out.
    void resolver_segment(const wire::Packet& packet, Moment at);
    /// All segments have come.
    void finish();

    /// Parts of a payload to be replaced: all of it when neither end of the flow sent it.
    [[nodiscard]] std::vector<TextReplacement> of_flow(std::uint32_t flow, const Endpoint& from,
                                                       std::uint32_t sequence, Bytes payload) const;
    [[nodiscard]] std::vector<TextReplacement> of_resolver(const Endpoint& from, const Endpoint& to,
                                                           std::uint32_t sequence,
                                                           Bytes payload) const;
    /// Bytes that could not be read and are zeros now.
    [[nodiscard]] std::uint64_t blanked() const { return tools_.blanked; }

  private:
    struct Flow;
    struct Resolver;

    std::span<const ChosenFlow> flows_;
    NameTools tools_;
    std::unordered_map<std::uint32_t, std::unique_ptr<Flow>> streams_;
    std::map<std::pair<Endpoint, Endpoint>, std::unique_ptr<Resolver>> resolvers_;  ///< from, to
};

}  // namespace tlstriage::carve
