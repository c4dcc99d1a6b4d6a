// Sentences that say more or less, depending on what was seen.
#include "report/sentences.h"

#include <gtest/gtest.h>

namespace tlstriage::report {
namespace {

TEST(Sentences, AProxyThatGaveNoStatusHasNone) {
    evidence::Evidence flow;
    const std::array<std::uint8_t, 4> client{192, 0, 2, 2};
    const std::array<std::uint8_t, 4> proxy{198, 51, 100, 2};
    flow.client = {IpAddress::v4(client.data()), 50000};
    flow.server = {IpAddress::v4(proxy.data()), 3128};
    verdict::Verdict verdict;
    verdict.outcome = verdict::Outcome::failed;
    verdict.cause = verdict::Cause::proxy_refused;
    EXPECT_EQ(explanation(flow, verdict),
              "The proxy 198.51.100.2:3128 did not answer the CONNECT request of 192.0.2.2:50000.");
    flow.proxy_answered = {1, 8};
    EXPECT_EQ(explanation(flow, verdict),
              "The proxy 198.51.100.2:3128 refused 192.0.2.2:50000 at the authentication, before "
              "any CONNECT request.");
    flow.proxy_status = 403;
    EXPECT_EQ(explanation(flow, verdict),
              "The proxy 198.51.100.2:3128 refused the CONNECT request of 192.0.2.2:50000 with "
              "status 403.");
}

}  // namespace
}  // namespace tlstriage::report
