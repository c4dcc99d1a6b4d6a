// Signs that a reset was forged on the way (verdicts.md §5).
#include <cstdlib>

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::Side;

/// Hops by which the reset differs from what that host sends otherwise; 0 when nothing is known.
int hop_difference(const Facts& facts, Side side) {
    const auto& s = facts.evidence.side(side);
    const auto& signs = s.reset_signs;
    std::uint8_t usual = s.data_hops;
    if (usual != 0 && (signs.data_hops_vary || signs.data_place != signs.rst_place)) return 0;
    if (usual == 0 && side == Side::server) usual = facts.history.server_hops;
    return usual == 0 || s.rst_hops == 0 ? 0 : std::abs(int{s.rst_hops} - int{usual});
}

/// Both sides got one from the other within a round trip.
bool towards_both(const Facts& facts) {
    const auto& client = facts.client;
    const auto& server = facts.server;
    if (!client.rst.seen() || !server.rst.seen() || !client.syn.seen() || !server.syn.seen()) {
        return false;
    }
    // The second is no answer to the first when it does not take up what that said: a host answers
    // a reset with nothing, but data that cross it are answered by another.
    const Nanoseconds apart = std::abs(client.rst.time - server.rst.time);
    return apart <= server.syn.time - client.syn.time &&
           client.last_payload < std::min(client.rst, server.rst) &&
           server.last_payload < std::min(client.rst, server.rst);
}

/// Faster than this server's own SYN-ACK was.
bool too_fast(const Facts& facts) {
    const auto& client = facts.client;
    const auto& server = facts.server;
    constexpr Nanoseconds measurable = milliseconds(2);
    if (!client.syn.seen() || !server.syn.seen() || client.syn_count > 1) return false;
    const Nanoseconds round_trip = server.syn.time - client.syn.time;
    const Moment asked = facts.evidence.client_hello_at;
    return asked.seen() && server.rst > asked && round_trip >= measurable &&
           (server.rst.time - asked.time) * 2 < round_trip;
}

int count_signs(const Facts& facts, Side side) {
    const auto& signs = facts.evidence.side(side).reset_signs;
    const int hops = hop_difference(facts, side);
    int count = hops >= 2 ? 2 : hops;
    if (signs.rst_breaks_ids) ++count;
    if (signs.new_payload_after.seen()) ++count;
    if (towards_both(facts)) ++count;
    if (side == Side::server && too_fast(facts)) ++count;
    return count;
}

}  // namespace

void question_reset(const Facts& facts, Verdict& verdict) {
    for (const Side side : {Side::client, Side::server}) {
        const auto& s = facts.evidence.side(side);
        if (!s.rst.seen() || verdict.decisive != s.rst || verdict.actor != actor_of(side)) continue;
        const int signs = count_signs(facts, side);
        if (signs >= 2) {
            verdict.actor = Actor::middlebox;
            verdict.confidence = Confidence::likely;
        } else if (signs == 1) {
            verdict.alternatives.push_back(name(Word::middlebox));
        }
    }
}

}  // namespace tlstriage::verdict
