// Decides what each connection of a trace is, and plays it out.
#pragma once

#include <cstdint>
#include <optional>

#include "conversation.h"
#include "failures.h"
#include "truth.h"
#include "world.h"

namespace tlstriage::generate {

// lab: the lab's conversations (lab_generator.h), among flows as in bulk.
enum class Profile { bulk, short_flows, mixed, lab };

struct PlanOptions {
    Profile profile = Profile::mixed;
    std::uint64_t seed = 1;
    double failures = 0.05;
    double disorder = 0.01;
    std::int64_t time_resolution = 1000;  // ns
};

struct PlannedFlow {
    Flow flow;
    Truth truth;
};

class Planner {
  public:
    Planner(PlanOptions options, World& world, const RandomPool& pool)
        : options_(options), world_(world), pool_(pool) {}

    // The number-th connection; it begins at `start` (ns since 1970). `payload_bytes` of
    // application data are wanted in the bulk profile, other profiles choose for themselves.
    PlannedFlow plan(std::uint64_t number, std::int64_t start, std::uint32_t payload_bytes);

  private:
    // Who meets whom.
    struct Pair {
        const Server* server = nullptr;
        Client client;
        std::uint16_t client_port = 0;
        std::uint16_t server_port = 0;
    };

    Pair cast_healthy(Rng& rng);
    Pair cast_failure(const Casting& casting, Rng& rng);
    Pair cast_plain(bool ssh, Rng& rng);
    Flow make_flow(const Pair& pair, Rng& rng) const;
    ClientOffer make_offer(const Pair& pair, const FailureKind* kind, Rng& rng);
    void choose_resumption(ClientOffer& offer, Terms& terms, Rng& rng) const;

    PlanOptions options_;
    World& world_;
    const RandomPool& pool_;
    std::uint32_t unknown_names_ = 0;
};

}  // namespace tlstriage::generate
