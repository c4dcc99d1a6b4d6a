// A flow's surroundings as a line of text, for a capture that has the flow alone: `carve` writes
// it, and whoever analyses that capture judges by it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "verdict/judge.h"

namespace tlstriage::engine {

/// The version that is written, and the only one that is read:
///   tlstriage-history 1 flow=<16 hex digits> end=<ns> hops=<n> lookup=<0 or 1> flags=<word>,…
///       {profile=…}
///   profile=<member>:<value>;… with members
///     ok proxy      0 or 1
///     name          none, same (as the flow's own) or other
///     bytes version suite group   decimal
///     shape         none, same, or legacy version/versions/signature algorithms, lists by dots
///     chain         none, same or other
///     key           of the leaf, as Certificate::key
/// and {server_chain=<n>} {client_chain=<n>}, what was found on a chain apart from its dates:
/// tls::Findings, decimal.
/// Nothing in it tells a name or an address.
struct NoteParts {
    bool profiles = false;  ///< a verdict of failure rests on them
    /// On the server's chain, when certificates are not written as they are.
    std::optional<tls::Findings> findings{};
};
std::string history_note(std::uint64_t flow_identity, const evidence::Evidence& evidence,
                         const verdict::ServerHistory& history, NoteParts parts);

/// Notes that were read, by the flow that they are about.
class CarriedHistories {
  public:
    /// False when it is no note, or one that can't be understood; it is left out then.
    bool read(std::string_view note);

    [[nodiscard]] bool empty() const { return histories_.empty(); }

    /// Takes the place of `history` when there is a note about the flow, and of what was found on
    /// its chains, which then are of this object; takes a lookup away that is another flow's.
    /// `profiles` holds what the history borrows. May be called from several threads at a time.
    void replace(evidence::Evidence& evidence, verdict::ServerHistory& history,
                 std::vector<verdict::Profile>& profiles) const;

  private:
    enum class Likeness : std::uint8_t { none, same, other };
    struct CarriedProfile {
        verdict::Profile values;  ///< without pointers
        Likeness name = Likeness::none;
        Likeness shape = Likeness::none;
        Likeness chain = Likeness::none;
        evidence::HelloShape other_shape;
        tls::Chain other_chain;
    };
    struct History {
        verdict::ServerHistory values;  ///< without profiles
        std::vector<CarriedProfile> profiles;
        std::array<std::optional<tls::Findings>, 2> findings;  ///< by side
        bool lookup = true;                                    ///< one led to the flow
    };

    static bool read_member(History& history, std::string_view name, std::string_view value);
    static bool read_flags(History& history, std::string_view words);
    static bool read_profile(History& history, std::string_view members);
    static bool read_profile_member(CarriedProfile& profile, std::string_view name,
                                    std::string_view value);
    static bool read_shape(CarriedProfile& profile, std::string_view value);

    const tls::Chain* judged(const tls::Chain& chain, tls::Findings findings) const;

    std::unordered_map<std::uint64_t, History> histories_;
    mutable std::mutex mutex_;
    mutable std::deque<tls::Chain> chains_;  ///< with findings that were carried
};

}  // namespace tlstriage::engine
