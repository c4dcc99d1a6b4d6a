#include "report/name_columns.h"

#include <fmt/format.h>

namespace tlstriage::report {

std::string explanation(const engine::NameTrouble& trouble) {
    const engine::Lookup& lookup = trouble.lookup;
    Buffer client;
    append_address(lookup.client, client);
    Buffer resolver;
    append_address(lookup.resolver.address, resolver);
    const auto say = [&](std::string_view what) {
        return fmt::format("{} asked {} for {} ({}) {}.", client.view(), resolver.view(),
                           lookup.name, plain::dns_type_name(lookup.type), what);
    };
    if (!trouble.failed) {
        return say(fmt::format("and waited {} for the answer",
                               readable_span(lookup.answered.time - lookup.asked.time)));
    }
    if (trouble.reason == "no_answer") {
        return say(fmt::format("{} and got no answer",
                               lookup.tries == 1 ? "once" : fmt::format("{} times", lookup.tries)));
    }
    if (trouble.reason == "no_address") return say("and the name has no address");
    return say(fmt::format("and got {}", plain::rcode_name(lookup.rcode)));
}

std::string next_step(const engine::NameTrouble& trouble) {
    if (!trouble.failed) return "Look at the resolver's load and at the servers that it asks.";
    if (trouble.reason == "nxdomain")
        return "Check the spelling of the name and the zone that should have it.";
    if (trouble.reason == "no_address") return "Add an A or AAAA record, or use another name.";
    if (trouble.reason == "no_answer")
        return "Check that the resolver is up and reachable on port 53.";
    return "Read the resolver's log: it could not, or would not, answer.";
}

}  // namespace tlstriage::report
