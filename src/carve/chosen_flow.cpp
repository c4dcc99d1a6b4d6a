#include "carve/chosen_flow.h"

#include <fmt/format.h>

#include "engine/carried_history.h"
#include "report/format.h"
#include "report/safe_text.h"
#include "report/sentences.h"

namespace tlstriage::carve {
namespace {

using evidence::Side;

/// "tlstriage: failed, certificate_expired (proven), by client: … [flow 0123456789abcdef]"
std::string verdict_text(const evidence::Evidence& evidence, const verdict::Verdict& verdict) {
    std::string text = fmt::format("tlstriage: {}", name(verdict.outcome));
    if (verdict.outcome != verdict::Outcome::ok) {
        text += fmt::format(", {}", name(verdict.cause));
        if (verdict.reason != verdict::Word::none) text += fmt::format("/{}", name(verdict.reason));
        text += fmt::format(" ({}), by {}: {}", name(verdict.confidence), name(verdict.actor),
                            report::printable(report::explanation(evidence, verdict)));
    }
    return text;
}

evidence::Evidence with_other_addresses(evidence::Evidence evidence, AddressMap& addresses) {
    evidence.client.address = addresses.map(evidence.client.address);
    evidence.server.address = addresses.map(evidence.server.address);
    for (auto* icmp : {&evidence.icmp, &evidence.icmp_size}) {
        if (*icmp) (*icmp)->router = addresses.map((*icmp)->router);
    }
    return evidence;
}

}  // namespace

ChosenFlow choose(const engine::JudgedFlow& flow, AddressMap* addresses) {
    const evidence::Evidence& e = flow.evidence;
    ChosenFlow chosen;
    chosen.client = e.client;
    chosen.server = e.server;
    chosen.file = e.file;
    chosen.archive = e.archive;
    chosen.first = e.first;
    chosen.last = e.last;
    chosen.settled = e.settled;
    chosen.decisive = flow.verdict.decisive.seen() ? flow.verdict.decisive : e.first;
    if (e.dns) chosen.lookup = {e.dns->name, e.dns->asked, e.dns->answered};
    for (const Side side : {Side::client, Side::server}) {
        if (!e.side(side).syn.seen()) continue;
        chosen.initial_sequences[static_cast<std::size_t>(side)] = e.side(side).initial_sequence;
    }
    const bool failed = flow.verdict.outcome == verdict::Outcome::failed;
    const auto write = [&](const evidence::Evidence& shown) {
        chosen.verdict = verdict_text(shown, flow.verdict);
        chosen.history =
            engine::history_note(evidence::identity(shown), shown, flow.history, failed);
    };
    if (addresses == nullptr) {
        write(e);
    } else {
        write(with_other_addresses(e, *addresses));
    }
    return chosen;
}

}  // namespace tlstriage::carve
