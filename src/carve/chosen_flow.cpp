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

evidence::Evidence with_other_names(evidence::Evidence evidence, NameMap& names) {
    auto& hello = evidence.client_hello;
    if (hello && hello->server_name) hello->server_name = names.host_of(*hello->server_name);
    if (evidence.dns) evidence.dns->name = names.host_of(evidence.dns->name);
    return evidence;
}

}  // namespace

ChosenFlow choose(const engine::JudgedFlow& flow, AddressMap* addresses, NameMap* names) {
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
    engine::NoteParts parts{.profiles = flow.verdict.outcome == verdict::Outcome::failed};
    if (names != nullptr) parts.findings = flow.verdict.cert_findings;
    const auto write = [&](const evidence::Evidence& shown) {
        chosen.verdict = verdict_text(shown, flow.verdict);
        // Profiles tell likeness to the flow's own name: the real one.
        chosen.history = engine::history_note(evidence::identity(shown), e, flow.history, parts);
    };
    if (addresses == nullptr) {
        write(e);
    } else if (names == nullptr) {
        write(with_other_addresses(e, *addresses));
    } else {
        write(with_other_names(with_other_addresses(e, *addresses), *names));
    }
    return chosen;
}

}  // namespace tlstriage::carve
