#include "engine/flow_record.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "evidence/tls13.h"
#include "tls/names.h"

namespace tlstriage::engine {
namespace {

bool client_sent_data(const evidence::Evidence& e) {
    if (!e.server_hello) return false;
    return tls::is_tls13(e.server_hello->version) ? evidence::view_tls13(e).client_data.seen()
                                                  : e.of_client().application_data.seen();
}

}  // namespace

std::string_view last_two_labels(std::string_view name) {
    const std::size_t last = name.rfind('.');
    if (last == name.npos || last == 0) return name;
    const std::size_t before = name.rfind('.', last - 1);
    return before == name.npos ? name : name.substr(before + 1);
}

FlowRecord record_of(const evidence::Evidence& evidence) {
    const auto& client = evidence.of_client();
    const auto& server = evidence.of_server();
    const auto& hello = evidence.client_hello;
    const bool answered_unseen = !server.first_segment.seen() && client.acknowledgement.seen();
    FlowRecord record{
        .client = evidence.client,
        .server = evidence.server,
        .start = evidence.first.time,
        .profile = verdict::profile_of(evidence, verdict::is_usable_session(evidence)),
        .server_hops = server.data_hops,
        .server_hops_vary = server.reset_signs.data_hops_vary,
        .heard = server.first_segment.seen(),
        .spoke_tls = server.first_record.seen(),
        .one_sided = answered_unseen || !client.first_segment.seen(),
        .client_data = client_sent_data(evidence)};
    if (hello && hello->server_name) {
        const std::string_view owner = last_two_labels(*hello->server_name);
        record.domain = XXH3_64bits(owner.data(), owner.size()) | 1U;
    }
    if (hello) {
        record.offers_tls13 =
            std::ranges::find(hello->shape->versions, 0x0304) != hello->shape->versions.end();
    }
    return record;
}

}  // namespace tlstriage::engine
