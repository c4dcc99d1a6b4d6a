// Flows counted by what happened to them: the model of summary.csv and of the terminal table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "report/row.h"

namespace tlstriage::report {

/// The first of a group's flows in the order of rows, which stands for it.
struct SummaryExample {
    Nanoseconds start = 0;
    std::uint32_t file = 0;  ///< index of the trace
    std::uint64_t first_frame = 0;
    std::uint64_t decisive_frame = 0;
    std::string flow_id;
    std::string alert;
    std::string explanation;
    std::string next_step;

    [[nodiscard]] auto place() const { return std::tuple(start, file, first_frame); }
};

/// A line of summary.csv: flows that failed (or not) alike at the same server.
struct SummaryGroup {
    verdict::Outcome outcome = verdict::Outcome::ok;
    verdict::Cause cause = verdict::Cause::none;
    verdict::Word reason = verdict::Word::none;
    verdict::Actor actor = verdict::Actor::none;
    Endpoint server;
    std::string sni;
    std::uint64_t flows = 0;
    std::uint64_t raced = 0;     ///< of these, flows that another of the same client overtook
    double share_of_server = 0;  ///< of all rows with this server endpoint, 0 … 1
    std::uint64_t clients = 0;   ///< distinct client addresses
    Nanoseconds last_seen = 0;   ///< start of the last such flow; of the first: the example's
    std::optional<Nanoseconds> handshake_p50;
    std::optional<Nanoseconds> handshake_p95;
    SummaryExample example;
};

/// Counts flows, which may come in any order. Parts of a run are counted apart and merged.
class Summary {
  public:
    void add(const Row& row);
    void merge(const Summary& other);

    /// In the order of summary.csv: most flows first, then by first_seen and cause. Groups with
    /// Outcome::ok are part of it.
    [[nodiscard]] std::vector<SummaryGroup> groups() const;

  private:
    struct Key {
        verdict::Outcome outcome;
        verdict::Cause cause;
        verdict::Word reason;
        verdict::Actor actor;
        Endpoint server;
        std::string_view sni;  ///< in a map: of the tally's group

        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    struct Tally {
        SummaryGroup group;
        std::vector<IpAddress> clients;  ///< one for each flow
        std::vector<Nanoseconds> handshakes;
    };

    static Key key_of(const SummaryGroup& group);

    std::unordered_map<Key, std::unique_ptr<Tally>, Hash> tallies_;
};

}  // namespace tlstriage::report
