// What single segments tell of certificates, beside what the analysis of whole flows finds.
#include "engine/issuer_sightings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "capture/inputs.h"
#include "corpus/streams.h"
#include "dataplane/oracle.h"
#include "support/paths.h"
#include "wire/decode.h"

namespace tlstriage::test {
namespace {

struct Found {
    std::size_t listed = 0;
    std::size_t missing_and_known = 0;  ///< of an issuer that is said to have more flows
    std::vector<std::string> missed;
};

void look(const dataplane::Piece& piece, engine::IssuerSightings& sightings) {
    for (unsigned shard = 0; shard < engine::shard_count; ++shard) {
        for (const wire::Packet& packet : piece.packets(shard)) {
            if (packet.outcome == wire::Outcome::tcp) sightings.look(packet);
        }
    }
    for (const wire::Packet& packet : piece.fragments())
        sightings.look(packet);
}

void compare(const std::string& path, Found& found) {
    WholeTrace trace(path);
    engine::IssuerSightings sightings;
    look(trace.piece, sightings);
    engine::Limits limits;
    limits.all_flows = true;
    engine::Engine engine{limits};
    consume_all(trace, engine);
    const std::vector<std::uint64_t> flows = sightings.flows();
    const auto add = [&](const engine::JudgedBatch&, const engine::JudgedFlow& flow) {
        const evidence::Evidence& e = flow.evidence;
        const tls::Chain* const chain = e.of_server().chain;
        if (chain == nullptr || chain->leaf() == nullptr) return;
        if (std::ranges::find(flows, wire::flow_hash(e.client, e.server)) != flows.end()) {
            ++found.listed;
        } else if (!sightings.has_all_of_issuer(*chain->leaf())) {
            ++found.missing_and_known;
        } else {
            found.missed.push_back(path);
        }
    };
    engine.judge(engine::run_serially,
                 {.flows = engine::one_by_one(add), .end_round = [](std::size_t) {}});
}

void expect_none_missed(const Found& found) {
    for (const std::string& path : found.missed)
        ADD_FAILURE() << path;
}

TEST(IssuerSightings, MissNoCertificateUnknowingly) {
    Found found;
    for (const std::string& name : case_names())
        compare(capture_in(source_root() / "pcaps" / name), found);
    EXPECT_GT(found.listed, 100U);
    EXPECT_LT(found.missing_and_known, 10U);
    expect_none_missed(found);
}

TEST(IssuerSightings, MissNoCertificateOfTheCorpusUnknowingly) {
    if (const std::string missing = Streams::missing(); !missing.empty()) GTEST_SKIP() << missing;
    Found found;
    for (const capture::Trace& trace : capture::collect({corpus_folder() / "files"}).traces) {
        if (trace.input.member.empty()) compare(trace.input.path, found);
    }
    EXPECT_GT(found.listed, 1000U);
    expect_none_missed(found);
}

}  // namespace
}  // namespace tlstriage::test
